"""One keep-alive connection to a Querent server, with the standard library only."""

import http.client
import json
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from annotation.simulation.dataset import SimulationError

TIMEOUT = 30.0
_LOST = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Answer:
    status: int
    content: Any
    seconds: float


class Api:
    """Calls of one person; for one thread at a time. Every request has a time limit."""

    def __init__(self, url: str, token: str | None = None) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SimulationError(f"{url} is not an address like http://127.0.0.1:8000.")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self.url, self._connection = url, kind(parts.hostname, parts.port, timeout=TIMEOUT)
        self._base = parts.path.rstrip("/") + "/api/v1/"
        self._headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if token:
            self._headers["Authorization"] = f"Token {token}"

    def call(self, method: str, path: str, body: Any = None) -> Answer:
        """Returns the answer whatever its status; a connection that was lost is made anew once, with the same request.

        Raises SimulationError when nobody answers.
        """
        return self._send(method, path, None if body is None else json.dumps(body).encode(), {})

    def _send(self, method: str, path: str, payload: bytes | None, headers: dict[str, str]) -> Answer:
        started = time.monotonic()
        for is_last in (False, True):
            try:
                self._connection.request(method, self._base + path, payload, self._headers | headers)
                response = self._connection.getresponse()
                content = response.read()
                return Answer(response.status, _parsed(content), time.monotonic() - started)
            except _LOST as error:
                self._connection.close()
                if is_last:
                    raise SimulationError(f"No server answers at {self.url}: {error}") from error
        raise AssertionError("unreachable")

    def want(self, method: str, path: str, body: Any = None) -> Any:
        """Returns the content of a 2xx answer; raises SimulationError with the server's words for any other."""
        return self._good(method, path, self.call(method, path, body))

    def want_form(self, method: str, path: str, body: bytes, content_type: str) -> Any:
        """The same for a body that is not JSON, such as a form with a file."""
        return self._good(method, path, self._send(method, path, body, {"Content-Type": content_type}))

    def _good(self, method: str, path: str, answer: Answer) -> Any:
        if not 200 <= answer.status < 300:
            raise SimulationError(f"{method} {path} was answered with {answer.status}: {_words(answer.content)}")
        return answer.content


def log_in(url: str, username: str, password: str) -> str:
    """Returns a token; raises SimulationError when the server refuses or does not answer."""
    answer = Api(url).call("POST", "auth/token/", {"username": username, "password": password})
    if answer.status not in (200, 201):
        raise SimulationError(f"{url} does not let {username} in ({answer.status}): {_words(answer.content)}")
    return str(answer.content["token"])


def wait_for(condition: Callable[[], bool], seconds: float, every: float = 0.1) -> bool:
    """Returns whether the condition came true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return content[:200].decode("utf-8", "replace")


def _words(content: Any) -> str:
    if isinstance(content, dict) and isinstance(content.get("error"), dict):
        return str(content["error"].get("message"))
    return str(content)[:200]

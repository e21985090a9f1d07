"""Waiting for a request's body apart from working on it, so that slow senders do not hold the threads that work.

A thread reads the whole body first, small ones into memory, and only then asks for one of the few places where requests
are worked on. There are many threads to wait in, and one network may wait in some of them only.
"""

import errno
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from config.networks import network_of_address

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]

AT_WORK = 8  # requests at a time; the database's pool is made for them
TO_WAIT_IN = 64  # the threads beside them: together granian's --blocking-threads
SLOW_SECONDS = 2.0  # a body that takes longer counts against its network
MOST_SLOW, MOST_SLOW_OF_ONE_NETWORK = 56, 24
IN_MEMORY_BYTES = 256 * 1024
PIECE_BYTES = 64 * 1024
HEADERS = [("Content-Type", "application/json")]
REFUSALS = {
    "411 Length Required": ("length_required", "Send the body with its Content-Length, not in chunks."),
    "503 Service Unavailable": ("unavailable", "Too many requests are half sent. Try again in a moment."),
    "507 Insufficient Storage": ("no_space", "There is no room for what you sent."),
}


class WholeBodies:
    """Hands the application requests whose bodies are there. Larger ones than `limit_bytes` are for it to refuse."""

    def __init__(self, application: Application, *, limit_bytes: int) -> None:
        self._application, self._limit_bytes = application, limit_bytes
        self._at_work = threading.BoundedSemaphore(AT_WORK)
        self._waiting: dict[int, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if "HTTP_TRANSFER_ENCODING" in environ and not environ.get("CONTENT_LENGTH"):
            return _refuse(start_response, "411 Length Required")  # the application would take it for an empty one
        length = _length(environ)
        if not 0 < length <= self._limit_bytes:
            return self._work(environ, start_response)
        network = network_of_address(str(environ.get("REMOTE_ADDR", "")).strip())
        if self._are_too_many(network):
            return _refuse(start_response, "503 Service Unavailable")
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as body:
            try:
                with self._waiting_of(network):
                    _copy(environ["wsgi.input"], body, length)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                return _refuse(start_response, "507 Insufficient Storage")
            return self._work(environ | {"wsgi.input": body}, start_response)

    def _work(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        with self._at_work:
            return self._application(environ, start_response)

    @contextmanager
    def _waiting_of(self, network: str) -> Iterator[None]:
        me = threading.get_ident()
        with self._lock:
            self._waiting[me] = (network, time.monotonic())
        try:
            yield
        finally:
            with self._lock:
                del self._waiting[me]

    def _are_too_many(self, network: str) -> bool:
        """Whether so many bodies come slowly, in all or from there, that no thread should wait for another one."""
        before = time.monotonic() - SLOW_SECONDS
        with self._lock:
            slow = [whose for whose, since in self._waiting.values() if since < before]
        return len(slow) >= MOST_SLOW or slow.count(network) >= MOST_SLOW_OF_ONE_NETWORK


def _refuse(start_response: Any, status: str) -> list[bytes]:
    code, message = REFUSALS[status]
    start_response(status, HEADERS + ([("Retry-After", "2")] if status.startswith("5") else []))
    return [json.dumps({"error": {"code": code, "message": message, "fields": {}}}).encode()]


def _length(environ: Environ) -> int:
    text = environ.get("CONTENT_LENGTH") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _copy(source: Any, body: IO[bytes], length: int) -> None:
    """Fills the body, from its beginning; it stays shorter than `length` when the sender is gone."""
    while length > 0 and (piece := source.read(min(length, PIECE_BYTES))):
        body.write(piece)
        length -= len(piece)
    body.seek(0)

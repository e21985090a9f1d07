"""The whole service as real processes: web, worker, schedule and a broker that a test may kill. No stand-ins."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config.embedded import Valkey
from config.ports import free_port
from config.processes import service_account, spawn, stop_group, wait_until
from config.web import answers, web_options
from tests.servers import temporary_folder

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 180  # for what is promised without a number: longer than the slowest machine takes


class Stack:
    """Processes by name; each can be killed and started again."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder, self.port = folder, free_port()
        self.admin_password = secrets.token_urlsafe(12)
        self.valkey = Valkey(folder / "valkey", free_port(), secrets.token_urlsafe(12), service_account())
        self.environment = dict(os.environ) | {
            "DATABASE_URL": database_url,
            "REDIS_URL": self.valkey.url,
            "QUERENT_SECRET_KEY": secrets.token_urlsafe(32),
            "QUERENT_STORAGE_DIR": str(folder / "storage"),
            "QUERENT_ADMIN_PASSWORD": self.admin_password,
            "QUERENT_DEBUG": "0",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start_all(self) -> None:
        self.valkey.prepare()
        self.start("broker")
        self.manage("migrate", "--verbosity", "0")
        self.manage("ensure_admin")
        for name in ("web", "worker", "schedule"):
            self.start(name)
        if not wait_until(lambda: answers(f"{self.url}/readyz"), PATIENCE_SECONDS):
            raise RuntimeError(f"the web server did not start:\n{self.log('web')}")

    def start(self, name: str) -> None:
        python = [sys.executable, "-m"]
        commands = {
            "broker": self.valkey.command,
            "web": [*python, "granian", *web_options(self.port)],
            "worker": [*python, "workers.run", "worker"],
            "schedule": [*python, "workers.run", "beat", str(self.folder / "beat.db")],
        }
        with (self.folder / f"{name}.log").open("ab") as output:
            self.processes[name] = spawn(
                commands[name],
                environment=self.environment,
                cwd=ROOT,
                output=output,
                account=self.valkey.account if name == "broker" else None,
                death_signal=signal.SIGKILL,
            )
        if name == "broker" and not wait_until(self.valkey.is_ready, PATIENCE_SECONDS):
            raise RuntimeError(self.log("broker"))

    def kill(self, name: str) -> None:
        """Ends the process and all its children at once, as a power cut would."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def start_ended(self, name: str) -> None:
        """Starts again what has ended by itself, as the supervisor does: Celery's worker may, when its broker dies."""
        if self.processes[name].poll() is not None:
            self.start(name)

    def stop_all(self) -> None:
        for name in reversed(list(self.processes)):
            stop_group(self.processes.pop(name), signal.SIGTERM, 15)

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            env=self.environment, cwd=ROOT, check=False, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")[-4000:]

    def client(self, username: str = "admin", password: str | None = None) -> "Program":
        anybody = Program(self.url, None)
        status, body = anybody.call(
            "POST", "auth/token/", {"username": username, "password": password or self.admin_password}
        )
        assert status == 200, body
        return Program(self.url, body["token"])


class Program:
    """A client of the REST API."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url, self.token = url, token

    def call(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        sent = {"Content-Type": "application/json", "Accept": "application/json"} | dict(headers or {})
        if self.token:
            sent["Authorization"] = f"Token {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", data, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, json.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def want(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = self.call(method, path, body)
        assert 200 <= status < 300, (method, path, status, answer)
        return answer


def eventually(condition: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """Returns the first true value of the condition, or its last one when time is up."""
    end = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.1)
    return found


@contextmanager
def _database(name: str) -> Iterator[str]:
    """Makes a database of its own beside the tests' one."""
    address = os.environ["DATABASE_URL"]
    parts = urllib.parse.urlsplit(address)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urllib.parse.urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The running service. Shared by the session: tests make projects of their own."""
    name = f"querent_stack_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with temporary_folder() as folder, _database(name) as url:
        folder.chmod(0o711)  # the broker's account must get through
        running = Stack(folder, url)
        try:
            running.start_all()
            yield running
        finally:
            running.stop_all()

"""The whole service as people run it, by our own supervisor, with data and ports of its own. Tests may hurt it."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from benchmarks.processes import family, parent_of, part_of
from config.ports import free_port
from config.processes import spawn
from config.web import answers
from tests.servers import temporary_folder
from tests.stack import PATIENCE_SECONDS, ROOT, Program, eventually

START_SECONDS = 300
PARTS = ("web", "workers", "schedule", "valkey", "postgres")


class Service:
    """The running supervisor. Parts are named as in benchmarks.processes: web, workers, schedule, valkey, postgres."""

    def __init__(self, folder: Path, *, hooks: bool = True) -> None:
        self.folder, self.port = folder, free_port()
        self.hooks = folder / "hooks"
        self.admin_password = secrets.token_urlsafe(12)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("QUERENT_")}
        for name in ("DATABASE_URL", "REDIS_URL"):
            self.environment.pop(name, None)
        self.environment["QUERENT_ADMIN_PASSWORD"] = self.admin_password
        if hooks:
            self.hooks.mkdir()
            self.environment |= {"QUERENT_DEBUG": "1", "QUERENT_HOOKS": str(self.hooks)}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "config.supervisor", "--port", str(self.port), "--no-demo"]
        with (self.folder / "supervisor.log").open("ab") as output:
            self.process = spawn(
                [*command, "--data-dir", str(self.folder / "data")],
                environment=self.environment,
                cwd=ROOT,
                output=output,
            )
        if not eventually(self.is_up, START_SECONDS):
            raise RuntimeError(f"the service did not start:\n{self.log('supervisor')}{self.log('web')}")

    def stop(self) -> None:
        """Ends everything in order, as Ctrl-C would."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def is_up(self) -> bool:
        return self.process.poll() is None and answers(f"{self.url}/api/v1/health/")

    def is_well(self) -> bool:
        """Whether the database and the broker answer and a worker has just lived."""
        with suppress(OSError, ValueError):
            return Program(self.url, None).call("GET", "health/")[1].get("status") == "ok"
        return False

    def part(self, name: str) -> int | None:
        """Returns the process that the supervisor started under that name; None while it is away."""
        ours = (pid for pid in family([self.process.pid]) if parent_of(pid) == self.process.pid)
        return next((pid for pid in ours if part_of(pid) == name), None)

    def kill(self, name: str) -> bool:
        """Ends a part and its children at once, as a power cut would; returns whether it was there."""
        pid = self.part(name)
        if pid is None:
            return False
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        return True

    @contextmanager
    def unattended(self) -> Iterator[None]:
        """Meanwhile the supervisor sleeps, so what is killed stays away."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def hold(self, name: str, seconds: float) -> bool:
        """Stops a part for so long, as a machine out of memory would, then lets it go on."""
        if not self.freeze(name):
            return False
        time.sleep(seconds)
        self.go_on(name)
        return True

    def freeze(self, name: str) -> bool:
        """Stops every process of a part: it takes connections and answers nothing. Returns whether it was there."""
        pid = self.part(name)
        if pid is not None:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGSTOP)
        return pid is not None

    def go_on(self, name: str) -> None:
        """Lets every process of a part that was stopped go on."""
        pid = self.part(name)
        if pid is not None:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGCONT)

    def wipe_broker(self) -> bool:
        """Kills the broker and takes all it knew away."""
        gone = self.kill("valkey")
        shutil.rmtree(self.folder / "data" / "valkey" / "appendonlydir", ignore_errors=True)
        return gone

    def order(self, point: str, action: str) -> None:
        """Tells the next process that reaches the point what to do: see annotation/hooks.py."""
        unfinished = self.folder / "order"  # appears whole, under its name
        unfinished.write_text(action)
        unfinished.rename(self.hooks / point)

    def is_obeyed(self, point: str) -> bool:
        return not (self.hooks / point).exists()

    def forget_orders(self) -> None:
        for order in self.hooks.glob("*"):
            order.unlink(missing_ok=True)

    @property
    def addresses(self) -> dict[str, str]:
        """What the environment of another program of this installation must say."""
        known: dict[str, dict[str, str]] = json.loads((self.folder / "data" / "secrets.json").read_text())
        return known["environment"]

    @property
    def database_url(self) -> str:
        return self.addresses["DATABASE_URL"]

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self.database_url, autocommit=True, connect_timeout=5)

    def log(self, name: str) -> str:
        place = self.folder / "data" / "log" / f"{name}.log" if name != "supervisor" else self.folder / "supervisor.log"
        return place.read_text(errors="replace")[-4000:] if place.exists() else ""

    def client(self, username: str = "admin", password: str | None = None) -> Program:
        body = {"username": username, "password": password or self.admin_password}
        status, answer = Program(self.url, None).call("POST", "auth/token/", body)
        assert status == 200, answer
        return Program(self.url, answer["token"])


@contextmanager
def running_service(*, hooks: bool = True) -> Iterator[Service]:
    """Starts a service in a temporary folder and ends it, whatever happens."""
    with temporary_folder() as folder:
        folder.chmod(0o711)  # the servers' account must get through
        service = Service(folder, hooks=hooks)
        try:
            service.start()
            yield service
        finally:
            service.stop()

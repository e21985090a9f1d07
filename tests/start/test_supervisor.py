"""The whole of ./start, as one process that a person starts, kills and stops."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.options import CHECKOUT
from config.ports import free_port
from config.processes import marked_processes, wait_until
from config.web import answers
from tests.servers import temporary_folder
from tests.stack import PATIENCE_SECONDS

pytestmark = [pytest.mark.alone, pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")]
UP_SECONDS = 300


class Run:
    """One ./start with a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.output = folder.with_name(f"output-{self.port}.txt")
        ours = {"DATABASE_URL", "REDIS_URL", "QUERENT_STORAGE_DIR", "QUERENT_ADMIN_PASSWORD", "DJANGO_SETTINGS_MODULE"}
        environment = {name: value for name, value in os.environ.items() if name not in ours}
        command = [
            sys.executable,
            "-m",
            "config.supervisor",
            "--no-demo",
            f"--port={self.port}",
            f"--data-dir={folder}",
        ]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=output, stderr=output)

    @property
    def printed(self) -> str:
        return self.output.read_text()

    def wait_for_box(self) -> None:
        assert wait_until(lambda: "Log in as" in self.printed or self.process.poll() is not None, UP_SECONDS)
        assert self.process.poll() is None, self.printed
        assert self.is_up(), self.printed

    def is_up(self) -> bool:
        return answers(f"http://127.0.0.1:{self.port}/")

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)

    def child_pids(self, part: str) -> set[int]:
        """Returns the supervisor's direct children whose command line holds `part`."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return {int(pid) for pid in children if part.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()}

    def leftovers(self) -> list[str]:
        """Returns the command lines of everything that belongs to the data folder, PostgreSQL included."""
        pids = {str(pid) for pid in marked_processes(str(self.folder))}
        lines = {folder.name: folder / "cmdline" for folder in Path("/proc").glob("[0-9]*")}
        found = []
        for pid, place in lines.items():
            try:
                line = place.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if pid in pids or (f"{self.folder}/" in line and int(pid) != self.process.pid):
                found.append(line)
        return found


@pytest.fixture
def start() -> Iterator[Callable[[], Run]]:
    runs: list[Run] = []
    with temporary_folder() as folder:
        folder.chmod(0o711)

        def begin() -> Run:
            runs.append(Run(folder / "state"))
            return runs[-1]

        yield begin
        for run in runs:
            if run.process.poll() is None:
                run.stop(signal.SIGTERM)


def test_start_stop_and_start_again(start: Callable[[], Run]) -> None:
    first = start()
    first.wait_for_box()
    password = re.search(r"user admin, password (\S+)", first.printed)
    assert password
    with urllib.request.urlopen(f"http://127.0.0.1:{first.port}/") as page:
        assert page.status == 200
    refused = start()
    assert refused.process.wait(PATIENCE_SECONDS) == 1
    assert first.stop() == 0
    assert first.leftovers() == []

    second = start()
    second.wait_for_box()
    assert "secrets.json" in second.printed
    assert password[1] not in second.printed
    assert password[1] in (second.folder / "secrets.json").read_text()
    assert second.stop(signal.SIGTERM) == 0
    assert second.leftovers() == []


def test_every_part_comes_back_and_a_killed_supervisor_leaves_nothing(start: Callable[[], Run]) -> None:
    run = start()
    run.wait_for_box()
    parts = ("bin/postgres", "valkey", "granian", "worker\0", "beat\0")
    killed = {part: run.child_pids(part) for part in parts}
    for pids in killed.values():
        assert len(pids) == 1
        os.kill(next(iter(pids)), signal.SIGKILL)
    for part, pids in killed.items():
        assert wait_until(lambda part=part, pids=pids: len(run.child_pids(part) - pids) == 1, PATIENCE_SECONDS), part
    assert wait_until(run.is_up, PATIENCE_SECONDS)

    run.stop(signal.SIGKILL)
    again = start()  # at once: what the killed one left is still ending
    again.wait_for_box()
    assert again.stop() == 0
    assert wait_until(lambda: run.leftovers() == [], PATIENCE_SECONDS), run.leftovers()

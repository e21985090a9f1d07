"""The supervisor's children: back-off, whole groups ended, death together with the supervisor."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.children import PAUSES_SECONDS, STEADY_SECONDS, Child
from config.options import CHECKOUT, parse
from config.processes import MARK, end_leftovers, marked_processes, wait_until
from config.supervisor import Supervisor


class Clock:
    """Time that passes only when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def make_child(folder: Path, script: str, clock: Clock | None = None, **options: object) -> Child:
    return Child(
        name="part",
        command=["/bin/sh", "-c", script],
        environment={"PATH": os.environ["PATH"], MARK: str(folder)},
        cwd=folder,
        log=folder / "part.log",
        now=clock or time.monotonic,
        **options,  # type: ignore[arg-type]
    )


def end_of(child: Child) -> int:
    """Returns the exit code with which the child's present run ends."""
    assert child.process is not None
    child.process.wait(10)
    code = child.revive()
    assert code is not None
    return code


def test_pauses_grow_and_what_stayed_up_comes_back_at_once(tmp_path: Path) -> None:
    clock = Clock()
    child = make_child(tmp_path, "exit 3", clock)
    pauses = []
    for _ in range(9):
        child.start()
        assert end_of(child) == 3
        pauses.append(child.due_at - clock.seconds)
        clock.seconds = child.due_at
    assert pauses == [*PAUSES_SECONDS, PAUSES_SECONDS[-1]]

    child.start()
    clock.seconds += STEADY_SECONDS
    end_of(child)
    assert child.due_at == clock.seconds


def test_the_longest_pause_can_be_shorter(tmp_path: Path) -> None:
    clock = Clock()
    child = make_child(tmp_path, "exit 3", clock, longest_pause=1.0)
    for _ in range(9):
        child.start()
        end_of(child)
    assert child.due_at - clock.seconds == 1.0


def test_nobody_waits_longer_than_half_a_second_for_a_web_server_that_is_killed_again_and_again(tmp_path: Path) -> None:
    web, *others = Supervisor(parse(["--data-dir", str(tmp_path / "data")])).services()
    assert (web.name, web.longest_pause) == ("web", 0.5)
    assert [child.longest_pause for child in others] == [PAUSES_SECONDS[-1]] * 2


def test_it_is_not_started_before_its_pause_is_over(tmp_path: Path) -> None:
    clock = Clock()
    child = make_child(tmp_path, "echo run", clock)
    child.failures = 2
    child.start()
    end_of(child)
    clock.seconds = child.due_at - 0.01
    child.revive()
    assert child.process is None
    clock.seconds = child.due_at
    child.revive()
    assert child.process is not None
    end_of(child)
    assert (tmp_path / "part.log").read_text() == "run\nrun\n"


def test_a_one_shot_program_is_not_started_again(tmp_path: Path) -> None:
    child = make_child(tmp_path, "exit 0", once=True)
    child.start()
    assert end_of(child) == 0
    child.due_at = 0
    child.revive()
    assert child.process is None


@pytest.mark.parametrize("script", ["sleep 600 & wait", "trap '' TERM; sleep 600 & while :; do wait; done"])
def test_stop_leaves_no_grandchild(tmp_path: Path, script: str) -> None:
    child = make_child(tmp_path, script, stop_seconds=0.5)
    child.start()
    assert wait_until(lambda: len(list(marked_processes(str(tmp_path)))) == 2, 10)
    child.stop()
    assert wait_until(lambda: not list(marked_processes(str(tmp_path))), 10)


def test_an_unexpected_end_takes_the_grandchildren_along(tmp_path: Path) -> None:
    child = make_child(tmp_path, "sleep 600 & exit 1")
    child.start()
    end_of(child)
    assert wait_until(lambda: not list(marked_processes(str(tmp_path))), 10)


SUPERVISOR_THAT_HANGS = """
import sys, time
from pathlib import Path
from tests.start.test_children import make_child
child = make_child(Path(sys.argv[1]), "exec sleep 600")
child.start()
print(child.process.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a child's life to its parent's")
def test_children_die_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR_THAT_HANGS, str(tmp_path)], cwd=CHECKOUT, stdout=subprocess.PIPE
    )
    assert supervisor.stdout is not None
    pid = int(supervisor.stdout.readline())
    # While the shell becomes `sleep`, its environment reads as empty.
    assert wait_until(lambda: list(marked_processes(str(tmp_path))) == [pid], 10)
    supervisor.send_signal(signal.SIGKILL)
    supervisor.wait()
    supervisor.stdout.close()
    assert wait_until(lambda: not list(marked_processes(str(tmp_path))), 10)


def test_leftovers_that_ignore_sigterm_are_killed(tmp_path: Path) -> None:
    stubborn = subprocess.Popen(
        ["/bin/sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.1; done"],
        env={"PATH": os.environ["PATH"], MARK: str(tmp_path)},
        stdout=subprocess.PIPE,
    )
    assert stubborn.stdout is not None
    stubborn.stdout.readline()
    assert end_leftovers(str(tmp_path), seconds=0.5) >= 1
    assert stubborn.wait(10) == -signal.SIGKILL
    stubborn.stdout.close()

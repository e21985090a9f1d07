"""Child processes that never outlive us: start one, stop its whole group, find what a killed run left behind."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

PR_SET_PDEATHSIG = 1
MARK = "QUERENT_SUPERVISED"  # environment variable that names the state folder a process belongs to


@dataclass(frozen=True)
class Account:
    """The user that a process runs as."""

    uid: int
    gid: int


def service_account() -> Account | None:
    """Returns the account for servers that refuse root, or None when we are an ordinary user and stay ourselves."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def spawn(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    cwd: Path,
    output: IO[bytes] | int,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Returns a child in its own process group that gets `death_signal` when we die, however we die.

    Call it from the main thread only: Linux ties the signal to the thread that forked.
    """
    return subprocess.Popen(
        command,
        env=dict(environment),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        process_group=0,
        preexec_fn=_die_with_parent(death_signal),
        **_credentials(account),
    )


def run_as(account: Account | None, command: Sequence[str], *, environment: Mapping[str, str], cwd: Path) -> str:
    """Returns what a short command printed; raises RuntimeError with its output when it failed."""
    done = subprocess.run(
        command,
        env=dict(environment),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        preexec_fn=_die_with_parent(signal.SIGKILL),
        **_credentials(account),
    )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed ({done.returncode}):\n{done.stdout.strip()}")
    printed: str = done.stdout
    return printed


def stop_group(child: subprocess.Popen[bytes], first: signal.Signals, seconds: float) -> None:
    """Ends the child and everything in its group: `first` to the child, SIGKILL to the group after `seconds`.

    Only the child gets the polite signal: a Celery or granian parent ends its own children in order.
    """
    if child.poll() is None:
        child.send_signal(first)
        with suppress(subprocess.TimeoutExpired):
            child.wait(seconds)
    kill_group(child.pid)
    child.wait()


def kill_group(group: int) -> None:
    """Sends SIGKILL to a process group; an empty one is no error."""
    with suppress(ProcessLookupError, PermissionError):  # macOS answers "not permitted" for a group of zombies
        os.killpg(group, signal.SIGKILL)


def end_leftovers(mark: str, seconds: float) -> int:
    """Ends every process marked with `mark` except ourselves, politely at first; returns how many there were."""
    found = list(marked_processes(mark))
    for pid in found:
        _signal(pid, signal.SIGTERM)
    if found and not wait_until(lambda: not any(marked_processes(mark)), seconds):
        for pid in marked_processes(mark):
            _signal(pid, signal.SIGKILL)
    return len(found)


def marked_processes(mark: str) -> Iterator[int]:
    """Yields the ids of living processes that were started with MARK=`mark`; nothing where there is no /proc."""
    wanted = f"{MARK}={mark}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            variables = (folder / "environ").read_bytes().split(b"\0")
        except OSError:  # it ended meanwhile, or belongs to somebody else
            continue
        if wanted in variables and int(folder.name) != os.getpid():
            yield int(folder.name)


def wait_until(condition: Callable[[], bool], seconds: float, step: float = 0.1) -> bool:
    """Returns True as soon as the condition holds, False when it did not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(step)
    return True


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _credentials(account: Account | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": [account.gid]}


def _die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """Returns what a new child runs before exec. Changing the user clears the setting, so it comes after that."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)

    return ask

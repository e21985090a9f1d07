"""The supervisor's children: what to run, whether it is time to run it again, how to end it."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.processes import Account, kill_group, spawn, stop_group

# What was killed comes back at once, twice; what does not stay up is tried more and more seldom.
PAUSES_SECONDS = (0.0, 0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
STEADY_SECONDS = 10.0


@dataclass
class Child:
    """One supervised program. `once` means that an end with exit code 0 is what we wanted."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    cwd: Path
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10
    account: Account | None = None
    once: bool = False
    longest_pause: float = PAUSES_SECONDS[-1]
    now: Callable[[], float] = time.monotonic
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    exit_code: int | None = field(default=None, init=False)
    failures: int = field(default=0, init=False)
    started_at: float = field(default=0, init=False)
    due_at: float = field(default=0, init=False)

    def start(self) -> None:
        """Runs the program; what it prints is added to its log."""
        with self.log.open("ab") as output:
            self.process = spawn(
                self.command,
                environment=self.environment,
                cwd=self.cwd,
                output=output,
                account=self.account,
                death_signal=self.stop_signal,
            )
        self.started_at = self.now()
        self.exit_code = None

    def revive(self) -> int | None:
        """Starts the program again when it ended and its pause is over; returns the exit code of an end just seen."""
        if self.process is None:
            if not self.once and self.now() >= self.due_at:
                self.start()
            return None
        self.exit_code = self.process.poll()
        if self.exit_code is not None:
            self._note_end(self.process)
        return self.exit_code

    def stop(self) -> None:
        """Ends the program and everything it started."""
        if self.process is not None:
            stop_group(self.process, self.stop_signal, self.stop_seconds)
            self.process = None

    def _note_end(self, process: subprocess.Popen[bytes]) -> None:
        """Plans the next start: at once, and after a longer and longer pause while it does not live ten seconds."""
        kill_group(process.pid)  # its own children would hold the port or the queue
        self.process = None
        if self.now() - self.started_at >= STEADY_SECONDS:
            self.failures = 0
        pause = PAUSES_SECONDS[min(self.failures, len(PAUSES_SECONDS) - 1)]
        self.due_at = self.now() + min(pause, self.longest_pause)
        self.failures += 1

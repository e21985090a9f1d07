"""Sends hints to the workers, off the caller's thread: a dead broker costs a request nothing.

Hints of a burst are merged. One that is lost is made good by the sweeper.
"""

import logging
import os
import threading
import time
from typing import Any

from kombu.exceptions import OperationalError

from annotation import hooks, tracing
from workers.celery import app

logger = logging.getLogger(__name__)

MERGE_SECONDS = 0.05
SPACING_SECONDS = 0.25  # between two hints of the same kind: a burst of labels is not a burst of tasks
REST_SECONDS = 2.0
LANE_QUEUES = {"represent": "learn", "learn": "learn", "score": "score", "quality": "quality"}

Hint = tuple[str, str, tuple[Any, ...]]


class Dispatcher:
    """One thread a process, started with the first hint; a forked child starts its own."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._pid = os.getpid()
        self._changed = threading.Condition()
        self._due: dict[Hint, float] = {}
        self._sent: dict[Hint, float] = {}
        self._origins: dict[Hint, str] = {}
        self._thread: threading.Thread | None = None

    def add(self, hint: Hint, seconds: float = MERGE_SECONDS) -> None:
        """Sends the hint after so many seconds, or when it was to be sent anyway, if that is sooner."""
        if self._pid != os.getpid():
            self._forget()
        with self._changed:
            due = max(time.monotonic() + seconds, self._sent.get(hint, 0) + SPACING_SECONDS)
            self._due[hint] = min(due, self._due.get(hint, due))
            self._origins[hint] = tracing.request_id() or self._origins.get(hint, "")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="dispatch")
                self._thread.start()
            self._changed.notify()

    def _run(self) -> None:
        while True:
            for hint, origin in self._wait():
                self._send(*hint, origin)

    def _wait(self) -> list[tuple[Hint, str]]:
        """Returns the hints that are due, at least one, each with the last request that asked for it."""
        with self._changed:
            while not (ready := [hint for hint, due in self._due.items() if due <= time.monotonic()]):
                next_due = min(self._due.values(), default=None)
                self._changed.wait(None if next_due is None else max(0.0, next_due - time.monotonic()))
            now = time.monotonic()
            self._sent = {hint: at for hint, at in self._sent.items() if at > now - SPACING_SECONDS}
            for hint in ready:
                del self._due[hint]
                self._sent[hint] = now
            return [(hint, self._origins.pop(hint, "")) for hint in ready]

    def _send(self, name: str, queue: str, arguments: tuple[Any, ...], origin: str) -> None:
        hooks.reached("hint due")
        try:
            app.send_task(name, arguments, queue=queue, retry=False, headers={"request_id": origin})
        except (OperationalError, OSError) as error:
            logger.warning("the broker does not answer; the sweeper will send %s later: %s", name, error)
            time.sleep(REST_SECONDS)


_dispatcher = Dispatcher()


def wake(project_id: int, topic: str, seconds: float = MERGE_SECONDS) -> None:
    """Hints that a project's lane has work. Returns at once, whatever the broker does."""
    _dispatcher.add(("workers.run_lane", LANE_QUEUES[topic], (project_id, topic)), seconds)


def wake_job(job_id: int) -> None:
    """Hints that a job is waiting."""
    _dispatcher.add(("workers.run_job", "transfer", (job_id,)))

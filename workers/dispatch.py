"""Sends hints to the workers, off the caller's thread: a dead broker costs a request nothing.

Hints of a burst are merged. One that is lost is made good by the sweeper.
"""

import logging
import os
import threading
import time
from typing import Any

from kombu.exceptions import OperationalError

from workers.celery import app

logger = logging.getLogger(__name__)

MERGE_SECONDS = 0.05
REST_SECONDS = 2.0
LANE_QUEUES = {"represent": "learn", "learn": "learn", "score": "score", "quality": "quality"}

Hint = tuple[str, str, tuple[Any, ...]]


class Dispatcher:
    """One thread a process, started with the first hint; a forked child starts its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self._pid = os.getpid()
        self._hints: set[Hint] = set()
        self._due = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, hint: Hint) -> None:
        with self._lock:
            if self._pid != os.getpid():
                self._forget()
            self._hints.add(hint)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="dispatch")
                self._thread.start()
        self._due.set()

    def _run(self) -> None:
        while True:
            self._due.wait()
            time.sleep(MERGE_SECONDS)
            self._due.clear()
            with self._lock:
                hints, self._hints = self._hints, set()
            for name, queue, arguments in hints:
                self._send(name, queue, arguments)

    def _send(self, name: str, queue: str, arguments: tuple[Any, ...]) -> None:
        try:
            app.send_task(name, arguments, queue=queue, retry=False)
        except (OperationalError, OSError) as error:
            logger.warning("the broker does not answer; the sweeper will send %s later: %s", name, error)
            time.sleep(REST_SECONDS)


_dispatcher = Dispatcher()


def wake(project_id: int, topic: str) -> None:
    """Hints that a project's lane has work. Returns at once, whatever the broker does."""
    _dispatcher.add(("workers.run_lane", LANE_QUEUES[topic], (project_id, topic)))


def wake_job(job_id: int) -> None:
    """Hints that a job is waiting."""
    _dispatcher.add(("workers.run_job", "transfer", (job_id,)))

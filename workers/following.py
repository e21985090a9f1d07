"""What is told of every task: its ids in the log, its time in the figures, and that its worker still hears."""

import ctypes
import logging
import logging.config
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from celery.signals import setup_logging, task_postrun, task_prerun, worker_shutdown
from django.conf import settings
from django.db import Error

from annotation import tracing
from annotation.artifacts import let_go_of_mapped
from annotation.operations import counting, health

STAMP_SECONDS = 5.0
LONG_SECONDS = 0.5
NAMED = {"workers.run_job": ("job_id",), "workers.run_lane": ("project_id", "topic")}

_started: dict[str, float] = {}
_stamped_at = -STAMP_SECONDS


@setup_logging.connect
def _log_like_the_web(**_: Any) -> None:
    logging.config.dictConfig(settings.LOGGING)


@task_prerun.connect
def _begin(task_id: str, task: Any, args: Sequence[Any], **_: Any) -> None:
    _started[task_id] = time.monotonic()
    origin = getattr(task.request, "request_id", None)
    named = {"task": task.name, "request_id": origin or ""} | dict(
        zip(NAMED.get(task.name, ()), map(str, args), strict=False)
    )
    tracing.IDS.set({name: value for name, value in named.items() if value})


@task_postrun.connect
def _end(task_id: str, task: Any, state: str | None = None, **_: Any) -> None:
    seconds = time.monotonic() - _started.pop(task_id, time.monotonic())
    counting.observe("task_seconds", seconds, task=task.name, outcome="done" if state == "SUCCESS" else "failed")
    with suppress(Error):  # the outage is told by the task itself
        _stamp(str(task.request.hostname))
        counting.flush_if_due()
    _let_go(seconds)
    tracing.IDS.set({})


def _let_go(seconds: float) -> None:
    """Gives back what a task no longer needs: pages of vectors, and after a long one what malloc keeps in gaps."""
    let_go_of_mapped()
    if seconds >= LONG_SECONDS and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):  # glibc has it
        trim(0)


def _stamp(hostname: str) -> None:
    """Writes, every few seconds, that this worker has finished something."""
    global _stamped_at  # noqa: PLW0603 - one clock a process
    if time.monotonic() - _stamped_at >= STAMP_SECONDS:
        _stamped_at = time.monotonic()
        health.beat(f"worker:{hostname}"[:100])


@worker_shutdown.connect
def _leave(sender: Any, **_: Any) -> None:
    """A worker that is stopped in order is not missed."""
    with suppress(Error):
        health.forget(f"worker:{sender.hostname}"[:100])

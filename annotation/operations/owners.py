"""Whose fault it is that work did not come to its end: its own, or that of what it runs on.

Who claims a lane or a job writes itself into the row. An owner that vanished was either ended by its work (a crash, too
much memory) or taken away together with its worker. The processes of a worker are forked from one that outlives such
a crash, so the work is to blame when a process of the same worker is gone. Nothing else counts as an attempt.
"""

import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import psycopg
from django.db import InterfaceError, OperationalError
from django.db.models import F
from psycopg import errors

MAX_ATTEMPTS = 3
# So many losses in a row are no accident: perhaps the work takes the whole machine with it.
MAX_LOSSES = 10
REST_AFTER_ATTEMPTS = timedelta(minutes=5)
REST_AFTER_LOSSES = timedelta(minutes=1)
BORN = secrets.token_hex(8)  # of a worker: its processes inherit it when they are forked
AWAY = (
    errors.AdminShutdown,
    errors.CrashShutdown,
    errors.CannotConnectNow,
    errors.TooManyConnections,
    errors.IdleInTransactionSessionTimeout,  # the process was stopped, not slow
)


def myself() -> str:
    """Returns what a claim says of its owner: the worker, and the process."""
    return f"{BORN} {os.getpid()}"


def was_ended_by_its_work(owner: str) -> bool:
    """Whether this owner, who vanished, belonged to our own worker and its process is gone: the worker lived on."""
    born, _, pid = owner.rpartition(" ")
    return born == BORN and not _lives(int(pid))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def is_outage(error: BaseException) -> bool:
    """Whether the database went away, or has no connection to give; a statement that took too long is no outage."""
    cause = error.__cause__
    if isinstance(cause, AWAY):
        return True
    if not isinstance(error, OperationalError | InterfaceError) or not isinstance(cause, psycopg.Error):
        return False
    return cause.sqlstate is None or cause.sqlstate.startswith("08")


def counted(*, by_itself: bool) -> Mapping[str, Any]:
    """Returns what a try that did not come to its end changes in its row: an attempt, or a loss."""
    name = "attempts" if by_itself else "losses"
    return {"expires_at": None, name: F(name) + 1}

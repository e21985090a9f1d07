"""Trying again what lost a race for locks."""

import functools
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 4
TRANSIENT = (DeadlockDetected, LockNotAvailable, SerializationFailure)


def retried(operation: Callable[P, R]) -> Callable[P, R]:
    """Makes an operation that owns its transaction try again after a deadlock, lock time-out or serialization failure.

    After four attempts the error goes on to the caller (503 with Retry-After). Inside another transaction there is
    nothing to try again: the whole of it has failed.
    """

    @functools.wraps(operation)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            return operation(*args, **kwargs)
        for attempt in range(1, ATTEMPTS):
            try:
                return operation(*args, **kwargs)
            except OperationalError as error:
                if not isinstance(error.__cause__, TRANSIENT):
                    raise
                time.sleep(random.uniform(0, 0.05 * attempt))  # noqa: S311 - spreads callers, guards nothing
        return operation(*args, **kwargs)

    return wrapped

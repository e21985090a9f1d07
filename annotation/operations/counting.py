"""Counts what requests and tasks took: in memory, and every few seconds added to PostgreSQL, where all processes meet.

A killed process loses the counts of its last seconds; nothing else depends on them.
"""

import bisect
import threading
import time
from collections.abc import Mapping

from django.db import InterfaceError, OperationalError, connection

from annotation.models import MetricSeries

FLUSH_SECONDS = 10.0
# Upper bounds in seconds; what took longer is counted in the last place but one, the last is the sum.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 600.0)

ADD = """
    INSERT INTO annotation_metricseries AS old (name, labels, values) VALUES (%s, %s, %s)
    ON CONFLICT (name, labels) DO UPDATE
    SET values = (SELECT array_agg(a + b ORDER BY place)
                  FROM unnest(old.values, excluded.values) WITH ORDINALITY pair (a, b, place))
"""

Series = tuple[str, str]

_lock = threading.Lock()
_counted: dict[Series, list[float]] = {}
_flushed_at = time.monotonic()


def observe(name: str, seconds: float, **labels: str) -> None:
    """Counts one event of this name with its labels."""
    series = name, ",".join(f'{label}="{escaped(value)}"' for label, value in sorted(labels.items()))
    with _lock:
        values = _counted.setdefault(series, [0.0] * (len(BOUNDS) + 2))
        values[bisect.bisect_left(BOUNDS, seconds)] += 1
        values[-1] += seconds


def escaped(value: str) -> str:
    """Returns the value as it stands between quotes in Prometheus' text format."""
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def flush_if_due(**_: object) -> None:
    """Adds what this process counted to the table, if it is time and the caller is in no transaction.

    It runs when an answer is out or a task is over, so the connection goes back to the pool.
    """
    if time.monotonic() - _flushed_at >= FLUSH_SECONDS and not connection.in_atomic_block:
        flush()
        connection.close()


def flush() -> None:
    """Adds what this process counted to the table. While the database is away it is kept for the next time."""
    global _flushed_at  # noqa: PLW0603 - one clock a process
    with _lock:
        taken = dict(_counted)
        _counted.clear()
        _flushed_at = time.monotonic()
    try:
        _add(taken)
    except (OperationalError, InterfaceError):
        with _lock:
            for series, values in taken.items():
                known = _counted.get(series, [0.0] * len(values))
                _counted[series] = [one + other for one, other in zip(known, values, strict=True)]


def _add(taken: Mapping[Series, list[float]]) -> None:
    """One statement, in the order of the keys, so that two processes wait for each other instead of deadlocking."""
    if taken:
        with connection.cursor() as cursor:
            cursor.executemany(ADD, [(*series, taken[series]) for series in sorted(taken)])


def counted() -> list[MetricSeries]:
    """Returns all series, with those of this process up to now."""
    flush()
    return list(MetricSeries.objects.order_by("name", "labels"))

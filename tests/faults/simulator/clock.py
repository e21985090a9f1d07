"""A clock that only a test moves: PostgreSQL's now() is replaced for the connections that ask for it.

It shows a year of its own, so anything that looked at the computer's clock instead would be found out at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection

START = "2031-05-06 07:08:09+00"
MAKE = f"""
    CREATE SCHEMA IF NOT EXISTS fake_time;
    CREATE TABLE IF NOT EXISTS fake_time.clock (at timestamptz NOT NULL);
    DELETE FROM fake_time.clock;
    INSERT INTO fake_time.clock VALUES ('{START}');
    CREATE OR REPLACE FUNCTION fake_time.now() RETURNS timestamptz LANGUAGE sql STABLE
        AS 'SELECT at FROM fake_time.clock';
    CREATE OR REPLACE FUNCTION fake_time.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
        AS 'SELECT at FROM fake_time.clock'
"""  # noqa: S608 - a constant


@contextmanager
def fake_time() -> Iterator[None]:
    """Makes the clock and lets this thread's connection see it, until the block ends."""
    with connection.cursor() as cursor:
        cursor.execute(MAKE)
    try:
        with seen_here():
            yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA fake_time CASCADE")


@contextmanager
def seen_here() -> Iterator[None]:
    """Lets this thread's connection see the clock that another thread has made."""
    with connection.cursor() as cursor:
        cursor.execute("SET search_path = fake_time, pg_catalog, public")
        cursor.execute("SET deadlock_timeout = '20ms'")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET search_path")
            cursor.execute("RESET deadlock_timeout")


def advance(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE fake_time.clock SET at = at + make_interval(secs => %s)", [seconds])


def now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT at FROM fake_time.clock")
        (at,) = cursor.fetchone()
    return at

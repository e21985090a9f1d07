"""A process that is stopped inside a statement is waited for so long and no longer."""

import os
from collections.abc import Callable

import psycopg
import pytest
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from annotation.operations.stalled import end_stalled_sessions
from tests.stack import eventually

pytestmark = pytest.mark.django_db(transaction=True)

LONG_ENOUGH = 0.2
MANY_ROWS = "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 100000)) TO STDOUT"


@pytest.fixture
def other():
    """Somebody else's session, by the name that our processes have; whatever becomes of it is the test's."""
    address = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    session = psycopg.connect(address, application_name="querent 1")
    yield session
    session.close()


def waits_for_its_process(session: psycopg.Connection, event: str) -> None:
    with connection.cursor() as cursor:
        assert eventually(lambda: _is_in(cursor, session.info.backend_pid, event)), f"it never came to {event}"


def _is_in(cursor: CursorWrapper, pid: int, event: str) -> bool:
    cursor.execute(
        "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND state = 'active' AND wait_event = %s"
        " AND clock_timestamp() - query_start > make_interval(secs => %s)",
        [pid, event, LONG_ENOUGH],
    )
    return cursor.fetchone() is not None


def stop_in(session: psycopg.Connection, statement: str, event: str, look: Callable[[], None]) -> None:
    """Stands still in the middle of a COPY, looks, and goes on to its end."""
    with session.cursor().copy(statement) as copy:
        if event == "ClientWrite":
            next(iter(copy))
        waits_for_its_process(session, event)
        look()
        for _ in copy if event == "ClientWrite" else ():
            pass


def test_who_is_stopped_while_sending_rows_loses_his_session_and_his_locks(other):
    other.execute("CREATE TEMP TABLE incoming (n int)")
    other.commit()
    other.execute("LOCK TABLE annotation_job")
    other.execute("SET statement_timeout = '150ms'")

    def look() -> None:
        assert end_stalled_sessions() == 0, "not yet"
        assert end_stalled_sessions(sending_seconds=LONG_ENOUGH) == 1
        with transaction.atomic(), connection.cursor() as cursor:  # which its limit of 150 ms had not freed
            cursor.execute("LOCK TABLE annotation_job IN SHARE MODE")

    with pytest.raises(psycopg.OperationalError):
        stop_in(other, "COPY incoming FROM STDIN", "ClientRead", look)


def test_who_is_stopped_while_taking_rows_loses_his_session(other):
    def look() -> None:
        assert end_stalled_sessions(sending_seconds=0) == 0
        assert end_stalled_sessions(taking_seconds=LONG_ENOUGH) == 1

    with pytest.raises(psycopg.OperationalError):
        stop_in(other, MANY_ROWS, "ClientWrite", look)


@pytest.mark.parametrize("name", ["pg_dump", "psql"])
def test_sessions_of_other_programs_are_left_alone(other, name):
    def look() -> None:
        assert end_stalled_sessions(taking_seconds=0) == 0

    other.execute(f"SET application_name = '{name}'")
    stop_in(other, MANY_ROWS, "ClientWrite", look)


def test_who_only_works_for_long_is_left_alone(other):
    other.execute("SELECT 1")
    assert end_stalled_sessions(sending_seconds=0, taking_seconds=0) == 0
    assert other.execute("SELECT 2").fetchone() == (2,)

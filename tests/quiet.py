"""Before tables are emptied or a database is dropped, nobody else may be at work in it."""

import os
import time

import psycopg
from django.db import connection

AT_WORK = """SELECT pid FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()
               AND backend_type = 'client backend' AND state <> 'idle'"""
END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"


def settle(seconds: float = 5.0) -> int:
    """Waits until every request has come to its end, ends the sessions of those that do not; returns how many."""
    deadline = time.monotonic() + seconds
    with connection.cursor() as cursor:
        while True:
            cursor.execute(AT_WORK)
            at_work = [pid for (pid,) in cursor.fetchall()]
            if not at_work:
                return 0
            if time.monotonic() > deadline:
                cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) pid", [at_work])
                return len(at_work)
            time.sleep(0.02)


def end_sessions(database: str) -> None:
    """Ends every session in that database, idle ones of pools too."""
    with psycopg.connect(os.environ["DATABASE_URL"], dbname="postgres", autocommit=True) as other:
        other.execute(END, [database])

"""An upgrade beside people at work: the old code goes on, nobody waits long, nothing fails."""

import os
import subprocess
import sys
import threading
import time

import psycopg
import pytest

from config.options import CHECKOUT
from tests.stack import _database, eventually

OLD = "0018_training"
OF_BEFORE = "INSERT INTO annotation_auditevent (verb, target, detail, created_at) VALUES ('x', '', '{}', now())"
WAITS = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'ALTER TABLE%'"
HELD_SECONDS, LONGEST_WAIT = 4.0, 4.5


def migrate(url: str, *names: str) -> str:
    environment = os.environ | {"DATABASE_URL": url}
    command = [sys.executable, "manage.py", "migrate", *names]
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stderr


def let_go_once_waited_for(url: str, reader: psycopg.Connection) -> None:
    """Ends the reader's transaction, for so long after a migration has begun to wait for it."""
    with psycopg.connect(url, autocommit=True) as database:
        eventually(lambda: database.execute(WAITS).fetchone(), 120)
    time.sleep(HELD_SECONDS)
    reader.rollback()


@pytest.mark.alone
def test_the_old_code_goes_on_while_and_after_the_tables_change() -> None:
    stop, waits, failures = threading.Event(), [], []

    def work(url: str) -> None:
        """Writes as the version before did, which knows no new column."""
        with psycopg.connect(url, autocommit=True) as database:
            while not stop.is_set():
                started = time.monotonic()
                try:
                    database.execute(OF_BEFORE)
                except psycopg.Error as error:
                    failures.append(error)
                waits.append(time.monotonic() - started)
                time.sleep(0.01)

    with _database("querent_upgrade") as url:
        migrate(url, "annotation", OLD)
        migrate(url, "auth")
        person = threading.Thread(target=work, args=[url])
        person.start()
        try:
            with psycopg.connect(url) as reader:  # somebody's long question, which keeps the table as it is
                reader.execute("SELECT count(*) FROM annotation_auditevent")
                letting_go = threading.Thread(target=let_go_once_waited_for, args=[url, reader])
                letting_go.start()
                told = migrate(url)
                letting_go.join()
            before = len(waits)
            time.sleep(0.5)
        finally:
            stop.set()
            person.join()
    assert failures == []
    assert "trying again" in told, "it did not wait at the head of the queue"
    assert max(waits) < LONGEST_WAIT
    assert len(waits) > before, "the old code goes on with the new tables"

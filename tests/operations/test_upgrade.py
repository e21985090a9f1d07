"""An upgrade beside people at work: the old code goes on, nobody waits long, nothing fails."""

import os
import subprocess
import sys
import threading
import time

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.commands import migrate as djangos
from django.db import connection

from config.options import CHECKOUT
from tests.stack import _database, eventually

OLD = "0018_training"
OF_BEFORE = "INSERT INTO annotation_auditevent (verb, target, detail, created_at) VALUES ('x', '', '{}', now())"
WAITS = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'ALTER TABLE%'"


def migrate(url: str, *names: str) -> str:
    environment = os.environ | {"DATABASE_URL": url}
    command = [sys.executable, "manage.py", "migrate", *names]
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stderr


def let_go_once_waited_for(url: str, reader: psycopg.Connection, written: list[float]) -> None:
    """Ends the reader's transaction when a migration has waited for it and given way to somebody who writes."""
    with psycopg.connect(url, autocommit=True) as database:
        eventually(lambda: database.execute(WAITS).fetchone())
    before = len(written)
    eventually(lambda: len(written) > before + 1)  # the first may have been at it already
    reader.rollback()


def test_it_waits_two_seconds_for_a_lock_at_most(db, monkeypatch):
    """Read from its session: what a writer waits behind it, a slow machine adds to."""
    limits = []

    def migrate_nothing(self: djangos.Command, **options: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            limits.append(cursor.fetchone())

    monkeypatch.setattr(djangos.Command, "handle", migrate_nothing)
    call_command("migrate")
    assert limits == [("2s",)]


@pytest.mark.alone
def test_the_old_code_goes_on_while_and_after_the_tables_change() -> None:
    stop, written, failures = threading.Event(), [], []

    def work(url: str) -> None:
        """Writes as the version before did, which knows no new column."""
        limits = settings.DATABASES["default"]["OPTIONS"]["options"]
        with psycopg.connect(url, autocommit=True, options=limits) as database:
            while not stop.is_set():
                try:
                    database.execute(OF_BEFORE)
                except psycopg.Error as error:
                    failures.append(error)
                written.append(time.monotonic())
                time.sleep(0.01)

    with _database("querent_upgrade") as url:
        migrate(url, "annotation", OLD)
        migrate(url, "auth")
        person = threading.Thread(target=work, args=[url])
        person.start()
        try:
            with psycopg.connect(url) as reader:  # somebody's long question, which keeps the table as it is
                reader.execute("SELECT count(*) FROM annotation_auditevent")
                letting_go = threading.Thread(target=let_go_once_waited_for, args=[url, reader, written])
                letting_go.start()
                told = migrate(url)
                letting_go.join()
            before = len(written)
            eventually(lambda: len(written) > before + 1)
        finally:
            stop.set()
            person.join()
    assert failures == []
    assert "trying again" in told, "it did not wait at the head of the queue"
    assert len(written) > before + 1, "the old code goes on with the new tables"

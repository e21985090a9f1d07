"""Tests do not stumble over what the one before has left at work."""

import os
import threading
import urllib.parse

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from annotation.models import Job
from tests.quiet import end_sessions, settle
from tests.stack import _database

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other():
    address = urllib.parse.urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    with psycopg.connect(urllib.parse.urlunsplit(address)) as session:
        yield session


def test_who_is_at_work_is_waited_for(other):
    other.execute("LOCK TABLE annotation_job IN ROW EXCLUSIVE MODE")
    coming_to_its_end = threading.Timer(0.3, other.commit)
    coming_to_its_end.start()
    assert settle(5) == 0
    coming_to_its_end.join()
    assert other.execute("SELECT 1").fetchone() == (1,)


def test_who_does_not_come_to_its_end_is_ended_and_the_tables_can_be_emptied(other):
    other.execute("LOCK TABLE annotation_job IN ROW EXCLUSIVE MODE")
    assert settle(0.1) == 1
    call_command("flush", interactive=False, verbosity=0)
    assert not Job.objects.exists()
    with pytest.raises(psycopg.OperationalError):
        other.execute("SELECT 1")


def test_a_database_with_sessions_left_in_it_can_be_dropped():
    with _database("querent_quiet") as url, psycopg.connect(url, autocommit=True) as left:
        left.execute("SELECT 1")
        end_sessions("querent_quiet")
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as owner:
            owner.execute("DROP DATABASE querent_quiet")

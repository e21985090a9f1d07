"""Nothing waits or runs without end: the limits of the database, of requests and of tasks, seen at work."""

import os
import time

import psycopg
import pytest
from django.db import OperationalError, connection

from annotation.operations import projects
from annotation.operations.auditing import audit
from tests.api.conftest import Client
from tests.factories import make_project, make_user
from workers.celery import app


@pytest.fixture
def limit():
    """Sets limits of this connection; afterwards all connections are thrown away, whoever has it by then."""

    def set_limit(name: str, value: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET {name} = '{value}'")

    yield set_limit
    connection.close()
    connection.close_pool()


def test_every_connection_has_them(transactional_db):
    wanted = {
        "statement_timeout": "2min",
        "idle_in_transaction_session_timeout": "40s",
        "lock_timeout": "10s",
        "synchronous_commit": "on",
    }
    connection.close()
    with connection.cursor() as cursor:
        for name, value in wanted.items():
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone() == (value,), name


def test_a_lock_that_is_not_to_be_had_is_a_503(transactional_db, limit):
    owner = Client(make_user())
    project = make_project(owner=owner.user)
    address = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    with psycopg.connect(address) as other:
        other.execute("SELECT 1 FROM annotation_project WHERE id = %s FOR UPDATE", [project.pk])
        limit("lock_timeout", "100ms")
        response = owner.http.patch(f"/api/v1/projects/{project.pk}/", {"name": "New"}, format="json")
    assert (response.status_code, response.json()["error"]["code"]) == (503, "unavailable")
    assert int(response.headers["Retry-After"]) > 0
    assert owner.call("PATCH", f"projects/{project.pk}/", {"name": "New"})[0] == 200


def test_a_statement_that_takes_too_long_is_ended(transactional_db, limit):
    limit("statement_timeout", "50ms")
    with pytest.raises(OperationalError, match="statement timeout"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(5)")


def test_a_transaction_that_stands_still_is_ended_and_the_next_request_goes_on(transactional_db, limit, monkeypatch):
    owner = Client(make_user())
    project = make_project(owner=owner.user)
    limit("idle_in_transaction_session_timeout", "100ms")

    def stand_still(**event: object) -> None:
        time.sleep(0.4)
        audit(**event)

    with monkeypatch.context() as patch:
        patch.setattr(projects, "audit", stand_still)
        assert owner.call("PATCH", f"projects/{project.pk}/", {"name": "New"})[0] == 503
    connection.close()  # as at the end of a request
    assert owner.call("PATCH", f"projects/{project.pk}/", {"name": "New"})[0] == 200


def test_tasks_and_hints():
    conf = app.conf
    assert 0 < conf.task_soft_time_limit < conf.task_time_limit
    assert conf.broker_transport_options["visibility_timeout"] >= 2 * conf.task_time_limit
    assert conf.broker_transport_options["socket_connect_timeout"] <= 5
    assert conf.worker_prefetch_multiplier == 1
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost


def test_waiting_for_a_connection_ends(settings):
    pool = settings.DATABASES["default"]["OPTIONS"]["pool"]
    assert pool["timeout"] <= 5
    assert pool["max_size"] >= 8, "one for each of the web server's threads"

"""What counts against a lane or a job: failures of its own, not those of what it runs on."""

import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils import timezone

from annotation.models import Project, Topic, WorkLane
from annotation.operations.outbox import LaneClaim, claim_lane, request_work, run_lane, sweep
from annotation.operations.owners import BORN, MAX_ATTEMPTS, MAX_LOSSES, is_outage, myself, was_ended_by_its_work
from annotation.queries.learning import model_status
from annotation.troubles import WORKER_DIED
from tests.factories import make_project

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project() -> Project:
    project = make_project()
    request_work(project_id=project.pk, topic=Topic.LEARN)
    return project


def owner_gone(born: str = BORN) -> str:
    """Returns an owner whose process has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return f"{born} {process.pid}"


def lane() -> WorkLane:
    return WorkLane.objects.get()


def run(project: Project, operation) -> float | None:
    return run_lane(project_id=project.pk, topic=Topic.LEARN, operation=operation)


def vanish(project: Project, owner: str) -> bool:
    """Claims the lane for an owner that is not heard of again; returns whether it could be claimed."""
    claim = claim_lane(project_id=project.pk, topic=Topic.LEARN)
    WorkLane.objects.update(owner=owner, expires_at=timezone.now() - timedelta(seconds=1))
    return claim is not None


def end_own_connection(_: LaneClaim) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def take_too_long(_: LaneClaim) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 20")
        cursor.execute("SELECT pg_sleep(60)")


def stand_still(_: LaneClaim) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = 20")
        time.sleep(0.2)
        cursor.execute("SELECT 1")


def failure_of(work) -> DatabaseError:
    with pytest.raises(DatabaseError) as caught:
        work(LaneClaim(1, Topic.LEARN, 1))
    connection.close()
    return caught.value


def test_a_lost_connection_is_an_outage_and_a_slow_statement_is_not():
    assert is_outage(failure_of(end_own_connection))
    assert is_outage(failure_of(stand_still))
    assert not is_outage(failure_of(take_too_long))
    assert not is_outage(OperationalError("said by nobody"))
    assert not is_outage(RuntimeError("poison"))


def test_who_vanished_was_ended_by_its_work_only_where_its_worker_lives_on():
    assert not was_ended_by_its_work(myself())
    assert was_ended_by_its_work(owner_gone())
    assert not was_ended_by_its_work(owner_gone(born="another"))
    assert not was_ended_by_its_work("")


def test_lost_connections_do_not_rest_the_lane(project):
    for _ in range(MAX_ATTEMPTS + 2):
        with pytest.raises(OperationalError):
            run(project, end_own_connection)
        assert sweep() == [(project.pk, Topic.LEARN)]
    assert (lane().attempts, lane().losses, lane().error) == (0, MAX_ATTEMPTS + 2, "")


def test_slow_statements_rest_the_lane(project):
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(OperationalError):
            run(project, take_too_long)
    assert sweep() == []
    assert "statement timeout" in lane().error


def test_killed_workers_do_not_rest_the_lane(project):
    for _ in range(MAX_ATTEMPTS + 2):
        assert vanish(project, owner_gone(born="another"))
    assert claim_lane(project_id=project.pk, topic=Topic.LEARN)
    assert (lane().attempts, lane().error) == (0, "")


def test_work_that_ends_its_process_three_times_rests_the_lane(project):
    for _ in range(MAX_ATTEMPTS):
        assert vanish(project, owner_gone())
    assert not vanish(project, "")
    assert lane().not_before > timezone.now() + timedelta(minutes=4)
    assert lane().error == WORKER_DIED
    assert model_status(project)["training"]["said"]["code"] == "training.worker_died"


def test_a_long_row_of_lost_workers_rests_the_lane_for_a_minute(project):
    for _ in range(MAX_LOSSES):
        assert vanish(project, owner_gone(born="another"))
    assert not vanish(project, "")
    assert lane().not_before < timezone.now() + timedelta(minutes=2)


def test_a_success_forgets_both(project):
    assert vanish(project, owner_gone())
    assert vanish(project, owner_gone(born="another"))
    assert run(project, lambda _: None) is not None
    assert (lane().attempts, lane().losses) == (0, 0)

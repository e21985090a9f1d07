"""Lanes: one at a time, nothing twice, nothing lost, and a rest after work."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from annotation.errors import Postponed, StaleEpoch
from annotation.models import Project, Topic, WorkLane, WorkRequest
from annotation.operations import outbox
from annotation.operations.outbox import (
    LaneClaim,
    claim_lane,
    request_work,
    run_lane,
    settle_lane,
    sweep,
    waiting_requests,
)
from annotation.queries.learning import model_status
from tests.factories import make_project
from tests.operations.test_labeling import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = make_project()
    request_work(project_id=project.pk, topic=Topic.LEARN)
    return project


def settle_all(claim: LaneClaim) -> None:
    settle_lane(claim, waiting_requests(claim))


def fail(_: LaneClaim) -> None:
    raise RuntimeError("poison")


def lane() -> WorkLane:
    return WorkLane.objects.get()


def run(project: Project, operation=settle_all) -> float | None:
    return run_lane(project_id=project.pk, topic=Topic.LEARN, operation=operation)


def test_work_is_done_once(project):
    done = []

    def work(claim: LaneClaim) -> None:
        done.append(claim.epoch)
        settle_all(claim)

    assert run(project, work) is None
    assert run(project, work) is None
    assert done == [1]
    assert not WorkRequest.objects.exists()


def test_a_busy_lane_is_not_claimed_and_an_abandoned_one_is(project):
    first = claim_lane(project_id=project.pk, topic=Topic.LEARN)
    assert first is not None
    assert claim_lane(project_id=project.pk, topic=Topic.LEARN) is None
    assert sweep() == []
    WorkLane.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert sweep() == [(project.pk, Topic.LEARN)]
    second = claim_lane(project_id=project.pk, topic=Topic.LEARN)
    assert second.epoch == first.epoch + 1
    with pytest.raises(StaleEpoch):
        settle_all(first)
    assert WorkRequest.objects.exists()


def test_what_comes_during_the_work_stays_waiting(project):
    def work(claim: LaneClaim) -> None:
        seen = waiting_requests(claim)
        request_work(project_id=project.pk, topic=Topic.LEARN)
        settle_lane(claim, seen)

    assert run(project, work) is not None
    assert WorkRequest.objects.count() == 1


def test_three_failures_put_the_lane_to_rest_with_the_reason(project):
    for _ in range(3):
        with pytest.raises(RuntimeError):
            run(project, fail)
    assert lane().error == "RuntimeError: poison"
    said = model_status(project)["training"]
    assert said["error"].endswith("Its error: RuntimeError: poison")
    assert said["said"] == {"code": "training.failed", "with": {"why": "RuntimeError: poison"}}
    assert sweep() == []
    assert run(project) is None
    assert WorkRequest.objects.exists()
    WorkLane.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    assert run(project) is None
    assert lane().error == ""
    assert not WorkRequest.objects.exists()


def test_a_reason_that_the_database_cannot_hold_is_kept_as_far_as_it_can(project):
    def fail_oddly(_: LaneClaim) -> None:
        raise ValueError("half \ud800, nothing \0")

    with pytest.raises(ValueError, match="half"):
        run(project, fail_oddly)
    assert (lane().error, lane().attempts, lane().expires_at) == ("ValueError: half ?, nothing ?", 1, None)


def test_postponed_work_counts_no_attempt(project):
    def not_yet(_: LaneClaim) -> None:
        raise Postponed

    for _ in range(5):
        assert run(project, not_yet) == outbox.POSTPONED_SECONDS
    assert lane().attempts == 0


def test_a_lane_rests_after_work_and_says_for_how_long(project, monkeypatch):
    monkeypatch.setattr(outbox, "REST_SHARE", {Topic.LEARN: 100_000.0})
    monkeypatch.setattr(outbox, "LONGEST_REST", 600.0)

    def work(claim: LaneClaim) -> None:
        time.sleep(0.05)
        settle_all(claim)

    assert run(project, work) is None
    request_work(project_id=project.pk, topic=Topic.LEARN)
    assert 300 < run(project, work) < 700
    assert WorkRequest.objects.exists()


def test_quality_rests_by_what_it_worked_and_training_by_what_it_took(monkeypatch):
    """Waiting for a core, or for the database, is rest."""
    monkeypatch.setattr(outbox, "REST_SHARE", {Topic.LEARN: 1_000.0, Topic.QUALITY: 1_000.0})
    monkeypatch.setattr(outbox, "LONGEST_REST", 10_000.0)

    def wait(claim: LaneClaim) -> None:
        time.sleep(0.4)
        settle_all(claim)

    rested, worked = {}, {}
    for topic in (Topic.QUALITY, Topic.LEARN):
        project = make_project()
        request_work(project_id=project.pk, topic=topic)
        began = time.process_time()
        run_lane(project_id=project.pk, topic=topic, operation=wait)
        worked[topic] = time.process_time() - began
        rested[topic] = (WorkLane.objects.get(topic=topic).not_before - timezone.now()).total_seconds()
    assert rested[Topic.QUALITY] <= 1_000 * worked[Topic.QUALITY]
    assert rested[Topic.LEARN] > 300


@pytest.mark.django_db(transaction=True)
def test_of_eight_workers_one_gets_the_lane():
    project = make_project()
    request_work(project_id=project.pk, topic=Topic.LEARN)
    found = at_once(*[lambda: claim_lane(project_id=project.pk, topic=Topic.LEARN)] * 8)
    assert sum(isinstance(one, LaneClaim) for one in found) == 1


def test_the_claim_reads_by_index(project):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT 1 FROM annotation_workrequest WHERE project_id = 1 AND topic = 'learn' LIMIT 1")
        assert "work_waiting" in " ".join(row[0] for row in cursor.fetchall())


def rush(project: Project, n: int, *, oldest: float, newest: float, trained: float | None) -> LaneClaim | None:
    """Claims the lane `trained` seconds after a training's rest, with n labels that came from `oldest` to `newest`."""
    now = timezone.now()
    rested = None if trained is None else now - timedelta(seconds=trained)
    WorkLane.objects.create(project=project, topic=Topic.LEARN, not_before=rested)
    WorkRequest.objects.all().delete()
    WorkRequest.objects.bulk_create(
        WorkRequest(
            project=project,
            topic=Topic.LEARN,
            created_at=now - timedelta(seconds=oldest + (newest - oldest) * place / max(1, n - 1)),
        )
        for place in range(n)
    )
    return claim_lane(project_id=project.pk, topic=Topic.LEARN)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("n", "oldest", "newest", "trained", "is_claimed"),
    [
        (100, 1.0, 0.0, 0.5, False),  # a rush right after a training
        (9, 0.1, 0.0, 0.5, True),  # a few
        (20, 2.0, 0.0, 0.5, True),  # a team at work: ten a second
        (100, 2.0, 1.0, 0.5, True),  # the rush has paused
        (600, 6.1, 0.0, 0.5, True),  # long enough
        (100, 1.0, 0.0, 6.5, True),  # nothing was trained lately
        (100, 1.0, 0.0, None, True),  # nothing was ever trained
    ],
)
def test_a_rush_of_labels_after_a_training_is_waited_for(project, n, oldest, newest, trained, is_claimed):
    assert (rush(project, n, oldest=oldest, newest=newest, trained=trained) is not None) is is_claimed
    if not is_claimed:
        again_in = run_lane(project_id=project.pk, topic=Topic.LEARN, operation=fail)
        assert again_in == outbox.RUSH_PAUSE, "whoever looks is told when to look again"


def test_other_lanes_know_no_rush(project):
    now = timezone.now()
    WorkLane.objects.create(project=project, topic=Topic.SCORE, not_before=now - timedelta(seconds=0.5))
    for _ in range(50):
        request_work(project_id=project.pk, topic=Topic.SCORE)
    assert claim_lane(project_id=project.pk, topic=Topic.SCORE) is not None

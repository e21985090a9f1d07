"""Single answers of a large project, by the kept version: what changes, what stays, when all is inferred anew."""

import time
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from annotation import kept_quality
from annotation.models import (
    AgreementReport,
    Annotation,
    AnnotatorReport,
    Consensus,
    Flag,
    QualityVersion,
    Topic,
    WorkLane,
    WorkRequest,
)
from annotation.operations import live_quality
from annotation.operations.live_quality import takes_long, updates_are_enough
from annotation.operations.outbox import request_work, run_lane
from annotation.operations.quality import infer_quality
from annotation.operations.settling import settle_quiet_projects
from tests.factories import make_project
from tests.operations.crowd import ask_everybody, change_answer, judge
from tests.operations.test_labeling import at_once
from tests.stack import PATIENCE_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)
TRUTH = ["ham", "spam"] * 20


@pytest.fixture(autouse=True)
def everything_is_large(monkeypatch):
    monkeypatch.setattr(live_quality, "FULL_BELOW", 10)


def answered(annotation: Annotation) -> None:
    """Runs the lane for one answer, in a process that has not loaded the version yet."""
    kept_quality._kept.kept.clear()
    request_work(project_id=annotation.project_id, topic=Topic.QUALITY, annotation_ids=[annotation.pk])
    run_lane(project_id=annotation.project_id, topic=Topic.QUALITY, operation=infer_quality)


def a_crowd():
    project = make_project()
    items, _ = ask_everybody(project, dict.fromkeys(("ann", "bob", "cem"), TRUTH))
    judge(project)
    return project, items


def beliefs(project) -> dict[int, tuple]:
    rows = Consensus.objects.filter(project=project)
    return {row.item_id: (row.value, row.probability, row.posterior, row.status) for row in rows}


def test_one_answer_moves_its_item_alone_and_back_again():
    project, items = a_crowd()
    before, kept = beliefs(project), QualityVersion.objects.get(project=project)
    annotation = Annotation.objects.filter(item=items[3]).order_by("id").first()
    change_answer(annotation, "ham")
    answered(annotation)
    after = beliefs(project)
    assert after[items[3].pk][1] < before[items[3].pk][1]
    assert {item: row for item, row in after.items() if item != items[3].pk} == {
        item: row for item, row in before.items() if item != items[3].pk
    }
    assert (QualityVersion.objects.get().n_updates, QualityVersion.objects.get().checksum) == (1, kept.checksum)
    change_answer(annotation, "spam")
    answered(annotation)
    back = beliefs(project)[items[3].pk]
    assert back[:1] + back[3:] == before[items[3].pk][:1] + before[items[3].pk][3:]
    assert back[1] == pytest.approx(before[items[3].pk][1], abs=1e-6)


def test_four_workers_at_once_write_what_one_writes():
    """Twelve answers are revised; one worker looks after each, or four who revise and look at the same time."""
    found = []
    for size, names in ((1, ("ann", "bob", "cem")), (4, ("dan", "eve", "fay"))):
        project = make_project()
        items, people = ask_everybody(project, dict.fromkeys(names, TRUTH))
        judge(project)
        revised = Annotation.objects.filter(item__in=items[:24:2], annotator=people[names[0]]).order_by("item")
        shares = [list(revised)[place::size] for place in range(size)]
        assert at_once(*[partial(revise_and_look, share) for share in shares]) == [None] * size
        assert QualityVersion.objects.get(project=project).n_updates == len(revised) == 12
        found.append([row[1:] for _, row in sorted(beliefs(project).items())])
    assert found[0] == found[1]


def revise_and_look(annotations: list[Annotation]) -> None:
    """Revises one answer after the other and runs the lane, beside others, until nothing waits."""
    ends = time.monotonic() + PATIENCE_SECONDS
    for annotation in annotations:
        change_answer(annotation, "spam")
        request_work(project_id=annotation.project_id, topic=Topic.QUALITY, annotation_ids=[annotation.pk])
        while WorkRequest.objects.filter(project=annotation.project_id).exists() and time.monotonic() < ends:
            run_lane(project_id=annotation.project_id, topic=Topic.QUALITY, operation=infer_quality)


def test_a_flag_of_the_item_opens_and_closes_and_the_others_stay():
    items = a_crowd()[1]
    first, second = (Annotation.objects.filter(item=items[i]).order_by("id").first() for i in (3, 5))
    for annotation in (first, second):
        change_answer(annotation, "ham")
        answered(annotation)
    assert {flag.annotation_id for flag in Flag.objects.filter(status="open", kind=Flag.Kind.LABEL_SUSPECT)} == {
        first.pk,
        second.pk,
    }
    change_answer(first, "spam")
    answered(first)
    assert [flag.annotation_id for flag in Flag.objects.filter(status="open", kind=Flag.Kind.LABEL_SUSPECT)] == [
        second.pk
    ]


def test_what_is_no_single_answer_is_inferred_in_full():
    project, items = a_crowd()
    annotation = Annotation.objects.filter(item=items[3]).order_by("id").first()
    change_answer(annotation, "ham")
    answered(annotation)
    judge(project)
    assert QualityVersion.objects.get().n_updates == 0
    project.refresh_from_db()
    type(project).objects.filter(pk=project.pk).update(schema_version=project.schema_version + 1)
    answered(annotation)
    assert QualityVersion.objects.get().n_updates == 0
    assert QualityVersion.objects.get().schema_version == project.schema_version + 1


def test_a_lost_file_is_no_obstacle():
    items = a_crowd()[1]
    QualityVersion.objects.update(path="artifacts/none.npz")
    answered(Annotation.objects.filter(item=items[0]).first())
    assert QualityVersion.objects.get().path != "artifacts/none.npz"


def test_small_projects_keep_nothing(monkeypatch):
    monkeypatch.setattr(live_quality, "FULL_BELOW", 1000)
    a_crowd()
    assert not QualityVersion.objects.exists()


def quiet_for(seconds: float) -> None:
    WorkLane.objects.update(not_before=timezone.now() - timedelta(seconds=seconds))


def test_in_a_quiet_moment_everything_is_inferred_anew():
    project, items = a_crowd()
    annotation = Annotation.objects.filter(item=items[3]).order_by("id").first()
    change_answer(annotation, "ham")
    answered(annotation)
    accuracy = AnnotatorReport.objects.get(project=project, annotator=annotation.annotator).accuracy
    quiet_for(50)
    assert settle_quiet_projects() == []
    quiet_for(70)
    assert settle_quiet_projects() == [project.pk]
    assert settle_quiet_projects() == []  # it waits already
    run_lane(project_id=project.pk, topic=Topic.QUALITY, operation=infer_quality)
    assert AnnotatorReport.objects.get(project=project, annotator=annotation.annotator).accuracy < accuracy
    quiet_for(1000)
    assert settle_quiet_projects() == []  # nothing is left to be looked at


def test_a_worker_that_was_ended_once_all_was_written_leaves_nothing_undone():
    project, items = a_crowd()
    answered(Annotation.objects.filter(item=items[3]).first())
    quiet_for(70)
    WorkLane.objects.update(expires_at=timezone.now() + timedelta(seconds=5))
    assert settle_quiet_projects() == []  # somebody is at it
    WorkLane.objects.update(expires_at=timezone.now() - timedelta(seconds=60))
    assert settle_quiet_projects() == [project.pk]


def test_the_longer_it_takes_the_longer_it_is_waited():
    project, items = a_crowd()
    answered(Annotation.objects.filter(item=items[3]).first())
    report = AgreementReport.objects.get(project=project)
    AgreementReport.objects.update(report=report.report | {"seconds": 30})
    quiet_for(290)
    assert settle_quiet_projects() == []
    quiet_for(310)
    assert settle_quiet_projects() == [project.pk]


@pytest.mark.parametrize(
    ("n_votes", "n_annotators", "n_classes", "is_long"),
    [
        (19_999, 100, 5, False),
        (20_000, 100, 2, True),
        (3_999, 20, 300, False),
        (4_000, 20, 300, True),
        (1_999, 1000, 300, False),
        (2_000, 1000, 300, True),
    ],
)
def test_many_classes_take_longer(monkeypatch, n_votes, n_annotators, n_classes, is_long):
    monkeypatch.setattr(live_quality, "FULL_BELOW", 20_000)
    assert takes_long(n_votes=n_votes, n_annotators=n_annotators, n_classes=n_classes) == is_long


@pytest.mark.parametrize(
    ("n_votes", "n_updates", "n_classes", "is_due"),
    [
        (20_000, 199, 2, False),
        (20_000, 200, 2, True),
        (100_000, 999, 2, False),
        (100_000, 1000, 2, True),
        (20_000, 100, 30, True),
    ],
)
def test_when_everything_is_inferred_anew(n_votes, n_updates, n_classes, is_due):
    assert updates_are_enough(n_votes=n_votes, n_updates=n_updates, n_classes=n_classes) == is_due

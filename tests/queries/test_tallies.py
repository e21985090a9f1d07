"""Counts that pages add up from tallies are those of a full count, whatever happened to the rows."""

import random
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Count, Sum
from django.utils import timezone

from annotation import access
from annotation.models import (
    Annotation,
    Assignment,
    ConfidenceTally,
    Consensus,
    Item,
    Project,
    Review,
    Tally,
)
from annotation.operations import outbox
from annotation.operations.labeling import assign_next_item, release_expired_assignments, skip_item, submit_annotation
from annotation.operations.projects import change_project, merge_classes
from annotation.operations.tallying import drop_empty_tallies, fold_tallies
from annotation.operations.undoing import undo_review
from annotation.operations.verdicts import Wish, decide_review
from annotation.queries.expected import expected_export
from annotation.queries.learning import model_status
from annotation.queries.progress import finished_of, progress
from annotation.queries.quality import annotators
from tests.factories import make_annotation, make_assignment, make_item, make_member, make_project
from tests.operations.crowd import judge
from tests.operations.test_labeling import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The quality lane may run again at once."""
    monkeypatch.setattr(outbox, "REST_SHARE", {})


def counted(project: Project) -> dict[str, int]:
    """What `progress/` is to say, every row looked at."""
    items, answers = Item.objects.filter(project=project), Annotation.objects.filter(project=project)
    leases, now = Assignment.objects.filter(project=project), timezone.now()
    holding = leases.filter(status="open", holds_slot=True).values("item")
    full = items.filter(drawn_at__isnull=False, open_slots=0)
    today = datetime.combine(now.astimezone(UTC).date(), datetime.min.time(), UTC)
    return {
        "items": items.count(),
        "annotations": answers.count(),
        "items_with_consensus": Consensus.objects.filter(project=project).count(),
        "items_finished": full.exclude(pk__in=holding).count(),
        "open_assignments": leases.filter(status="open", expires_at__gt=now).count(),
        "annotations_today": answers.filter(created_at__gte=today).count(),
        "annotations_last_hour": answers.filter(created_at__gte=now - timedelta(hours=1)).count(),
        "gold_items": items.filter(is_gold=True).count(),
        "gold_finished": full.filter(is_gold=True).count(),
        "skipped": leases.filter(status="skipped").count(),
        **answers_left(project),
    }


def answers_left(project: Project) -> dict[str, int]:
    asked = Item.objects.filter(project=project, is_gold=False)
    each = 1 + (project.overlap - 1) * project.overlap_share
    undrawn = asked.filter(drawn_at=None, open_slots__gt=0).count()
    begun = asked.filter(drawn_at__isnull=False).aggregate(n=Sum("open_slots"))["n"] or 0
    leases = Assignment.objects.filter(project=project, status="open", holds_slot=True, item__is_gold=False).count()
    wanted = round(asked.count() * each)
    return {"answers_left": min(round(undrawn * each) + begun + leases, wanted), "answers_wanted": wanted}


def export_counted(project: Project, least: float) -> tuple[int, int, int, float | None]:
    rows = list(Consensus.objects.filter(project=project).values_list("probability", "status"))
    kept = [(p, status) for p, status in rows if p >= least]
    right = sum(p for p, _ in kept) / len(kept) if kept else None
    return len(kept), sum(status == "doubtful" for _, status in kept), len(rows) - len(kept), right


def check(project: Project) -> None:
    project = Project.objects.get(pk=project.pk)
    assert progress(project) == (found := counted(project))
    assert finished_of([project]) == [
        {
            "project": project.pk,
            "items": found["items"] - found["gold_items"],
            "items_finished": found["items_finished"] - found["gold_finished"],
        }
    ]
    undrawn = Item.objects.filter(project=project, drawn_at=None, open_slots__gt=0).count()
    assert (Tally.objects.filter(project=project, name="undrawn").aggregate(n=Sum("n"))["n"] or 0) == undrawn
    by_person = dict(
        Annotation.objects.filter(project=project).values_list("annotator__username").annotate(Count("pk"))
    )
    assert {
        one.row["username"]: one.row["annotations"] for one in annotators(project) if one.row["annotations"]
    } == by_person
    assert {m.user.username: m.annotations for m in access.members_of(project) if m.annotations} == by_person
    assert model_status(project)["annotations"] == sum(by_person.values())
    for least in (0.0, 0.5, 0.9001, 0.95, 1.0):
        found, wanted = expected_export(project, min_confidence=least), export_counted(project, least)
        assert (found["items"], found["in_doubt"], found["left_out"]) == wanted[:3]
        if found["expected_right"] is not None:
            assert found["expected_right"] == pytest.approx(wanted[3], abs=1e-8)


def check_folded(project: Project) -> None:
    """Adding up changes nothing, once or twice."""
    check(project)
    fold_tallies()
    check(project)
    assert not Tally.objects.filter(folded=False).exists()
    assert not ConfidenceTally.objects.filter(folded=False).exists()


def answer(project: Project, user: User, name: str, rng: random.Random) -> Assignment:
    lease = assign_next_item(project=project, user=user, count=1, rng=rng).leases[0]
    assignment = Assignment.objects.select_related("project").get(pk=lease.id)
    submit_annotation(assignment=assignment, value={"class": name})
    return assignment


class TestEveryWay:
    def test_answers_revisions_skips_leases_verdicts_and_their_undoing(self):
        project, rng = make_project(overlap=2, max_votes=3), random.Random(1)
        people = [make_member(project) for _ in range(4)]
        for _ in range(12):
            make_item(project)
        make_item(project, gold="ham")
        check_folded(project)
        given = [answer(project, person, rng.choice(["ham", "spam"]), rng) for _ in range(5) for person in people]
        check_folded(project)
        submit_annotation(assignment=given[0], value={"class": "spam"})
        submit_annotation(assignment=given[0], value={"class": "ham"})
        lease = assign_next_item(project=project, user=people[0], count=2, rng=rng).leases[0]
        check(project)
        skip_item(assignment=Assignment.objects.get(pk=lease.id))
        Assignment.objects.filter(status="open").update(expires_at=timezone.now() - timedelta(seconds=1))
        check(project)
        release_expired_assignments(project_id=project.pk)
        judge(project)
        check_folded(project)

        item = given[0].item
        review = decide_review(
            project=project, item=item, user=project.created_by, wish=Wish(decision="change", value={"class": "spam"})
        )
        judge(project)
        check(project)
        assert Consensus.objects.get(item=item).status == "reviewed"
        undo_review(review=Review.objects.get(pk=review.pk), user=project.created_by)
        judge(project)
        check_folded(project)

    def test_overlap_and_classes_that_change(self):
        project = make_project(classes=("ham", "spam", "other"), overlap=1)
        people = [make_member(project) for _ in range(3)]
        for number, name in enumerate(["ham", "spam", "other"] * 4):
            make_annotation(make_item(project), people[number % 3], name)
        judge(project)
        check(project)
        owner = project.created_by
        change_project(project=project, user=owner, changes={"settings": {"overlap": 3, "max_votes": 3}})
        check_folded(project)
        project = Project.objects.get(pk=project.pk)
        merge_classes(project=project, user=owner, classes=["spam", "other"], into="spam")
        judge(project)
        check_folded(project)

    def test_rows_that_are_deleted_or_moved(self):
        project, other = make_project(overlap=2), make_project()
        ann, bob = make_member(project), make_member(project)
        items = [make_item(project) for _ in range(4)]
        answers = [make_annotation(item, ann, "ham") for item in items]
        make_annotation(items[0], bob, "spam")
        judge(project)
        for hours in (2, 30):
            Annotation.objects.filter(pk=answers[hours % 4].pk).update(
                created_at=timezone.now() - timedelta(hours=hours)
            )
        check_folded(project)
        Annotation.objects.filter(pk=answers[1].pk).update(annotator=bob)
        check_folded(project)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE annotation_item SET drawn_at = NULL, draw_stream = NULL WHERE id = %s", [items[3].pk]
            )
        Consensus.objects.filter(item=items[2]).delete()
        check_folded(project)
        check(other)

    def test_time_passes(self):
        """What was minutes becomes hours, then days, and says the same of today and of the last hour."""
        project = make_project()
        ann = make_member(project)
        now = timezone.now()
        for minutes in (0, 1, 59, 59.8, 60.2, 61, 119, 121, 200, 1500, 3000):
            one = make_annotation(make_item(project), ann, "ham")
            Annotation.objects.filter(pk=one.pk).update(created_at=now - timedelta(minutes=minutes))
        check_folded(project)
        Tally.objects.filter(project=project, minute__gt=0).update(folded=False)  # as if it were added up again
        check_folded(project)
        assert Tally.objects.filter(project=project, name="answers", minute=0).count() == 1


def test_sums_of_nothing_are_dropped():
    project = make_project()
    ann = make_member(project)
    for _ in range(3):
        make_assignment(make_item(project), ann)
    fold_tallies()
    Assignment.objects.filter(project=project).delete()
    Item.objects.filter(project=project).delete()
    fold_tallies()
    drop_empty_tallies()
    assert not Tally.objects.filter(project=project).exists()


def test_a_migration_undone_and_done_again_counts_anew():
    """What the functions counted meanwhile is not counted twice."""
    migration = import_module("annotation.migrations.0030_undrawn_tally")
    project = make_project()
    with transaction.atomic(), connection.cursor() as cursor:
        make_item(project)
        cursor.execute(migration.BACK)
        make_item(project)
        cursor.execute(migration.COUNTED)
        check(project)
        make_item(project)
        check_folded(project)
        transaction.set_rollback(True)  # later migrations may have changed the functions since


def test_a_statement_leaves_one_part_whatever_it_wrote():
    project = make_project(overlap=2)
    for _ in range(20):
        make_item(project)
    fold_tallies()
    Item.objects.filter(project=project).update(drawn_at=timezone.now(), draw_stream="shuffle", draw_probability=1)
    assert Tally.objects.get(project=project, folded=False).n == -20
    fold_tallies()
    Item.objects.filter(project=project).update(taken=2, open_slots=0)
    assert Tally.objects.get(project=project, folded=False).n == 20
    check(project)


def test_several_at_once_add_up_while_people_answer():
    project = make_project(overlap=2)
    ann, bob = make_member(project), make_member(project)
    items = [make_item(project) for _ in range(20)]
    totals = []

    def give(person: User) -> None:
        for item in items:
            make_annotation(item, person, "ham")
            totals.append(progress(project)["items"])

    def fold() -> None:
        for _ in range(15):
            fold_tallies()
            totals.append(progress(project)["items"])

    assert at_once(partial(give, ann), partial(give, bob), fold, fold) == [None] * 4
    assert set(totals) == {20}
    check_folded(project)

"""Spans and boxes: agreement by the kind's own distance, in parts, and who became worse."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from annotation.models import Annotation, AnnotatorReport, Flag, GuidelineVersion, Item, Project
from annotation.operations.gold import add_gold
from annotation.queries.guidelines import guideline_history
from annotation.queries.quality import agreement, annotators
from annotation.queries.quality_parts import by_week
from tests.factories import make_annotation, make_item, make_member, make_project, make_user
from tests.operations.crowd import judge

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
N_ITEMS, DRIFTS_FROM = 70, 40
PERSON, PLACE = "person", "place"


def span(start: int, end: int, name: str) -> dict[str, Any]:
    return {"start": start, "end": end, "class": name}


def box(x: int, width: int, name: str) -> dict[str, Any]:
    return {"x": x, "y": 0, "width": width, "height": 10, "class": name}


# What is right, half of the first mark, and nothing at all, of either kind.
ANSWERS = {
    "spans": [{"spans": [span(0, 10, PERSON), span(20, 30, PLACE)]}, {"spans": [span(0, 5, PERSON)]}, {"spans": []}],
    "boxes": [{"boxes": [box(0, 10, PERSON), box(20, 10, PLACE)]}, {"boxes": [box(0, 5, PERSON)]}, {"boxes": []}],
}


def answered(kind: str) -> Project:
    """Ann and bob mark what is right; so does cem until she marks half of one thing only. One item a day."""
    project = make_project(kind=kind, classes=(PERSON, PLACE), overlap=3)
    people = [make_member(project, user=make_user(name)) for name in ("ann", "bob", "cem")]
    right, half, _ = ANSWERS[kind]
    for day in range(N_ITEMS):
        item = make_item(project, text="x" * 40)
        for person in people:
            row = make_annotation(item, person, PERSON)
            drifts = person.username == "cem" and day >= DRIFTS_FROM
            at = MONDAY + timedelta(days=day)
            Annotation.objects.filter(pk=row.pk).update(value=half if drifts else right, created_at=at)
    GuidelineVersion.objects.filter(project=project).delete()
    for version, day in ((1, -1), (2, DRIFTS_FROM)):
        at = MONDAY + timedelta(days=day) - timedelta(hours=1)
        GuidelineVersion.objects.create(
            project=project, version=version, text="Mark names.", created_by=project.created_by, created_at=at
        )
    return project


def test_alpha_of_sets_is_exact():
    """As by hand: Krippendorff's α with MASI distances over all pairs of answers, however many answers there are."""
    project = make_project(kind="multichoice", classes=("a", "b", "c"), overlap=2)
    people, kind = [make_member(project) for _ in range(2)], project.question
    given = (
        [([], ["a", "b"], ["a"])[k % 3] for k in range(60)],
        [([], ["b", "c"], ["a"], ["a"])[k % 4] for k in range(60)],
    )
    for pair in zip(*given, strict=True):
        item = make_item(project)
        for person, names in zip(people, pair, strict=True):
            row = make_annotation(item, person, "a")
            Annotation.objects.filter(pk=row.pk).update(value={"classes": names})
    judge(project)

    def apart(one: list[str], other: list[str]) -> float:
        return kind.distance({"classes": one}, {"classes": other}, project.schema)

    within = sum(apart(*pair) for pair in zip(*given, strict=True)) / 60
    everything = [apart(*pair) for pair in itertools.combinations(given[0] + given[1], 2)]
    found = agreement(project)["coefficients"]["krippendorff_alpha"]
    assert found["value"] == pytest.approx(1 - within / (sum(everything) / len(everything)))


@pytest.mark.parametrize("kind", ["spans", "boxes"])
def test_agreement_in_parts_and_drift(kind: str) -> None:
    project = answered(kind)
    judge(project)
    found = agreement(project)
    # Half of the first of two marks: F1 of matched marks is 2 · 0.5 / 3.
    half = 1 / 3
    late = (1 + 2 * half) / 3
    n_late = N_ITEMS - DRIFTS_FROM
    assert found["percent"] == pytest.approx((DRIFTS_FROM + n_late * late) / N_ITEMS)
    alpha = found["coefficients"]["krippendorff_alpha"]
    assert alpha["low"] <= alpha["value"] <= alpha["high"]
    assert found["coefficients"]["cohen_kappa"]["undefined_because"]

    people = {one["username"]: one for one in found["by_person"]}
    assert people["cem"]["value"] == pytest.approx((DRIFTS_FROM + n_late * half) / N_ITEMS)
    assert people["ann"]["value"] > people["cem"]["high"]
    pairs = {tuple(one["annotators"]): one for one in found["by_pair"]}
    assert pairs["ann", "bob"]["value"] == 1.0
    assert pairs["ann", "cem"]["value"] == pytest.approx(people["cem"]["value"])
    assert pairs["ann", "cem"]["n"] == N_ITEMS

    classes = {one["class"]: one["value"] for one in found["by_class"]}
    # A place is marked by all three, then by two: of 6 given to it in an item, then of 4, two by two the same.
    assert classes[PLACE] == pytest.approx((6 * DRIFTS_FROM + 2 * n_late) / (6 * DRIFTS_FROM + 4 * n_late))
    assert classes[PERSON] == pytest.approx((6 * DRIFTS_FROM + 4 * n_late) / (6 * N_ITEMS))

    weeks = found["by_week"]
    assert (weeks[0]["week"], weeks[0]["value"], weeks[0]["n"]) == ("2026-03-02", 1.0, 7)
    assert weeks[-1]["value"] == pytest.approx(late)
    assert weeks[-1]["krippendorff_alpha"]["value"] < weeks[0]["krippendorff_alpha"]["value"] == 1.0
    newest = by_week(project)[0]
    assert (newest["annotations"], newest["percent"]) == (21, pytest.approx(late))
    after, before = guideline_history(project)
    assert (before["percent"], after["percent"]) == (1.0, pytest.approx(late))
    assert after["change"]["estimate"] == pytest.approx(late - 1)
    assert after["change"]["low"] < late - 1 < after["change"]["high"] < 0

    (drift,) = Flag.objects.filter(project=project, kind="drift")
    assert (drift.annotator.username, drift.evidence["before"]) == ("cem", 1.0)
    rows = [one.row for one in annotators(project)]
    accuracy = {one["username"]: one["accuracy"] for one in rows if one["accuracy"]}
    assert accuracy["cem"]["high"] < accuracy["ann"]["low"]
    right = {one.annotator.username: one.weeks[0]["right"] for one in AnnotatorReport.objects.filter(project=project)}
    assert (right["ann"], right["cem"]) == (pytest.approx(1.0, abs=0.01), pytest.approx(half, abs=0.01))


@pytest.mark.parametrize("kind", ["spans", "boxes"])
def test_how_right_somebody_was_in_a_week_is_held_against_known_answers(kind: str) -> None:
    """Everybody agrees on half of the truth: only the known answers tell."""
    project = answered(kind)
    right, half, _ = ANSWERS[kind]
    Annotation.objects.filter(project=project).update(value=half)
    for item in Item.objects.filter(project=project).order_by("id")[:4]:
        add_gold(project=project, item=item, value=right)
    judge(project)
    weeks = AnnotatorReport.objects.filter(project=project)[0].weeks
    assert (weeks[-1]["judged"], weeks[-1]["right"]) == (7, pytest.approx((3 + 4 / 3) / 7, abs=0.001))
    assert weeks[0]["right"] == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("kind", ["spans", "boxes"])
def test_what_is_not_defined_says_why(kind: str) -> None:
    project = make_project(kind=kind, classes=(PERSON, PLACE), overlap=2)
    ann, bob = make_member(project), make_member(project)
    row = make_annotation(make_item(project, text="x" * 40), ann, PERSON)
    Annotation.objects.filter(pk=row.pk).update(value=ANSWERS[kind][0])
    judge(project)
    found = agreement(project)
    assert found["percent"] is None
    assert found["coefficients"]["krippendorff_alpha"]["undefined_because"] == "no item has two annotations"
    assert [one["value"] for one in found["by_class"]] == [None, None]
    assert (found["by_pair"], found["by_week"]) == ([], [])

    for person in (ann, bob):
        row = make_annotation(make_item(project, text="x" * 40) if person == ann else row.item, person, PERSON)
        Annotation.objects.filter(pk=row.pk).update(value=ANSWERS[kind][2])
    judge(project)
    found = agreement(project)
    assert (found["percent"], found["items_with_overlap"]) == (1.0, 1)
    why = "every annotation is the same answer"
    assert found["coefficients"]["krippendorff_alpha"]["undefined_because"] == why
    assert found["by_week"][0]["krippendorff_alpha"]["undefined_because"] == why
    assert [one["value"] for one in found["by_class"]] == [None, None]

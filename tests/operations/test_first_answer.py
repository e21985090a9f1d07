"""To a known item the first answer counts: revising gains nothing, and one's own page does not tell which it was."""

import random
from datetime import timedelta
from itertools import pairwise

import pytest
from django.contrib.auth.models import User

from annotation.arrays import load_votes
from annotation.models import Annotation, AnnotatorReport, Assignment, Consensus, Flag, Item, Project
from annotation.operations import live_quality
from annotation.operations.gold import add_gold, drop_gold
from annotation.operations.labeling import submit_annotation
from annotation.queries.gold import gold_items
from annotation.queries.own_report import own_report, report_on
from tests.factories import make_annotation, make_item, make_member, make_project
from tests.operations.crowd import ask_everybody, judge
from tests.operations.test_live_quality import answered

pytestmark = pytest.mark.django_db(transaction=True)


def answers_of(project: Project) -> dict[tuple[int, int], str]:
    """Returns what the inference counts, by item and person."""
    votes = load_votes(project)
    return {
        (int(votes.item_ids[item]), int(votes.annotator_ids[person])): votes.class_names[said]
        for item, person, said in votes.votes
    }


def figures(project: Project) -> list[tuple]:
    """Returns all that an inference leaves, in the order of items and people."""
    people = AnnotatorReport.objects.filter(project=project).order_by("annotator_id")
    skill = list(people.values_list("accuracy", "accuracy_low", "random_log_odds", "confusion"))
    truth = Consensus.objects.filter(project=project).order_by("item_id")
    return [*skill, *truth.values_list("value", "posterior", "n_votes", "status")]


def revise(annotation: Annotation, name: str) -> None:
    assignment = Assignment.objects.select_related("project").get(pk=annotation.assignment_id)
    submit_annotation(assignment=assignment, value={"class": name})


def a_project_with_gold() -> tuple[Project, list[Item], User]:
    """Returns a project of ten known items, which one person answers wrongly, and ten that three others answered."""
    project = make_project()
    ask_everybody(project, dict.fromkeys(("ann", "bob", "cem"), ["ham", "spam"] * 5))
    known, eva = [make_item(project, gold="spam") for _ in range(10)], make_member(project)
    for item in known:
        make_annotation(item, eva, "ham")
    return project, known, eva


def test_who_revises_known_answers_until_they_are_right_gains_nothing():
    project, known, eva = a_project_with_gold()
    judge(project)
    before = figures(project)
    doubted = Flag.objects.filter(kind="label_suspect", annotator=eva)
    assert set(doubted.values_list("status", flat=True)) == {"open"}
    for annotation in Annotation.objects.filter(item__in=known):
        revise(annotation, "spam")
    judge(project)
    assert figures(project) == before
    assert [one["right"] for one in gold_items(project, limit=10)] == [0] * 10
    assert report_on(project, eva)["known_answers"] == {"given": 10, "right": 0}
    # What she says by now is right: her labels are in doubt no more, she herself is.
    assert set(doubted.values_list("status", flat=True)) == {"closed"}


def test_once_the_item_is_an_ordinary_one_the_newest_answer_counts():
    project, known, eva = a_project_with_gold()
    for annotation in Annotation.objects.filter(item__in=known):
        revise(annotation, "spam")
    drop_gold(item=known[0])
    said = answers_of(project)
    assert [said[item.pk, eva.pk] for item in known] == ["spam"] + ["ham"] * 9


def test_one_answer_at_a_time_comes_to_the_same(monkeypatch):
    monkeypatch.setattr(live_quality, "FULL_BELOW", 10)
    project, known, _ = a_project_with_gold()
    judge(project)
    before = figures(project)
    annotation = Annotation.objects.get(item=known[3])
    revise(annotation, "spam")
    answered(annotation)
    assert figures(project) == before
    assert not Flag.objects.filter(annotation=annotation, status="open").exists()


@pytest.mark.parametrize("seed", range(4))
def test_replay_equals_live(seed):
    """Whatever came in which order, all that counts is who said what first to known items, and last to others."""
    rng, project = random.Random(seed), make_project()
    items, people = [make_item(project) for _ in range(12)], [make_member(project) for _ in range(4)]
    said: dict[tuple[int, int], list[str]] = {}
    known: dict[int, str] = {}
    for _ in range(60):
        item, person, name = rng.choice(items), rng.choice(people), rng.choice(("ham", "spam"))
        what = rng.choice(("answer", "answer", "answer", "known", "judge"))
        if what == "judge":
            judge(project)
        elif what == "known" and item.pk in known:
            drop_gold(item=item)
            del known[item.pk]
        elif what == "known":
            add_gold(project=project, item=item, value={"class": name})
            known[item.pk] = name
        elif (item.pk, person.pk) not in said:
            make_annotation(item, person, name)
            said[item.pk, person.pk] = [name]
        else:
            revise(Annotation.objects.get(item=item, annotator=person), name)
            said[item.pk, person.pk].append(name)
    judge(project)
    counted = {key: given[0 if key[0] in known else -1] for key, given in said.items()}
    assert answers_of(project) == counted

    again = make_project()
    twins = {person.pk: make_member(again) for person in people}
    copies = {item.pk: make_item(again, gold=known.get(item.pk)) for item in items}
    for (item_id, person_id), name in counted.items():
        make_annotation(copies[item_id], twins[person_id], name)
    judge(again)
    assert figures(again) == figures(project)


def test_nobody_tells_known_items_by_looking_at_her_page_after_each_answer():
    project, eva = make_project(), make_member(make_project())
    ask_everybody(project, {"ann": ["ham"] * 20, "bob": ["ham"] * 20})
    moved, seen = [], None
    for n in range(1, 66):
        item = make_item(project, gold="spam" if n % 7 == 0 else None)
        make_annotation(item, eva, "ham")
        judge(project)
        page = own_report(project, eva)
        assert page["annotations"] == n
        told = page["known_answers"], page["accuracy"], [(one["judged"], one["right"]) for one in page["weeks"]]
        if told != seen and seen is not None:
            moved.append(n)
        seen = told
    assert moved
    assert all(later - earlier >= AnnotatorReport.SHOWN_EVERY for earlier, later in pairwise(moved))
    assert own_report(project, eva)["known_answers"] == {"given": 60 // 7, "right": 0}
    assert report_on(project, eva)["known_answers"] == {"given": 65 // 7, "right": 0}


def test_doubts_about_her_are_told_without_figures():
    project, people = make_project(), [make_member(make_project()) for _ in range(2)]
    for person, kind in zip(people, ("annotator_needs_help", "copying"), strict=True):
        Flag.objects.create(
            project=project, kind=kind, subject="x", annotator=person, score=0.9, created_at="2026-01-01T00:00Z",
            evidence={"summary": "right in 61% of answers", "said": {"code": "flag.needs_help", "with": {"low": 0.61}}},
        )  # fmt: skip
        [told], [known] = own_report(project, person)["flags"], report_on(project, person)["flags"]
        assert known["summary"] == "right in 61% of answers"
        assert "%" not in told["summary"]
        assert told["said"]["with"] == {}
        assert told["summary"].endswith(".")


def test_a_week_is_known_no_better_than_all_of_her_work() -> None:
    """Of two people alone, who differ on a fifth, nothing tells who is right: nor does it for one week."""
    project, annotator = make_project(), make_member(make_project())
    made = make_annotation(make_item(project), annotator, "ham")
    week = (made.created_at - timedelta(days=made.created_at.weekday())).date()
    AnnotatorReport.objects.create(
        project=project, annotator=annotator, n_annotations=72, random_log_odds=0, confusion=[],
        accuracy=0.66, accuracy_low=0.37, accuracy_high=0.98, updated_at=made.created_at,
        weeks=[{"week": week.isoformat(), "judged": 72, "right": 0.7}],
    )  # fmt: skip
    [found] = report_on(project, annotator)["weeks"]
    assert (found["judged"], found["right"]) == (72, 0.7)
    assert (found["low"], found["high"]) == pytest.approx((0.41, 1.0))

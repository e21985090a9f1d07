"""Newcomers: known answers first, told at once, then a pass mark; a manager lets in; two claims at once ask no more."""

import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from annotation.errors import NotFound
from annotation.models import Assignment, AuditEvent, GoldAnswer, Item, Membership, Project
from annotation.operations.labeling import assign_next_item, skip_item, submit_annotation
from annotation.operations.training import feedback_on, let_in
from tests.factories import make_annotation, make_item, make_member, make_project, make_user
from tests.operations.test_labeling import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def school(*, known: int = 4, **settings):
    """Returns a project with known answers, all ham, ordinary items, and a newcomer."""
    project = make_project(gold_rate=0, **{"training_items": 3, "training_pass_mark": 0.6} | settings)
    for _ in range(known):
        make_item(project, gold="ham")
    for _ in range(5):
        make_item(project)
    return project, make_member(project)


def claim(project, person, count: int = 1):
    return assign_next_item(project=project, user=person, count=count)


def answer(lease, name: str):
    assignment = Assignment.objects.select_related("project").get(pk=lease.id)
    stored = submit_annotation(assignment=assignment, value={"class": name})
    return feedback_on(assignment=assignment, value=stored.annotation.value)


def give(project, person, *names: str):
    """Answers what comes, one after another; returns the feedback."""
    return [answer(claim(project, person).leases[0], name) for name in names]


def streams(person) -> list[str]:
    return list(Assignment.objects.filter(annotator=person).order_by("pk").values_list("stream", flat=True))


class TestNewcomers:
    def test_known_answers_come_first_and_are_told(self):
        project, person = school()
        first = claim(project, person)
        assert (first.training.stage, first.training.asked, first.training.of) == ("undecided", 0, 3)
        told = give(project, person, "ham", "spam", "ham")
        assert [(one.right, one.value) for one in told] == [
            (True, {"class": "ham"}),
            (False, {"class": "ham"}),
            (True, {"class": "ham"}),
        ]
        assert streams(person) == ["gold"] * 3
        assert len(set(Assignment.objects.values_list("item", flat=True))) == 3

    def test_passing_begins_ordinary_work(self):
        project, person = school()
        give(project, person, "ham", "spam", "ham")
        now = claim(project, person)
        assert (now.training.stage, now.training.asked, now.training.score) == ("passed", 3, pytest.approx(2 / 3))
        assert now.leases[0].stream != "gold"
        assert answer(now.leases[0], "ham") is None
        assert claim(project, person).training is None
        event = AuditEvent.objects.get(verb="training.passed")
        assert event.detail == {"right": 2, "of": 3, "pass_mark": 0.6}

    def test_not_passing_ends_it_until_a_manager_lets_her_in(self):
        project, person = school()
        give(project, person, "ham", "spam", "spam")
        for _ in range(2):
            now = claim(project, person)
            assert (now.leases, now.empty_because, now.training.stage) == ([], "training_not_passed", "not_passed")
        assert AuditEvent.objects.filter(verb="training.not_passed").count() == 1
        for _ in range(2):
            let_in(project=project, person=person, user=project.created_by)
        assert claim(project, person).leases[0].stream != "gold"
        event = AuditEvent.objects.get(verb="training.let_in")
        assert (event.actor, event.detail["was"]) == (project.created_by, "not_passed")
        with pytest.raises(NotFound):
            let_in(project=project, person=make_user(), user=project.created_by)

    def test_changing_an_answer_after_being_told_does_not_help(self):
        project, person = school()
        for _ in range(3):
            lease = claim(project, person).leases[0]
            assert not answer(lease, "spam").right
            assert answer(lease, "ham").right
        assert claim(project, person).training.score == 0

    def test_a_skip_counts_as_not_right(self):
        project, person = school()
        give(project, person, "ham")
        for _ in range(2):
            skip_item(assignment=Assignment.objects.get(pk=claim(project, person).leases[0].id))
        assert claim(project, person).empty_because == "training_not_passed"

    def test_fewer_known_answers_than_asked_for(self):
        project, person = school(known=2)
        give(project, person, "ham", "ham")
        assert claim(project, person).training.stage == "passed"
        project, person = school(known=0)
        now = claim(project, person)
        assert now.training is None
        assert now.leases

    def test_a_lease_that_ran_out_is_drawn_again(self):
        project, person = school(known=3)
        claim(project, person, 3)
        Assignment.objects.update(expires_at="2026-01-01T00:00Z")
        assert len(claim(project, person, 3).leases) == 3
        assert Assignment.objects.count() == 3


class TestOthers:
    def test_whoever_worked_before_and_whoever_is_more_than_an_annotator_is_not_trained(self):
        project, _ = school()
        veteran, reviewer = make_member(project), make_member(project, role="reviewer")
        make_annotation(make_item(project), veteran, "ham")
        for person in (veteran, reviewer, project.created_by):
            assert claim(project, person).leases[0].stream != "gold"
        assert Membership.objects.get(user=veteran).training == "passed"

    def test_off_it_costs_nothing(self):
        project, person = school(training_items=0)
        item_lease = claim(project, person).leases[0]
        with CaptureQueriesContext(connection) as asked:
            assert answer(item_lease, "ham") is None
            claim(project, person)
        assert not [one for one in asked.captured_queries if "membership" in one["sql"] or "goldanswer" in one["sql"]]

    def test_a_later_check_is_blind(self):
        project, person = school()
        give(project, person, "ham", "ham", "ham")
        project.gold_rate = 1
        check = claim(project, person).leases[0]
        assert (check.stream, check.reason) == ("gold", {"kind": "random"})
        assert answer(check, "ham") is None


def test_known_answers_of_a_class_that_is_gone_are_neither_asked_nor_counted():
    project, person = school(known=3, training_items=3)
    for item in Item.objects.filter(is_gold=True).order_by("pk")[:2]:
        GoldAnswer.objects.filter(item=item).update(value={"class": "junk"})
    Project.objects.filter(pk=project.pk).update(
        schema_version=2, class_history=[{"version": 2, "names": {"junk": None}}]
    )
    project.refresh_from_db()
    assert len(claim(project, person, 5).leases) == 1
    give(project, person, "ham")
    done = claim(project, person)
    assert (done.training.stage, done.training.score) == ("passed", 1.0)


def test_claims_at_once_ask_no_more_than_the_training_holds():
    project, person = school(known=9, training_items=4)
    found = at_once(*[lambda: claim(project, person, 5)] * 4)
    assert not [one for one in found if isinstance(one, Exception)]
    assert all(one.leases for one in found)
    assert streams(person) == ["gold"] * 4


def test_a_claim_waits_for_another_one_of_the_same_newcomer():
    """Else it would count what the other has not committed as not asked."""
    project, person = school(known=9, training_items=4)
    found: list = []
    other = threading.Thread(target=lambda: (found.append(claim(project, person, 5)), connection.close()))
    with transaction.atomic():
        first = claim(project, person, 5)
        other.start()
        other.join(timeout=0.5)
        assert other.is_alive()
    other.join()
    assert streams(person) == ["gold"] * 4
    assert [one.id for one in found[0].leases] == [one.id for one in first.leases]


def test_the_training_is_judged_once():
    project, person = school(known=3)
    give(project, person, "ham", "ham", "spam")
    found = at_once(*[lambda: claim(project, person)] * 3)
    assert not [one for one in found if isinstance(one, Exception)]
    assert all(one.leases and one.leases[0].stream != "gold" for one in found)
    assert AuditEvent.objects.filter(verb="training.passed").count() == 1

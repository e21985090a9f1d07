"""Known answers: proposed, accepted, given up; five first, then by rate. Guidelines, and what they put in doubt."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from annotation.errors import Conflict, InvalidValue, NotFound
from annotation.models import (
    Assignment,
    Consensus,
    GoldAnswer,
    Item,
    Project,
    Review,
)
from annotation.operations.agreeing import undo_batch
from annotation.operations.guidelines import send_out_by_guidelines
from annotation.operations.known_answers import accept_gold, remove_gold
from annotation.operations.labeling import (
    assign_next_item,
    release_expired_assignments,
    skip_item,
    submit_annotation,
)
from annotation.operations.projects import change_project, create_project
from annotation.queries.gold import gold_items, gold_proposals
from annotation.queries.guidelines import guideline_history
from annotation.queries.own_report import own_report, report_on
from tests.factories import make_annotation, make_item, make_member, make_project
from tests.operations.crowd import ask_everybody, judge
from tests.operations.test_review import TRUTH, world

pytestmark = pytest.mark.django_db(transaction=True)


class TestGold:
    def test_proposed_accepted_and_taken_back(self):
        project, items, _ = world()
        Consensus.objects.filter(item=items[4]).update(probability=0.999, status="agreed")
        Consensus.objects.exclude(item=items[4]).update(probability=0.9)
        [proposal] = gold_proposals(project, limit=10)
        assert (proposal["item"], proposal["value"]) == (items[4].pk, {"class": TRUTH[4]})
        other = make_item(make_project())
        batch, n, refused = accept_gold(project=project, user=project.created_by, items=[items[4].pk, other.pk])
        assert (n, [one["item"] for one in refused]) == (1, [other.pk])
        assert not gold_proposals(project, limit=10)
        [gold] = gold_items(project, limit=10)
        assert (gold["answers"], gold["right"], gold["contradicted"]) == (3, 3, False)
        assert undo_batch(project=project, user=project.created_by, batch=batch) == 1
        assert not GoldAnswer.objects.exists()

    def test_an_imported_answer_that_everybody_contradicts_is_shown_and_given_up(self):
        project = make_project(overlap=2)
        items, _ = ask_everybody(project, {"ann": ["ham"], "bob": ["ham"], "cem": ["ham"]}, gold=["spam"])
        [gold] = gold_items(project, limit=10)
        assert (gold["contradicted"], gold["most_said"]) == (True, {"class": "ham"})
        remove_gold(project=project, item=items[0], user=project.created_by)
        judge(project)
        assert Consensus.objects.get().value == {"class": "ham"}
        assert Item.objects.get().slot_limit == 2
        with pytest.raises(NotFound):
            remove_gold(project=project, item=items[0], user=project.created_by)

    def test_answers_to_gold_count_once_it_is_an_ordinary_item(self):
        project = make_project(overlap=2, gold_rate=1.0)
        item = make_item(project, gold="spam", shuffle_key=0)
        others = [make_item(project, slot_limit=2).pk for _ in range(3)]
        first, second, late, skipping = (make_member(project) for _ in range(4))
        held = {}
        for person in (first, second, late, skipping):
            (lease,) = assign_next_item(project=project, user=person, count=1).leases
            held[person] = Assignment.objects.select_related("project").get(pk=lease.id)
        submit_annotation(assignment=held[first], value={"class": "spam"})
        Assignment.objects.filter(pk=held[late].pk).update(expires_at=timezone.now() - timedelta(seconds=1))
        release_expired_assignments()
        skip_item(assignment=held[skipping])
        remove_gold(project=project, item=item, user=project.created_by)
        item.refresh_from_db()
        assert (item.taken, item.slot_limit, item.open_slots) == (2, 2, 0)
        with pytest.raises(Conflict):
            submit_annotation(assignment=held[late], value={"class": "spam"})
        change_project(project=project, user=project.created_by, changes={"settings": {"overlap": 4}})
        project.refresh_from_db()
        for person in (first, skipping):  # the head of the shuffle is behind them
            (lease,) = assign_next_item(project=project, user=person, count=1).leases
            assert lease.item_id in others
        submit_annotation(assignment=held[second], value={"class": "spam"})
        submit_annotation(assignment=held[late], value={"class": "spam"})
        item.refresh_from_db()
        assert (item.taken, item.open_slots) == (3, 1)

    def test_gold_that_a_decision_made_is_given_up_by_undoing_it(self):
        project, items, _ = world()
        accept_gold(project=project, user=project.created_by, items=[items[0].pk])
        remove_gold(project=project, item=items[0], user=project.created_by)
        assert Review.objects.get().undone_at is not None
        assert Item.objects.get(pk=items[0].pk).slot_limit == 3

    def test_right_answers_stay_right_when_their_class_gets_another_name(self):
        project = make_project(overlap=2)
        item, people = make_item(project, gold="spam"), {"ann": make_member(project), "bob": make_member(project)}
        make_annotation(item, people["ann"], "spam")
        make_annotation(item, people["bob"], "ham")
        named = ["ham", {"name": "junk", "was": "spam"}]
        project = change_project(project=project, user=project.created_by, changes={"classes": named})
        [gold] = gold_items(project, limit=10)
        assert (gold["value"], gold["answers"], gold["right"]) == ({"class": "junk"}, 2, 1)
        assert report_on(project, people["ann"])["known_answers"] == {"given": 1, "right": 1}
        assert report_on(project, people["bob"])["known_answers"] == {"given": 1, "right": 0}

    def test_nobody_finds_a_known_answer_by_trying(self):
        project = make_project(gold_rate=1)
        make_item(project, gold="spam")
        user = make_member(project)
        [lease] = assign_next_item(project=project, user=user, count=1).leases
        assignment = Assignment.objects.get(pk=lease.id)
        for name in ("ham", "spam"):
            submit_annotation(assignment=assignment, value={"class": name})
            assert own_report(project, user)["known_answers"] == {"given": 0, "right": 0}
        assert report_on(project, user)["known_answers"] == {"given": 1, "right": 0}

    def test_five_come_early_then_by_rate(self):
        project = make_project(gold_rate=0.01, random_rate=0)
        for _ in range(12):
            make_item(project, gold="ham")
        for _ in range(80):
            make_item(project)
        person, rng, streams = make_member(project), random.Random(4), []
        for _ in range(60):
            [lease] = assign_next_item(project=project, user=person, count=1, rng=rng).leases
            streams.append(lease.stream)
            assignment = person.assignments.select_related("project").get(pk=lease.id)
            submit_annotation(assignment=assignment, value={"class": "ham"})
        fifth = [place for place, stream in enumerate(streams) if stream == "gold"][4]
        assert fifth < 45
        assert streams[fifth + 1 :].count("gold") <= 2


class TestGuidelines:
    def test_versions_with_the_agreement_under_each(self):
        project = create_project(
            user=make_member(make_project()), name="a", kind="choice", classes=["ham", "spam"], guidelines="one"
        )
        Project.objects.filter(pk=project.pk).update(overlap=2, max_votes=3)
        people = [make_member(project) for _ in range(2)]
        project.refresh_from_db()
        split, same, later = (make_item(project) for _ in range(3))
        for item, answers in ((split, ("ham", "spam")), (same, ("ham", "ham"))):
            for person, name in zip(people, answers, strict=True):
                make_annotation(item, person, name)
        changed = change_project(project=project, user=project.created_by, changes={"guidelines": "two"})
        change_project(project=project, user=project.created_by, changes={"guidelines": "two"})
        for person in people:
            make_annotation(later, person, "ham")
        assert guideline_history(project)[0]["annotations"] == 0, "nobody has looked yet"
        judge(changed)
        new, old = guideline_history(project)
        assert (new["version"], new["text"], new["annotations"], new["percent"]) == (2, "two", 2, 1.0)
        assert (old["version"], old["text"], old["annotations"], old["percent"]) == (1, "one", 4, 0.5)
        assert old["low"] < 0.5 < old["high"]
        assert old["change"] is None
        assert new["change"]["estimate"] == 0.5
        assert new["change"]["low"] < 0 < new["change"]["high"], "three items tell nothing"

        sent = send_out_by_guidelines(project=changed, user=project.created_by, version="2", classes=["ham"])[1]
        assert set(Item.objects.filter(project=project, open_slots=1)) <= {split, same}
        assert sent == Item.objects.filter(project=project, open_slots=1).count() >= 1
        with pytest.raises(NotFound):
            send_out_by_guidelines(project=changed, user=project.created_by, version="9", classes=[])
        with pytest.raises(InvalidValue):
            send_out_by_guidelines(project=changed, user=project.created_by, version="2", classes=["no such"])

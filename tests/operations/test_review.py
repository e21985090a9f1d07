"""Decisions of reviewers: a judgement above the votes, whole, once, and taken back without a trace in the figures."""

import random
import threading
import time

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, InternalError

from annotation.errors import BadRequest, Conflict, Forbidden, InvalidValue
from annotation.models import (
    Annotation,
    AnnotatorReport,
    Assignment,
    Consensus,
    Flag,
    GoldAnswer,
    Item,
    Mention,
    Project,
    Review,
    Role,
)
from annotation.operations.agreeing import accept_agreeing, undo_batch
from annotation.operations.comments import add_comment
from annotation.operations.labeling import assign_next_item, skip_item
from annotation.operations.projects import change_project
from annotation.operations.undoing import undo_review
from annotation.operations.verdicts import Wish, decide_review
from annotation.queries.review import waiting, waiting_counts
from tests.factories import make_annotation, make_item, make_member, make_project, make_user
from tests.operations.crowd import ask_everybody, judge

pytestmark = pytest.mark.django_db(transaction=True)

TRUTH = ["ham", "spam", *random.Random(1).choices(["ham", "spam"], k=28)]


def world(**fields):
    """Two careful people and one who is wrong on the first two of thirty items."""
    project = make_project(overlap=3, max_votes=5, random_rate=0, gold_rate=0, **fields)
    project.role = Role.OWNER
    answers = {"ann": TRUTH, "bob": TRUTH, "cem": ["spam", "ham", *TRUTH[2:]]}
    items, people = ask_everybody(project, answers)
    Item.objects.filter(project=project).update(taken=3, open_slots=0, drawn_at="2026-01-01T00:00Z",
                                                draw_stream="shuffle", draw_probability=1)  # fmt: skip
    judge(project)
    return project, items, people


def figures(project: Project) -> dict[str, object]:
    """All that is derived, without times."""
    return {
        "consensus": list(Consensus.objects.filter(project=project).order_by("pk").values("pk", "value", "status")),
        "flags": sorted(Flag.objects.filter(project=project, status="open").values_list("kind", "subject")),
        "people": [
            (row.annotator_id, round(row.accuracy or 0, 6)) for row in AnnotatorReport.objects.order_by("annotator_id")
        ],
        "slots": list(Item.objects.order_by("pk").values_list("slot_limit", "taken", "open_slots", "is_gold")),
    }


def decide(project, item, user, decision, **wish):
    return decide_review(project=project, item=item, user=user, wish=Wish(decision, **wish))


class TestQueue:
    def test_the_worst_first_with_reasons(self):
        project, items, people = world()
        found = waiting(project, wanted={}, limit=10)
        assert {one["item"] for one in found} == {items[0].pk, items[1].pk}
        assert [one["score"] for one in found] == sorted((one["score"] for one in found), reverse=True)
        doubted = Annotation.objects.get(pk=found[0]["annotation"])
        assert doubted.annotator == people["cem"]
        assert found[0]["proposal"] != doubted.value
        assert found[0]["reason"]["kind"] == "label_suspect"
        assert "cem" in found[0]["reason"]["summary"]
        assert "cem" not in waiting(project, wanted={}, limit=1, blind=True)[0]["reason"]["summary"]

    def test_filters(self):
        project, *_ = world()
        wanted = [
            ({"class": "ham"}, 2),
            ({"class": "no such"}, 0),
            ({"annotator": "cem"}, 2),
            ({"annotator": "nobody"}, 0),
            ({"kind": "label_suspect"}, 2),
            ({"kind": "disagreement"}, 0),
            ({"kind": "drift"}, 0),
            ({"kind": "confused_pair"}, 0),
            ({"kind": "label_suspect", "class": "spam", "annotator": "ann"}, 2),
        ]
        assert [(one, len(waiting(project, wanted=one, limit=10))) for one, _ in wanted] == wanted
        assert len(waiting(project, wanted={}, pair=("ham", "spam"), limit=10)) == 2
        assert not waiting(project, wanted={}, pair=("ham", "no such"), limit=10)

    def test_filters_look_into_sets_of_classes(self):
        """On the first item one person has the first class only and the other the second; on the next one has both."""
        project = make_project(kind="multichoice", classes=["a/x", "b", "c"], overlap=2, target_confidence=1)
        items = [make_item(project) for _ in range(3)]
        said = {"ann": [["a/x"], ["a/x", "b"], ["c"]], "bob": [["b", "c"], ["b"], ["c"]]}
        for username, answers in said.items():
            person = make_member(project, user=make_user(username))
            for item, names in zip(items, answers, strict=True):
                annotation = make_annotation(item, person, "")
                Annotation.objects.filter(pk=annotation.pk).update(value={"classes": names})
        judge(project)

        def found(pair=None, **wanted):
            return {one["item"] for one in waiting(project, wanted=wanted, pair=pair, limit=10)}

        everything = {item.pk for item in items}
        assert found() == everything
        assert found(**{"class": "a/x"}) == {items[0].pk, items[1].pk}
        assert found(**{"class": "c"}) == {items[0].pk, items[2].pk}
        assert found(pair=("a/x", "b")) == found(pair=("b", "a/x")) == {items[0].pk}
        assert found(pair=("b", "no such")) == found(**{"class": "no such"}) == set()
        changes = {"classes": [{"name": "z", "was": "a/x"}, "c", "b"]}
        project = change_project(project=project, user=project.created_by, changes=changes)
        assert found(**{"class": "z"}) == {items[0].pk, items[1].pk}, "in the classes of today at once"
        judge(project)
        assert found(pair=("z", "b")) == {items[0].pk}
        assert waiting_counts(project) == {"waiting": 3, "agreeing": 1}
        assert accept_agreeing(project=project, user=project.created_by)[1] == 1

    def test_pages(self):
        project, *_ = world()
        [first] = waiting(project, wanted={}, limit=1)
        [second] = waiting(project, wanted={}, limit=1, after=[first["score"], first["item"]])
        assert second["item"] != first["item"]
        assert not waiting(project, wanted={}, limit=1, after=[second["score"], second["item"]])


class TestDecisions:
    def test_change_and_back(self):
        """The verdict beats two good people: consensus, skill and flags follow, and all of it comes back."""
        project, items, people = world()
        before, answers = figures(project), list(Annotation.objects.order_by("pk").values())
        review = decide(project, items[0], project.created_by, "change", value={"class": "spam"})
        judge(project)
        truth = Consensus.objects.get(item=items[0])
        assert (truth.value, truth.probability, truth.status) == ({"class": "spam"}, 1.0, "reviewed")
        after = figures(project)
        assert dict(after["people"])[people["cem"].pk] > dict(before["people"])[people["cem"].pk]
        assert dict(after["people"])[people["ann"].pk] < dict(before["people"])[people["ann"].pk]
        assert len(after["flags"]) == 1
        assert items[0].pk not in {one["item"] for one in waiting(project, wanted={}, limit=10)}
        undo_review(review=review, user=project.created_by)
        undo_review(review=review, user=project.created_by)
        judge(project)
        assert figures(project) == before
        assert list(Annotation.objects.order_by("pk").values()) == answers

    def test_accept_confirms_the_doubt_and_keep_dismisses_it(self):
        project, items, _ = world()
        flags = {flag.item_id: flag for flag in Flag.objects.filter(kind="label_suspect")}
        decide(project, items[0], project.created_by, "accept", value={"class": "ham"})
        kept = decide(project, items[1], project.created_by, "keep", annotation=flags[items[1].pk].annotation_id)
        assert kept.value == {"class": "ham"}
        statuses = dict(Flag.objects.values_list("item_id", "status"))
        assert (statuses[items[0].pk], statuses[items[1].pk]) == ("confirmed", "dismissed")
        judge(project)
        assert not waiting(project, wanted={}, limit=10)

    def test_gold_asks_others_and_undo_makes_it_ordinary(self):
        project, items, people = world()
        before = figures(project)
        review = decide(project, items[0], project.created_by, "gold", value={"class": "ham"})
        Project.objects.filter(pk=project.pk).update(gold_rate=1)
        project.refresh_from_db()
        new = make_member(project)
        assert [one.item_id for one in assign_next_item(project=project, user=new, count=1).leases] == [items[0].pk]
        assert not assign_next_item(project=project, user=people["ann"], count=1).leases
        judge(project)
        assert Consensus.objects.get(item=items[0]).status == "gold"
        skip_item(assignment=Assignment.objects.get(annotator=new))  # held on, it would count as a vote to come
        undo_review(review=review, user=project.created_by)
        assert not GoldAnswer.objects.exists()
        judge(project)
        assert figures(project) == before

    def test_gold_that_contradicts_gold_is_refused(self):
        project = make_project()
        make_item(project, text="same", gold="ham")
        item = make_item(project, text="same")
        make_annotation(item, make_member(project), "spam")
        with pytest.raises(Conflict, match="another known answer"):
            decide(project, item, project.created_by, "gold", value={"class": "spam"})
        assert not Review.objects.exists()

    def test_send_out_asks_somebody_else_and_waits_for_her(self):
        project, items, people = world()
        review = decide(project, items[0], project.created_by, "send_out", votes=1)
        assert {one["item"] for one in waiting(project, wanted={}, limit=10)} == {items[1].pk}
        assert not assign_next_item(project=project, user=people["ann"], count=1).leases
        new = make_member(project)
        [lease] = assign_next_item(project=project, user=new, count=5).leases
        assert lease.item_id == items[0].pk
        undo_review(review=review, user=project.created_by)
        item = Item.objects.get(pk=items[0].pk)
        assert (item.slot_limit, item.taken, item.open_slots) == (3, 4, 0)

    def test_no_more_than_max_votes(self):
        project, items, _ = world()
        decide(project, items[0], project.created_by, "send_out", votes=2)
        with pytest.raises(Conflict, match=r"max_votes\) is 5"):
            decide(project, items[1], project.created_by, "send_out", votes=3)

    def test_what_is_refused(self):
        project, items, _ = world()
        fresh, other = make_item(project), Annotation.objects.filter(item=items[5]).first()
        with pytest.raises(Conflict, match="Nobody has answered"):
            decide(project, fresh, project.created_by, "accept")
        with pytest.raises(InvalidValue):
            decide(project, items[0], project.created_by, "change", value={"class": "no such"})
        with pytest.raises(Conflict, match="something else"):
            decide(project, items[0], project.created_by, "accept", value={"class": "spam"})
        for wish in ({"annotation": other.pk}, {}):
            with pytest.raises(Exception, match=r"not of this item|which one to keep"):
                decide(project, items[0], project.created_by, "keep", **wish)
        with pytest.raises(BadRequest, match="not of this item"):
            decide(project, items[0], project.created_by, "send_out", annotation=other.pk)
        decide(project, items[0], project.created_by, "accept")
        with pytest.raises(Conflict, match="has decided"):
            decide(project, items[0], project.created_by, "accept")

    def test_the_last_decision_is_undone_first(self):
        project, items, _ = world()
        sent = decide(project, items[0], project.created_by, "send_out")
        judged = decide(project, items[0], project.created_by, "accept")
        with pytest.raises(Conflict, match="later decision"):
            undo_review(review=sent, user=project.created_by)
        undo_review(review=judged, user=project.created_by)
        undo_review(review=sent, user=project.created_by)
        assert Item.objects.get(pk=items[0].pk).slot_limit == 3

    @pytest.mark.parametrize(("overlap", "max_votes", "slots"), [(1, 3, 0), (1, 5, 0), (5, 5, 2)])
    def test_undone_under_another_policy(self, overlap, max_votes, slots):
        project, items, _ = world()
        review = decide_review(project=project, item=items[0], user=project.created_by, wish=Wish("accept"))
        settings = {"overlap": overlap, "max_votes": max_votes}
        change_project(project=project, user=project.created_by, changes={"settings": settings})
        undo_review(review=review, user=project.created_by)
        item = Item.objects.get(pk=items[0].pk)
        assert (item.slot_limit <= max_votes, item.open_slots) == (True, slots)

    def test_an_undone_item_takes_no_more_than_the_limit_of_now(self):
        project = make_project(overlap=3)
        items, _ = ask_everybody(project, {"ann": ["ham"]})
        review = decide_review(
            project=project, item=items[0], user=project.created_by, wish=Wish("change", value={"class": "spam"})
        )
        Item.objects.filter(pk=items[0].pk).update(taken=1)
        change_project(project=project, user=project.created_by, changes={"settings": {"overlap": 1, "max_votes": 1}})
        undo_review(review=review, user=project.created_by)
        assert Item.objects.get().open_slots == 0

    def test_max_votes_as_it_is_now_and_not_as_it_was_read(self):
        project, items, _ = world()
        stale = Project.objects.get(pk=project.pk)
        change_project(project=project, user=project.created_by, changes={"settings": {"max_votes": 3}})
        with pytest.raises(Conflict, match=r"max_votes\) is 3"):
            decide_review(project=stale, item=items[0], user=project.created_by, wish=Wish("send_out"))

    def test_no_verdict_names_a_class_that_is_gone(self):
        project, items, _ = world(classes=("ham", "spam", "junk"))
        kept = Annotation.objects.filter(item=items[2]).first()
        gone = kept.value["class"]
        others = [name for name in project.class_names if name != gone]
        change_project(project=project, user=project.created_by, changes={"classes": others})
        for wish in (Wish("keep", annotation=kept.pk), Wish("keep"), Wish("accept")):
            with pytest.raises(Conflict, match="classes"):
                decide_review(project=project, item=items[2], user=project.created_by, wish=wish)
        assert not Review.objects.exists()

    def test_the_same_doubt_raised_anew_while_a_decision_is_undone(self):
        project, items, _ = world()
        flag = Flag.objects.get(item=items[0], kind="label_suspect")
        review = decide_review(project=project, item=items[0], user=project.created_by, wish=Wish("accept"))
        raised, outcomes = threading.Event(), list[object]()

        def infer():
            with transaction.atomic():
                anew = Flag.objects.get(pk=flag.pk)
                anew.pk, anew.status, anew.closed_at = None, "open", None
                anew.save(force_insert=True)
                raised.set()
                time.sleep(0.5)
            connection.close()

        def undo():
            raised.wait()
            outcomes.append(undo_review(review=review, user=project.created_by).undone_at)
            connection.close()

        threads = [threading.Thread(target=work) for work in (infer, undo)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcomes[0] is not None
        assert Flag.objects.filter(subject=flag.subject, status="open").count() == 1

    def test_history_cannot_be_rewritten(self):
        project, items, _ = world()
        review = decide(project, items[0], project.created_by, "accept")
        for change in ({"value": {"class": "spam"}}, {"note": "x"}):
            with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
                Review.objects.filter(pk=review.pk).update(**change)
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            review.delete()

    def test_two_reviewers_at_once(self):
        project, items, _ = world()
        others = [make_member(project, role="reviewer") for _ in range(4)]
        start, outcomes = threading.Barrier(4), []

        def click(user):
            try:
                start.wait()
                decide(project, items[0], user, "change", value={"class": "spam"})
                outcomes.append("decided")
            except Conflict as refusal:
                outcomes.append(refusal.code)
            finally:
                connection.close()

        threads = [threading.Thread(target=click, args=[user]) for user in others]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["decided", *["decided_already"] * 3]


class TestAgreeing:
    def test_bulk_and_back(self):
        project = make_project(overlap=2, target_confidence=1)
        ask_everybody(project, {"ann": ["ham", "spam", "ham"], "bob": ["ham", "spam", "spam"]})
        judge(project)
        assert waiting_counts(project) == {"waiting": 3, "agreeing": 2}
        batch, n = accept_agreeing(project=project, user=project.created_by)
        assert n == 2
        assert waiting_counts(project) == {"waiting": 1, "agreeing": 0}
        assert undo_batch(project=project, user=project.created_by, batch=batch) == 2
        assert undo_batch(project=project, user=project.created_by, batch=batch) == 0
        assert waiting_counts(project) == {"waiting": 3, "agreeing": 2}


class TestComments:
    def test_threads_and_mentions(self):
        project, items, people = world()
        first = add_comment(project=project, item=items[0], user=people["ann"], body="what says @bob, or @nobody?")
        answer = add_comment(project=project, item=items[0], user=people["bob"], body="ham. @ann", parent=first.pk)
        again = add_comment(project=project, item=items[0], user=people["ann"], body="good", parent=answer.pk)
        assert (answer.parent_id, again.parent_id) == (first.pk, first.pk)
        told = set(Mention.objects.values_list("comment", "user__username", "by_name"))
        assert told == {(first.pk, "bob", True), (answer.pk, "ann", True), (again.pk, "bob", False)}

    def test_an_annotator_talks_about_her_items_only(self):
        project, items, _ = world()
        project.role = Role.ANNOTATOR
        with pytest.raises(Forbidden):
            add_comment(project=project, item=items[0], user=make_member(project), body="hello")
        with pytest.raises(InvalidValue):
            add_comment(project=project, item=items[0], user=Annotation.objects.first().annotator, body=" ")

"""Asking again: what is worth it, to whom it goes, and the hard limit under any concurrency."""

import random
import threading

import pytest
from django.db import connection

from annotation.models import Annotation, AnnotatorReport, Assignment, Consensus, Item, Project, SecondOpinion
from annotation.operations.labeling import assign_next_item, submit_annotation
from annotation.operations.projects import change_project
from annotation.operations.transfer import add_items
from tests.factories import make_item, make_member, make_project
from tests.operations.crowd import ask_everybody, judge

pytestmark = pytest.mark.django_db(transaction=True)

TRUTH = random.Random(3).choices(["ham", "spam"], k=40)


def world(**fields):
    """Two people disagree on the last four of forty items; slots are counted."""
    fields = {"overlap": 2, "max_votes": 3, "random_rate": 0, "gold_rate": 0, "relabel_rate": 1} | fields
    project = make_project(**fields)
    turned = [{"ham": "spam", "spam": "ham"}[name] for name in TRUTH[-4:]]
    items, people = ask_everybody(project, {"ann": TRUTH, "bob": [*TRUTH[:-4], *turned]})
    Item.objects.filter(project=project).update(
        taken=2, open_slots=0, drawn_at="2026-01-01T00:00Z", draw_stream="shuffle", draw_probability=1
    )
    judge(project)
    return project, items, people


def ask(project, user, count=1):
    project.refresh_from_db()
    return assign_next_item(project=project, user=user, count=count)


def test_the_doubtful_are_asked_again_by_somebody_else():
    project, items, people = world()
    assert set(SecondOpinion.objects.values_list("item", flat=True)) == {item.pk for item in items[-4:]}
    assert not ask(project, people["ann"]).leases
    [lease] = ask(project, make_member(project)).leases
    assert (lease.stream, lease.reason) == ("relabel", {"kind": "second_opinion"})
    item = Item.objects.get(pk=lease.item_id)
    assert (item.slot_limit, item.taken, item.open_slots) == (3, 3, 0)


def test_it_ends_when_the_consensus_is_sure():
    project, items, _ = world(max_votes=9, target_confidence=0.9)
    for _ in range(3):
        new = make_member(project)
        while leases := ask(project, new).leases:
            assignment = Assignment.objects.select_related("project").get(pk=leases[0].id)
            submit_annotation(assignment=assignment, value={"class": TRUTH[items.index(assignment.item)]})
        judge(project)
    assert not SecondOpinion.objects.exists()
    assert max(Item.objects.values_list("taken", flat=True)) < 9
    assert ask(project, make_member(project)).empty_because == "finished"


def test_while_nothing_is_known_of_people_any_item_with_an_answer_is_asked_again():
    project = make_project(overlap=1, max_votes=2, random_rate=0, gold_rate=0, relabel_rate=1)
    items, _ = ask_everybody(project, {"ann": TRUTH}, gold=["ham"])
    judge(project)
    assert set(SecondOpinion.objects.values_list("item", flat=True)) == {item.pk for item in items[1:40]}
    order = SecondOpinion.objects.order_by("-gain").values_list("item", flat=True)
    assert list(order) != sorted(order)


# What most say, and what one person says of four items.
BEYOND_ONE_CLASS = {
    "multichoice": ({"classes": ["ham"]}, {"classes": ["spam"]}),
    "spans": ({"spans": [{"start": 0, "end": 3, "class": "ham"}]}, {"spans": []}),
    "boxes": ({"boxes": [{"x": 0, "y": 0, "width": 5, "height": 5, "class": "ham"}]}, {"boxes": []}),
    "text": ({"text": "seven"}, {"text": "nothing of it"}),
}


@pytest.mark.parametrize("kind", BEYOND_ONE_CLASS)
def test_answers_beyond_one_class_are_asked_again_while_in_doubt(kind):
    project = make_project(kind=kind, overlap=2, max_votes=3, random_rate=0, gold_rate=0, relabel_rate=1)
    items, people = ask_everybody(project, {"ann": TRUTH, "bob": TRUTH})
    usual, other = BEYOND_ONE_CLASS[kind]
    Annotation.objects.update(value=usual)
    Annotation.objects.filter(item__in=items[-4:], annotator=people["bob"]).update(value=other)
    Item.objects.filter(project=project).update(
        taken=2, open_slots=0, drawn_at="2026-01-01T00:00Z", draw_stream="shuffle", draw_probability=1
    )
    judge(project)
    doubtful = set(Consensus.objects.filter(status="doubtful").values_list("item", flat=True))
    assert doubtful >= {item.pk for item in items[-4:]}
    assert set(SecondOpinion.objects.values_list("item", flat=True)) == doubtful
    leases = ask(project, make_member(project), count=4).leases
    assert {(lease.stream, lease.item_id) for lease in leases} == {("relabel", item.pk) for item in items[-4:]}
    Project.objects.update(relabel_rate=0)
    judge(project)
    assert not SecondOpinion.objects.exists()


@pytest.mark.parametrize("fields", [{"max_votes": 2}, {"relabel_rate": 0}])
def test_no_second_opinions_unless_the_project_allows_them(fields):
    project, *_ = world(**fields)
    assert not SecondOpinion.objects.exists()
    assert ask(project, make_member(project)).empty_because == "finished"


def test_new_items_first_where_the_rate_says_so():
    project, *_ = world(relabel_rate=0.25)
    for _ in range(30):
        make_item(project, slot_limit=2)
    rng = random.Random(5)
    project.refresh_from_db()
    streams = [
        lease.stream
        for _ in range(6)
        for lease in assign_next_item(project=project, user=make_member(project), count=5, rng=rng).leases
    ]
    assert 0 < streams.count("relabel") <= 4
    assert streams.count("shuffle") > 20


def test_who_cannot_tell_the_classes_apart_is_asked_last():
    project, *_ = world()
    weak, strong = make_member(project), make_member(project)
    for person, right in ((weak, 0.55), (strong, 0.99)):
        AnnotatorReport.objects.create(
            project=project, annotator=person, n_annotations=50, accuracy=right, random_log_odds=0,
            confusion=[[right, 1 - right], [1 - right, right]], updated_at="2026-01-01T00:00Z",
        )  # fmt: skip
    make_item(project, slot_limit=1)
    make_item(project, slot_limit=1)
    assert [lease.stream for lease in ask(project, strong).leases] == ["relabel"]
    assert [lease.stream for lease in ask(project, weak).leases] == ["shuffle"]
    ask(project, make_member(project, user=None), count=20)
    assert ask(project, weak, count=3).leases


def test_what_is_left_for_others_is_not_finished():
    project, _, people = world()
    assert ask(project, people["ann"]).empty_because == "nothing_for_you"


def race(actions):
    start = threading.Barrier(len(actions))
    failures = []

    def run(action):
        try:
            start.wait()
            action()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_never_more_than_max_votes_whoever_asks_at_once():
    """Twelve people ask at once for four items with one free second opinion each, while a manager lowers the limit."""
    project, items, _ = world(max_votes=3)
    people = [make_member(project) for _ in range(12)]
    owner = project.created_by
    asking = [lambda person=person: ask(Project.objects.get(pk=project.pk), person) for person in people]
    race([*asking, lambda: change_project(project=project, user=owner, changes={"settings": {"max_votes": 4}})])
    assert set(Item.objects.values_list("taken", flat=True)) <= {2, 3}
    assert Assignment.objects.filter(stream="relabel").count() == sum(
        Item.objects.filter(pk__in=[item.pk for item in items]).values_list("taken", flat=True)
    ) - 2 * len(items)
    SecondOpinion.objects.update(n_votes=3)
    lowering = {"settings": {"overlap": 2, "max_votes": 3}}
    others = [make_member(project) for _ in range(8)]
    asking = [lambda person=person: ask(Project.objects.get(pk=project.pk), person) for person in others]
    race([lambda: change_project(project=project, user=owner, changes=lowering), *asking])
    late = Assignment.objects.filter(stream="relabel", item__taken__gt=3).order_by("created_at")
    changed = project.audit_events.latest("pk").created_at
    assert all(lease.created_at < changed for lease in late)


class TestShare:
    def test_a_share_of_the_items_gets_the_overlap(self):
        project = make_project(overlap=3, max_votes=3, overlap_share=0.25)
        rows = [{"external_id": str(n), "data": {"text": f"text {n}"}} for n in range(400)]
        add_items(project=project, rows=rows)
        limits = list(Item.objects.order_by("shuffle_key").values_list("slot_limit", flat=True))
        assert set(limits) == {1, 3}
        assert 70 <= limits.count(3) <= 130
        assert 25 <= limits[:200].count(3) <= 75
        change_project(project=project, user=project.created_by, changes={"settings": {"overlap_share": 0.5}})
        more = list(Item.objects.order_by("shuffle_key").values_list("slot_limit", flat=True))
        assert 160 <= more.count(3) <= 240
        assert all(new >= old for new, old in zip(more, limits, strict=True))

    def test_what_was_sent_out_again_keeps_its_slot(self):
        project = make_project(overlap=1, max_votes=4)
        ordinary, again = make_item(project), make_item(project, slot_limit=4, taken=2)
        change_project(project=project, user=project.created_by, changes={"settings": {"overlap": 2}})
        assert [Item.objects.get(pk=one.pk).slot_limit for one in (ordinary, again)] == [2, 4]
        change_project(project=project, user=project.created_by, changes={"settings": {"max_votes": 3}})
        assert [Item.objects.get(pk=one.pk).slot_limit for one in (ordinary, again)] == [2, 3]
        change_project(project=project, user=project.created_by, changes={"settings": {"overlap": 1}})
        assert [Item.objects.get(pk=one.pk).slot_limit for one in (ordinary, again)] == [1, 3]

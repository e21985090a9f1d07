"""Items that come with a request: what is stored, what is refused and why, and what happens twice."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.errors import BadRequest, NotFound
from annotation.models import (
    Annotation,
    AnnotationRevision,
    Assignment,
    GoldAnswer,
    Item,
    Prediction,
    Project,
    Topic,
    WorkRequest,
)
from annotation.operations.labeling import assign_next_item, submit_annotation
from annotation.operations.projects import change_project
from annotation.operations.transfer import Added, add_items
from tests.factories import make_member, make_project


def row(text: str, name: str | None = None, **more: Any) -> dict[str, Any]:
    return {"data": {"text": text}} | ({"external_id": name} if name is not None else {}) | more


def add(project: Project, *rows: Any) -> Added:
    return add_items(project=project, rows=list(rows))


@pytest.mark.django_db
def test_stores_what_it_is_given():
    project = make_project(overlap=2)
    assert add(project, row("héllo 👋🏽", "a", metadata={"from": "web"})) == Added(created=1)
    item = Item.objects.get()
    assert (item.external_id, item.data, item.metadata) == ("a", {"text": "héllo 👋🏽"}, {"from": "web"})
    assert (item.length, item.slot_limit, item.taken, item.open_slots) == (8, 2, 0, 2)
    assert (item.drawn_at, item.is_gold, len(item.content_hash)) == (None, False, 16)
    assert 0 <= item.shuffle_key < 2**63
    assert WorkRequest.objects.filter(project=project, topic=Topic.REPRESENT).exists()


@pytest.mark.django_db
def test_order_of_the_shuffle_is_the_projects_own():
    one, other = make_project(seed=1), make_project(seed=2)
    for project in (one, other):
        add(project, *(row(f"text {i}", f"name {i}") for i in range(30)))

    def order(project: Project) -> list[str | None]:
        return list(Item.objects.filter(project=project).order_by("shuffle_key").values_list("external_id", flat=True))

    again = make_project(seed=1)
    add(again, *(row(f"text {i}", f"name {i}") for i in reversed(range(30))))
    assert order(one) == order(again) != order(other)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (7, ""),
        ({}, "data.text"),
        ({"data": "text"}, "data.text"),
        ({"data": {"text": 7}}, "data.text"),
        (row(""), "data.text"),
        (row(" \n "), "data.text"),
        (row("a\0b"), "data.text"),
        (row("a\ud800b"), "data.text"),
        (row("x" * 100_001), "data.text"),
        (row("x", "n\0"), "external_id"),
        (row("x", "n\udfff"), "external_id"),
        (row("x", "n" * 201), "external_id"),
        (row("x", ""), "external_id"),
        (row("x") | {"external_id": 7}, "external_id"),
        (row("x", metadata=[1]), "metadata"),
        (row("x", metadata={"a": "\0"}), "metadata"),
        (row("x", metadata={"a": {"\ud800": 1}}), "metadata"),
        (row("x", metadata={"a": "y" * 16_400}), "metadata"),
        (row("x", metadata={"a": float("nan")}), "metadata"),
        (row("x", gold={"class": "eggs"}), "gold"),
        (row("x", gold="ham"), "gold"),
        (row("x", predictions={"value": 1}), "predictions"),
        (row("x", predictions=[{"probabilities": {"ham": 0.7}}]), "predictions.0.probabilities"),
        (row("x", predictions=[{"probabilities": {"eggs": 1.0}}]), "predictions.0.probabilities"),
        (row("x", predictions=[{"value": {"class": "ham"}}, {"value": {"class": "ham"}}]), "predictions.1.model"),
        (row("x", annotations=[{"annotator": "nobody", "value": {"class": "ham"}}]), "annotations.0.annotator"),
        (row("x", annotations=[{"annotator": "nobody", "value": {"class": "eggs"}}]), "annotations.0.value"),
        (row("x", surprise=1), "surprise"),
    ],
)
def test_refuses_a_bad_row_and_keeps_the_others(bad, field):
    project = make_project()
    added = add(project, row("good one", "a"), bad, row("good two", "b"))
    assert (added.created, added.duplicates) == (2, 0)
    assert [(error["index"], error["field"]) for error in added.errors] == [(1, field)]
    assert added.errors[0]["message"]


@pytest.mark.django_db
def test_takes_what_is_at_the_limit():
    project = make_project()
    assert add(project, row("x" * 100_000, "n" * 200), row(r"\u0000", metadata={"a": r"\u0000"})).created == 2
    assert Item.objects.filter(data={"text": r"\u0000"}, metadata={"a": r"\u0000"}).count() == 1


@pytest.mark.django_db
def test_more_than_a_thousand_are_refused_whole():
    project = make_project()
    with pytest.raises(BadRequest):
        add(project, *(row(f"{i}", f"{i}") for i in range(1001)))
    assert not Item.objects.exists()


@pytest.mark.django_db
def test_the_same_name_again_is_a_duplicate_in_the_batch_and_in_the_project():
    project = make_project()
    assert add(project, row("first", "a"), row("second", "a")) == Added(created=1, duplicates=1)
    assert add(project, row("third", "a"), row("fourth", "b")) == Added(created=1, duplicates=1)
    assert list(Item.objects.order_by("id").values_list("data__text", flat=True)) == ["first", "fourth"]
    assert add(make_project(), row("first", "a")) == Added(created=1)


@pytest.mark.django_db
def test_without_a_name_the_content_decides():
    project = make_project()
    assert add(project, row("same"), row("same"), row("other")) == Added(created=2, duplicates=1)
    assert add(project, row("same"), row("new")) == Added(created=1, duplicates=1)
    assert add(project, row("same", "a"), row("same", "b")) == Added(created=2, duplicate_content=2)
    # "x" under a name that is taken is not stored, so the nameless "x" is new.
    assert add(project, row("x", "a"), row("x")) == Added(created=1, duplicates=1)
    assert add(project, row("y", "c"), row("y", "d"), row("y")) == Added(created=2, duplicates=1, duplicate_content=1)


@pytest.mark.django_db
def test_gold_items_have_no_slots():
    project = make_project(overlap=3)
    add(project, row("known", "g", gold={"class": "spam"}))
    item = Item.objects.get()
    assert (item.is_gold, item.slot_limit, item.open_slots) == (True, 0, 0)
    assert GoldAnswer.objects.get(item=item).value == {"class": "spam"}


HAM, SPAM = {"class": "ham"}, {"class": "spam"}


@pytest.mark.django_db
def test_a_known_answer_that_contradicts_another_of_the_same_content_is_refused():
    project = make_project()
    added = add(project, row("x", "a", gold=HAM), row("x", "b", gold=SPAM), row("x", "c", gold=HAM), row("x", "d"))
    assert (added.created, added.known_answers) == (3, 2)
    [error] = added.errors
    assert (error["index"], error["field"], error["said"]["code"]) == (1, "gold", "row.gold_contradicts")
    assert error["message"] == "The row a has the same content and another known answer."
    [error] = add(project, row("y", "e", gold=SPAM), row("x", "f", gold=SPAM)).errors
    first = Item.objects.get(external_id="a")
    assert (error["index"], error["field"]) == (1, "gold")
    assert error["said"] == {"code": "gold.contradicts", "with": {"item": first.pk}}
    assert add(make_project(), row("x", "f", gold=SPAM)).created == 1, "another project knows its own answers"


@pytest.mark.django_db
def test_duplicates_contradict_nothing():
    project = make_project()
    add(project, row("x", "a", gold=HAM))
    assert add(project, row("x", "a", gold=SPAM), row("x", gold=SPAM)) == Added(duplicates=2)
    assert add(project, row("y", "b"), row("y", "b", gold=SPAM), row("y", "c", gold=HAM)) == Added(
        created=2, duplicates=1, duplicate_content=1, known_answers=1
    )


@pytest.mark.django_db
def test_known_answers_are_compared_in_the_classes_of_today():
    project = make_project(classes=["ham", "spam"])
    add(project, row("x", "a", gold=HAM))
    changes = {"classes": [{"name": "good", "was": "ham"}, "spam"]}
    project = change_project(project=project, user=project.created_by, changes=changes)
    assert add(project, row("x", "b", gold={"class": "good"})).errors == []
    assert [error["field"] for error in add(project, row("x", "c", gold=SPAM)).errors] == ["gold"]


@pytest.mark.django_db
def test_predictions_are_kept_by_model():
    project = make_project()
    both = [{"model": "m", "probabilities": {"ham": 0.2, "spam": 0.8}}, {"value": {"class": "ham"}}]
    add(project, row("x", predictions=both))
    found = Prediction.objects.order_by("-model_name").values_list("model_name", "value", "probabilities")
    assert list(found) == [("m", {"class": "spam"}, {"ham": 0.2, "spam": 0.8}), ("", {"class": "ham"}, None)]


@pytest.mark.django_db
def test_answers_come_in_with_their_history_and_ask_for_work():
    project = make_project(overlap=1)
    ann, bob = make_member(project), make_member(project)
    answers = [
        {"annotator": ann.username, "value": {"class": "ham"}, "created_at": "2024-05-01T10:00:00+02:00"},
        {"annotator": bob.username, "value": {"class": "spam"}},
    ]
    assert add(project, row("x", "a", annotations=answers), row("y", "b")) == Added(created=2, annotations=2)
    item = Item.objects.get(external_id="a")
    assert (item.slot_limit, item.taken, item.open_slots, item.draw_stream, item.draw_probability) == (
        2,
        2,
        0,
        "import",
        1,
    )
    stored = Annotation.objects.get(annotator=ann)
    assert (stored.value, stored.created_at.isoformat()) == ({"class": "ham"}, "2024-05-01T08:00:00+00:00")
    assert AnnotationRevision.objects.filter(annotation__item=item).count() == 2
    assert set(Assignment.objects.values_list("status", "stream", "probability")) == {("answered", "import", 1.0)}
    ids = set(Annotation.objects.values_list("pk", flat=True))
    for topic in (Topic.LEARN, Topic.QUALITY):
        assert set(WorkRequest.objects.filter(topic=topic).values_list("annotation_id", flat=True)) == ids


@pytest.mark.django_db
def test_an_answer_to_an_item_that_came_with_one_is_no_import():
    project = make_project(overlap=2)
    ann, bob = make_member(project), make_member(project)
    add(project, row("x", "a", annotations=[{"annotator": ann.username, "value": {"class": "ham"}}]))
    (lease,) = assign_next_item(project=project, user=bob, count=1).leases
    assert (lease.stream, lease.probability) == ("relabel", 1.0)
    submit_annotation(assignment=Assignment.objects.get(pk=lease.id), value={"class": "ham"})
    streams = Annotation.objects.values_list("annotator", "assignment__stream", "assignment__probability")
    assert set(streams) == {(ann.pk, "import", 1.0), (bob.pk, "relabel", 1.0)}


@pytest.mark.django_db
def test_an_answer_from_the_future_is_refused():
    project = make_project()
    answer = {"annotator": project.created_by.username, "value": {"class": "ham"}, "created_at": "2999-01-01T00:00:00Z"}
    assert [error["field"] for error in add(project, row("x", annotations=[answer])).errors] == [
        "annotations.0.created_at"
    ]


@pytest.mark.django_db
def test_a_deleted_project_takes_nothing():
    project = make_project()
    Project.objects.update(deleted_at="2026-01-01T00:00:00Z")
    with pytest.raises(NotFound):
        add(project, row("x"))


@pytest.mark.django_db
def test_number_of_statements_does_not_grow_with_the_batch():
    project = make_project()

    def statements(n: int, start: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            add(project, *(row(f"text {i}", f"name {i}") for i in range(start, start + n)))
        return len(queries)

    assert statements(1, 0) == statements(500, 1000) <= 12


def at_once(*calls: Any) -> list[Any]:
    """Returns the results of calls that start together, each with a connection of its own."""
    barrier, results = threading.Barrier(len(calls), timeout=10), []

    def run(call: Any) -> None:
        try:
            barrier.wait()
            results.append(call())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(results) == len(calls)
    return results


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("named", [True, False])
def test_the_same_rows_by_four_at_once_are_stored_once(named):
    project = make_project()
    rows = [row(f"text {i}", f"name {i}" if named else None) for i in range(200)]
    results = at_once(*(lambda i=i: add(project, *(rows if i % 2 else rows[::-1])) for i in range(4)))
    assert sum(added.created for added in results) == 200 == Item.objects.count()
    assert sum(added.duplicates for added in results) == 600


@pytest.mark.django_db(transaction=True)
def test_a_new_overlap_reaches_every_item_whoever_comes_first():
    project = make_project(overlap=1)
    adding = [lambda i=i: add(project, *(row(f"{i} {k}", f"{i} {k}") for k in range(50))) for i in range(6)]
    changing = lambda: change_project(project=project, user=project.created_by, changes={"settings": {"overlap": 3}})  # noqa: E731
    at_once(*adding[:3], changing, *adding[3:])
    assert set(Item.objects.values_list("slot_limit", "open_slots")) == {(3, 3)}

"""Predictions of models outside: checked, replaced, suggested, and what the queue follows when the project says so."""

from typing import Any

import pytest

from annotation.kinds import Learner
from annotation.models import Item, Prediction, Project, QueueEntry, Topic, WorkRequest
from annotation.operations.labeling import assign_next_item
from annotation.operations.outbox import request_work
from annotation.operations.predictions import add_predictions
from annotation.operations.projects import change_project
from annotation.operations.transfer import add_items
from annotation.operations.transfer.predicted import unsure_of_columns, unsure_of_parts
from annotation.queries.labeling import Lease
from tests.factories import make_item, make_member, make_project
from tests.operations.learning_world import run, taught

database = pytest.mark.django_db


def tell(project: Project, *rows: dict[str, Any]) -> list[tuple[int, str]]:
    """Sends predictions and returns where they are wrong."""
    report = add_predictions(project=project, rows=rows)
    assert report.stored + len(report.errors) == len(rows)
    return [(error["index"], error["field"]) for error in report.errors]


def spam(item: Item, p: float, **more: Any) -> dict[str, Any]:
    return {"item": item.pk, "probabilities": {"spam": p, "ham": 1 - p}, **more}


def leased(project: Project) -> Lease:
    return assign_next_item(project=project, user=make_member(project), count=1).leases[0]


def test_hand_worked_uncertainty() -> None:
    assert unsure_of_columns({"a": 0.7, "b": 0.2, "c": 0.1}, Learner.SOFTMAX) == pytest.approx(0.5)
    assert unsure_of_columns({"a": 1.0}, Learner.SOFTMAX) == 0
    assert unsure_of_columns({"a": 0.95, "b": 0.4}, Learner.SIGMOID) == pytest.approx(0.8)
    assert unsure_of_parts([0.9, 0.5]) == pytest.approx(0.3)
    assert unsure_of_parts([]) is None


@database
def test_the_value_may_follow_from_the_probabilities() -> None:
    project = make_project()
    item = make_item(project)
    assert tell(project, spam(item, 0.8, model="bert")) == []
    said = Prediction.objects.get()
    assert (said.model_name, said.value, said.uncertainty) == ("bert", {"class": "spam"}, pytest.approx(0.4))


@database
def test_a_model_s_new_word_replaces_its_old_one() -> None:
    project = make_project()
    item = make_item(project)
    for p in (0.8, 0.3, 0.3):
        assert tell(project, spam(item, p)) == []
    assert tell(project, {"external_id": item.external_id, "value": {"class": "ham"}, "model": "other"}) == []
    assert Prediction.objects.count() == 2
    assert Prediction.objects.get(model_name="").value == {"class": "ham"}


BAD: list[tuple[Any, str]] = [
    (5, ""),
    ({"item": "item", "text": "x"}, ""),
    ({"value": {"class": "ham"}}, ""),
    ({"item": 10**12, "value": {"class": "ham"}}, "item"),
    ({"external_id": "nobody", "value": {"class": "ham"}}, "external_id"),
    ({"item": "item"}, "value"),
    ({"item": "item", "value": {"class": "eggs"}}, "value"),
    ({"item": "item", "value": {"spans": []}}, "value"),
    ({"item": "item", "probabilities": {"eggs": 1.0}}, "probabilities"),
    ({"item": "item", "probabilities": {}}, "probabilities"),
    ({"item": "item", "probabilities": [0.5]}, "probabilities"),
    ({"item": "item", "probabilities": {"ham": 0.4}}, "probabilities"),
    ({"item": "item", "probabilities": {"ham": 2.0, "spam": -1.0}}, "probabilities"),
    ({"item": "item", "probabilities": {"ham": True}}, "probabilities"),
    ({"item": "item", "value": {"class": "ham"}, "model": "x" * 101}, "model"),
    ({"item": "item", "value": {"class": "ham"}, "model": "\0"}, "model"),
    ({"item": "item", "value": {"class": "ham"}, "model": "twice"}, "model"),
]


@database
def test_bad_rows_are_named_and_the_rest_is_kept() -> None:
    project = make_project()
    item = make_item(project)
    good = {"item": item.pk, "value": {"class": "ham"}, "model": "twice"}
    for given, field in BAD:
        row = given | {"item": item.pk} if isinstance(given, dict) and given.get("item") == "item" else given
        assert tell(project, good, row) == [(1, field)], given


@database
def test_what_was_said_last_is_suggested() -> None:
    project = make_project(random_rate=0, gold_rate=0)
    item = make_item(project)
    assert leased(make_project_with_silence()).suggestion is None
    tell(project, spam(item, 0.9, model="old"))
    tell(project, {"item": item.pk, "value": {"class": "ham"}, "model": "new"})
    assert leased(project).suggestion == {"value": {"class": "ham"}, "model": "new", "probability": None}


@database
@pytest.mark.parametrize(
    ("kind", "value", "odds", "probability"),
    [
        ("choice", {"class": "ham"}, {"ham": 0.3, "spam": 0.7}, 0.3),
        ("choice", {"class": "ham"}, {"spam": 1}, 0),
        ("pairwise", {"preferred": 1}, {"first": 0.7, "second": 0.3}, 0.3),
        ("rating", {"rating": 2}, {"1": 0.7, "2": 0.3}, 0.3),
        ("multichoice", {"classes": ["ham"]}, {"ham": 0.9, "spam": 0.3}, 0.63),
        ("multichoice", {"classes": []}, {"ham": 0.4}, 0.6),
    ],
)
def test_a_suggestion_has_its_own_probability_where_another_answer_is_likelier(
    kind: str, value: Any, odds: dict[str, float], probability: float
) -> None:
    classes = ("1", "2", "3") if kind == "rating" else ("ham", "spam")
    project = make_project(kind=kind, classes=classes, random_rate=0, gold_rate=0)
    item = make_item(project, data={"texts": ["a", "b"]} if kind == "pairwise" else {"text": "a"})
    assert tell(project, {"item": item.pk, "value": value, "probabilities": odds}) == []
    assert leased(project).suggestion == {"value": value, "model": "", "probability": pytest.approx(probability)}


def make_project_with_silence() -> Project:
    project = make_project(random_rate=0, gold_rate=0)
    make_item(project)
    return project


@database
def test_kinds_without_a_model_of_ours_say_how_sure_of_each_part() -> None:
    project = make_project(kind="boxes")
    item = make_item(project, data={"image": "one.png"})
    box = {"x": 0, "y": 0, "width": 5, "height": 5, "class": "spam"}
    assert tell(project, {"item": item.pk, "value": {"boxes": [box]}, "probabilities": [0.25]}) == []
    assert Prediction.objects.get().uncertainty == pytest.approx(0.75)
    for odds in ([3], [], [0.5, 0.5]):
        assert tell(project, {"item": item.pk, "value": {"boxes": [box]}, "probabilities": odds}) == [
            (0, "probabilities")
        ]


SPANS = [{"start": 9, "end": 12, "class": "spam"}, {"start": 0, "end": 4, "class": "ham"}]
BOXES = [
    {"x": 7, "y": 9, "width": 5, "height": 5, "class": "spam"},
    {"x": 7.5, "y": 1, "width": 5, "height": 5.0, "class": "ham"},
]


@database
@pytest.mark.parametrize(("kind", "given"), [("spans", SPANS), ("boxes", BOXES)])
@pytest.mark.parametrize("backwards", [False, True])
def test_each_part_keeps_its_probability_where_parts_are_put_in_order(
    kind: str, given: list[dict[str, Any]], backwards: bool
) -> None:
    project = make_project(kind=kind)
    item = make_item(project, data={"text": "abcdefghijklmnop"} if kind == "spans" else {"image": "one.png"})
    pairs = list(zip(given, (0.9, 0.1), strict=True))[:: -1 if backwards else 1]
    value, odds = {kind: [part for part, _ in pairs]}, [p for _, p in pairs]
    assert tell(project, {"item": item.pk, "value": value, "probabilities": odds}) == []
    said = Prediction.objects.get()
    assert said.value == {kind: given[::-1]}
    assert said.probabilities == [0.1, 0.9]


@database
def test_predictions_that_come_with_items_say_how_sure_they_are() -> None:
    project = make_project()
    row = {"data": {"text": "x"}, "predictions": [{"model": "m", "probabilities": {"ham": 0.6, "spam": 0.4}}]}
    assert add_items(project=project, rows=[row]).created == 1
    assert Prediction.objects.get().uncertainty == pytest.approx(0.8)


@pytest.mark.django_db(transaction=True)
def test_the_queue_follows_predictions_when_the_project_says_so() -> None:
    project, items, _ = taught(random_rate=0, gold_rate=0)
    fresh = items[30:36]
    tell(project, *(spam(item, 0.5 + 0.05 * place) for place, item in enumerate(fresh)))
    assert not WorkRequest.objects.filter(topic=Topic.SCORE).exists(), "the model drives the queue"
    change_project(project=project, user=project.created_by, changes={"settings": {"queue_source": "predictions"}})
    tell(project, spam(fresh[0], 1.0), {"item": fresh[1].pk, "value": {"class": "ham"}, "model": "silent"})
    run(project, Topic.SCORE)
    entries = QueueEntry.objects.served().order_by("rank").select_related("item")
    assert [entry.item for entry in entries] == [fresh[2], fresh[3], fresh[4], fresh[5], fresh[0]]
    assert entries[0].reason == {"kind": "predicted", "uncertainty": 0.8, "model": ""}
    change_project(project=project, user=project.created_by, changes={"settings": {"queue_source": "model"}})
    run(project, Topic.SCORE)
    assert QueueEntry.objects.served().count() == 40


@pytest.mark.django_db(transaction=True)
def test_the_queue_follows_predictions_before_any_model_of_ours() -> None:
    project = make_project(kind="boxes", queue_source="predictions", random_rate=0, gold_rate=0)
    items = [make_item(project, data={"image": f"{place}.png"}) for place in range(3)]
    value = {"boxes": [{"x": 0, "y": 0, "width": 5, "height": 5, "class": "ham"}]}
    rows = (
        {"item": item.pk, "value": value, "probabilities": [p]} for item, p in zip(items, (0.9, 0.2, 0.5), strict=True)
    )
    tell(project, *rows)
    run(project, Topic.SCORE)
    assert leased(project).item_id == items[1].pk
    request_work(project_id=project.pk, topic=Topic.LEARN)
    run(project, Topic.LEARN)
    assert WorkRequest.objects.filter(topic=Topic.SCORE).exists(), "answers bring the next places of the queue"

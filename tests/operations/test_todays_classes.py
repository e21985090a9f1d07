"""A pinned version knows the classes of its time; what it says and asks for is in those of today."""

from importlib import import_module
from typing import Any

import numpy as np
import pytest
from django.db import connection

from annotation.models import AnnotationRevision, ModelVersion, Project, QueueEntry, Stream, Topic
from annotation.operations.outbox import request_work
from annotation.operations.prediction import predict, predict_answers
from annotation.operations.projects import change_project, merge_classes
from annotation.operations.todays_classes import folding_of, todays_names
from annotation.operations.versions import pin_version
from annotation.queries.evaluation import learning_curve
from tests.factories import make_member, make_project
from tests.operations.kinds_world import taught as taught_kind
from tests.operations.learning_world import add_items, answer, run, truth

pytestmark = pytest.mark.django_db(transaction=True)


def pinned(project: Project) -> Project:
    version = ModelVersion.objects.filter(project=project).latest("number")
    pin_version(project=project, actor=project.created_by, version=version)
    project.refresh_from_db()
    return project


def changed(project: Project, **changes: Any) -> Project:
    return change_project(project=project, user=project.created_by, changes=changes)


def rescored(project: Project) -> list[dict[str, Any]]:
    """The reasons of the queue after a new training and a new ranking."""
    request_work(project_id=project.pk, topic=Topic.SCORE)
    run(project, Topic.LEARN, Topic.SCORE)
    return list(
        QueueEntry.objects.served().filter(project=project).exclude(stream="shuffle").values_list("reason", flat=True)
    )


def three_classes() -> Project:
    """The third has one label: it is looked for."""
    project = make_project(classes=("ham", "spam", "scam"))
    person = make_member(project)
    items = add_items(project, 90)
    for place in range(24):
        answer(items[place], person, truth(place) if place else "scam")
    run(project, Topic.REPRESENT, Topic.LEARN, Topic.SCORE)
    return pinned(project)


@pytest.mark.parametrize("strategy", ["team", "margin", "bald", "variance_reduction"])
def test_a_class_that_was_merged_or_renamed_is_not_asked_for(strategy: str) -> None:
    project = changed(three_classes(), settings={"strategy": strategy})
    merge_classes(project=project, user=project.created_by, classes=["scam"], into="spam")
    project = changed(project, classes=[{"name": "letters", "was": "ham"}, "spam", "news"])
    reasons = rescored(project)
    assert reasons
    named = {name for why in reasons for name in why.get("classes", [why.get("class")])}
    assert named <= {"letters", "spam", "news"}
    assert set(QueueEntry.objects.served().values_list("model_version", flat=True)) == {1}


def test_predict_speaks_of_the_classes_of_today() -> None:
    project = three_classes()
    texts = ["lunch at home", "winner claim prize"]
    before = predict(project=project, texts=texts)
    merge_classes(project=project, user=project.created_by, classes=["scam"], into="spam")
    project.refresh_from_db()
    project = changed(project, classes=["news", "spam", {"name": "letters", "was": "ham"}])
    after = predict(project=project, texts=texts)
    assert (after.model_number, after.classes) == (1, ["news", "spam", "letters"])
    expected = np.column_stack([np.zeros(2), before.probabilities[:, 1:].sum(axis=1), before.probabilities[:, 0]])
    assert after.probabilities == pytest.approx(expected, abs=1e-6)
    assert after.confidence == pytest.approx(expected.max(axis=1), abs=1e-6)


def test_names_that_changed_places_are_told_apart_by_the_version_s_time() -> None:
    project = three_classes()
    swapped = [{"name": "ham", "was": "spam"}, {"name": "spam", "was": "ham"}, "scam"]
    project = changed(project, classes=swapped)
    version = ModelVersion.objects.get(project=project)
    assert todays_names(project, version) == ["spam", "ham", "scam"]
    run(project, Topic.LEARN)
    assert folding_of(project, ModelVersion.objects.get(project=project, number=2)) is None


def test_versions_whose_schema_was_not_kept_are_read_by_their_newest_answer() -> None:
    """Two names change places after the first version, and one of them again after the second."""
    project = three_classes()
    swapped = [{"name": "ham", "was": "spam"}, {"name": "spam", "was": "ham"}, "scam"]
    project = changed(project, classes=swapped)
    newest = answer(project.items.order_by("pk")[50], make_member(project), "spam")
    AnnotationRevision.objects.create(
        annotation=newest, revision=2, value=newest.value, schema_version=2, created_at=newest.created_at
    )
    run(project, Topic.LEARN)
    project = changed(project, classes=["ham", {"name": "junk", "was": "spam"}, "scam"])
    for version in ModelVersion.objects.all():
        del version.metrics["schema_version"]
        version.save(update_fields=["metrics"])
    with connection.cursor() as cursor:
        for _ in range(2):  # the second time changes nothing
            cursor.execute(import_module("annotation.migrations.0033_schema_of_versions").KEEP_SCHEMA)
    first, second = ModelVersion.objects.order_by("number")
    assert todays_names(project, first) == ["junk", "ham", "scam"]
    assert todays_names(project, second) == ["ham", "junk", "scam"], "it was trained after the exchange"


def test_labels_that_came_after_the_pinned_version_count() -> None:
    """A class is not looked for as long as a version is pinned that knew no label of it."""
    project = three_classes()
    assert any(why["kind"] == "rare" for why in rescored(project))
    person = make_member(project)
    for place, item in enumerate(project.items.order_by("pk")[24:54]):
        answer(item, person, "scam" if place % 2 else "ham")
    assert not any(why["kind"] == "rare" for why in rescored(project))
    assert set(QueueEntry.objects.served().values_list("model_version", flat=True)) == {1}


@pytest.mark.parametrize("strategy", ["team", "max_loss"])
def test_the_same_where_an_item_may_have_several(strategy: str) -> None:
    project = pinned(taught_kind("multichoice"))
    project = changed(project, settings={"strategy": strategy}, classes=[{"name": "letters", "was": "ham"}, "news"])
    named = {name for why in rescored(project) for name in why.get("classes", [why.get("class")])}
    assert named <= {"letters", "news"}
    (found,) = predict_answers(project=project, texts=["lunch home mother train"]).predictions
    assert found["classes"] == ["letters"]
    assert list(found["probabilities"]) == ["letters", "news"]


def test_the_same_for_spans() -> None:
    project = pinned(taught_kind("spans"))
    project = changed(project, classes=[{"name": "person", "was": "who"}, "place"])
    reasons = rescored(project)
    assert reasons
    assert {why["class"] for why in reasons if why["kind"] == "rare"} <= {"person", "place"}
    spans = [span for why in reasons for span in why["suggested"]["value"]["spans"]]
    assert {span["class"] for span in spans} == {"person"}
    (found,) = predict_answers(project=project, texts=["lunch home mother train"]).predictions
    assert {span["class"] for span in found["spans"]} == {"person"}
    project = changed(project, classes=["place"])
    (found,) = predict_answers(project=project, texts=["lunch home mother train"]).predictions
    assert found["spans"] == []


def test_the_curve_holds_what_was_measured_in_the_classes_of_today() -> None:
    project = make_project(classes=("ham", "spam", "scam"))
    person = make_member(project)
    items = add_items(project, 60)
    for place in range(30):
        stream = Stream.RANDOM if place < 12 else Stream.SHUFFLE
        answer(items[place], person, truth(place) if place % 6 else "scam", stream=stream)
    run(project, Topic.REPRESENT, Topic.LEARN)
    project = changed(project, classes=["ham", "spam", {"name": "fraud", "was": "scam"}])
    run(project, Topic.LEARN)
    assert {point["arm"] for point in learning_curve(project)["points"]} == {"active", "random"}
    merge_classes(project=project, user=project.created_by, classes=["fraud"], into="spam")
    project.refresh_from_db()
    assert learning_curve(project)["points"] == []
    run(project, Topic.LEARN)
    points = learning_curve(project)["points"]
    assert sorted(point["arm"] for point in points) == ["active", "random"]
    assert {point["annotations"] for point in points} == {30, 24}, "the control arm is measured afresh"

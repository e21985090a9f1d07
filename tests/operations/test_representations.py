"""A project changes its representation: what serves meanwhile, what is said when it cannot, and images."""

import json

import numpy as np
import pytest

from annotation.errors import Conflict, InvalidValue
from annotation.models import Project, Representation, Topic, WorkLane
from annotation.operations.outbox import request_work
from annotation.operations.prediction import predict
from annotation.operations.projects import change_project, create_project
from annotation.operations.transfer import add_items
from annotation.queries.representation import representation_status
from annotation.vectors import load_pool
from benchmarks.digits import pictures, rows_to_import
from modeling.encoders import EncoderError
from tests.factories import make_item, make_project, make_user
from tests.operations.learning_world import answer, run, taught
from tests.pictures import data_url, png

committed = pytest.mark.django_db(transaction=True)


def want(project: Project, representation: str) -> None:
    user = make_user(is_superuser=True)
    change_project(project=project, user=user, changes={"settings": {"representation": representation}})
    project.refresh_from_db()


def served(project: Project) -> set[int]:
    return set(load_pool(Representation.objects.get(project=project, is_live=True)).item_ids.tolist())


@committed
def test_the_old_model_serves_until_the_new_vectors_are_there() -> None:
    project, _, _ = taught()
    want(project, "tfidf")
    assert representation_status(project)["wanted"] == "tfidf"
    run(project, Topic.REPRESENT)
    live = representation_status(project)["live"]
    assert (live["name"], live["dimension"], live["vectors"]) == ("tfidf", 384, 60)
    assert project.live_model.representation.name == "pool"
    run(project, Topic.LEARN)
    assert project.live_model.representation.name == "tfidf"
    assert predict(project=project, texts=["claim your free prize"]).probabilities.argmax() == 1


@committed
def test_an_encoder_that_is_missing_says_so_and_the_old_one_goes_on() -> None:
    project, items, annotator = taught()
    want(project, "encoder:example/none")
    with pytest.raises(EncoderError):
        run(project, Topic.REPRESENT)
    status = representation_status(project)
    assert "pip install sentence-transformers" in status["error"]
    assert status["live"]["name"] == "pool"
    late = make_item(project)
    request_work(project_id=project.pk, topic=Topic.REPRESENT)
    with pytest.raises(EncoderError):
        run(project, Topic.REPRESENT)
    assert late.pk in served(project), "new items get vectors of the old kind meanwhile"
    answer(items[50], annotator, "ham")
    run(project, Topic.LEARN, Topic.SCORE)
    assert project.live_model.number == 2
    want(project, "pool")
    run(project, Topic.REPRESENT)
    assert representation_status(project)["error"] is None


@committed
def test_a_first_training_tells_why_there_are_no_vectors() -> None:
    project = make_project(representation="encoder:example/none")
    answer(make_item(project), project.created_by, "ham")
    request_work(project_id=project.pk, topic=Topic.REPRESENT)
    with pytest.raises(EncoderError):
        run(project, Topic.REPRESENT)
    with pytest.raises(Conflict, match="pip install"):
        run(project, Topic.LEARN)
    assert "pip install" in WorkLane.objects.get(topic=Topic.LEARN).error


@pytest.mark.django_db
def test_encoders_are_for_operators_to_name(settings: object) -> None:
    user = make_user()
    asked = {"name": "x", "kind": "choice", "classes": ["a", "b"], "settings": {"representation": "encoder:small"}}
    with pytest.raises(InvalidValue) as refused:
        create_project(user=user, **asked)
    assert "administrator" in refused.value.fields["settings.representation"]
    settings.ENCODERS = frozenset(["small"])  # type: ignore[attr-defined]  # made by the environment
    project = create_project(user=user, **asked)
    same = {"settings": {"representation": "encoder:small", "overlap": 2}}
    settings.ENCODERS = frozenset()  # type: ignore[attr-defined]  # made by the environment
    assert change_project(project=project, user=user, changes=same).overlap == 2
    for bad in ("encoder:", "encoder: ", "encoder:a\nb", "encoder:" + "x" * 300):
        with pytest.raises(InvalidValue):
            change_project(project=project, user=user, changes={"settings": {"representation": bad}})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("shown", "unread"),
    [
        ({"text": "a word"}, ["image"]),
        ({"image": "1.png"}, ["tfidf", "encoder:small", "pool"]),
        ({"text": "a word", "image": "1.png"}, []),
        ({}, []),
    ],
)
def test_a_representation_that_reads_no_item_is_refused(shown: dict[str, str], unread: list[str]) -> None:
    user = make_user(is_superuser=True)
    project = create_project(user=user, name="x", kind="choice", classes=["a", "b"])
    add_items(project=project, rows=[{"data": shown}] if shown else [])
    for name in ("image", "tfidf", "encoder:small", "external", "pool"):
        change = {"settings": {"representation": name}}
        if name not in unread:
            assert change_project(project=project, user=user, changes=change).representation == name
            continue
        with pytest.raises(InvalidValue) as refused:
            change_project(project=project, user=user, changes=change)
        assert "reads" in refused.value.fields["settings.representation"]


@pytest.mark.django_db
def test_where_items_are_texts_and_images_either_is_read() -> None:
    project = make_project()
    add_items(project=project, rows=[{"data": {"text": "a word"}}, {"data": {"image": "1.png"}}])
    for name in ("image", "tfidf"):
        changes = {"settings": {"representation": name}}
        assert change_project(project=project, user=project.created_by, changes=changes).representation == name


@pytest.mark.django_db
def test_kinds_that_show_texts_only_have_no_images_to_read() -> None:
    asked = {"name": "x", "kind": "spans", "classes": ["who"], "settings": {"representation": "image"}}
    with pytest.raises(InvalidValue) as refused:
        create_project(user=make_user(), **asked)
    assert list(refused.value.fields) == ["settings.representation"]


@committed
def test_digits_are_learned_from_their_pictures() -> None:
    every = [json.loads(line) for line in rows_to_import(*pictures()).splitlines()]
    rows = [row for row in every if row["metadata"]["digit"] in {"0", "1", "2"}][:90]
    project = make_project(classes=("0", "1", "2"), representation="image", gold_rate=0)
    assert add_items(project=project, rows=rows).created == 90
    items = {item.external_id: item for item in project.items.all()}
    for row in rows[:45]:
        answer(items[row["external_id"]], project.created_by, row["metadata"]["digit"])
    run(project, Topic.REPRESENT, Topic.LEARN, Topic.SCORE)
    assert project.live_model.representation.name == "image"
    assert project.live_model.metrics["belief"]["estimate"] > 0.9
    assert project.queue_version == 1
    with pytest.raises(Conflict, match="not made of texts"):
        predict(project=project, texts=["x"])


@pytest.mark.django_db
def test_items_with_pictures_that_are_none_are_refused() -> None:
    project = make_project()
    rows = [
        {"data": {"image": image}}
        for image in (data_url(b"<svg/>"), "data:text/html,x", data_url(png(np.zeros((2, 2, 1), dtype=np.uint8))))
    ]
    added = add_items(project=project, rows=rows)
    assert [(error["index"], error["field"]) for error in added.errors] == [(0, "data.image"), (1, "data.image")]
    assert added.created == 1

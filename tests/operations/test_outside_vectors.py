"""Vectors from outside, on real PostgreSQL: kept, folded into shards, served, replaced, never lost."""

from typing import Any

import numpy as np
import pytest
from django.core.files.storage import default_storage

from annotation.artifacts import ArtifactError
from annotation.errors import Conflict
from annotation.models import (
    FeatureShard,
    Item,
    ModelVersion,
    Project,
    Representation,
    Topic,
    VectorBatch,
    WorkLane,
    WorkRequest,
)
from annotation.operations import collection, outside_vectors, shards, vector_uploads
from annotation.operations.collection import collect_artifacts
from annotation.operations.projects import change_project
from annotation.operations.vector_uploads import add_vectors
from annotation.queries.learning import model_status
from annotation.queries.representation import representation_status
from annotation.troubles import NO_VECTORS
from annotation.vectors import Floats, load_pool
from tests.factories import make_annotation, make_item, make_member, make_project
from tests.operations.learning_world import add_items, answer, run, taught, truth

committed = pytest.mark.django_db(transaction=True)


def send(project: Project, items: list[Item], vectors: Any) -> vector_uploads.Taken:
    rows = [{"item": item.pk, "vector": list(map(float, row))} for item, row in zip(items, vectors, strict=True)]
    return add_vectors(project=project, rows=rows)


def stored(project: Project, items: list[Item]) -> Floats:
    """The vectors of these items in the live representation, each of which must be there once."""
    pool = load_pool(Representation.objects.get(project=project, is_live=True))
    assert len(np.unique(pool.item_ids)) == pool.n_items
    rows = pool.find(np.array([item.pk for item in items]))
    assert (rows >= 0).all()
    return pool.vectors(rows)


def pointing(n: int, dimension: int = 4) -> Floats:
    """Unit vectors that tell the two classes of `learning_world` apart."""
    vectors = np.random.default_rng(n).normal(0, 0.2, (n, dimension))
    vectors[:, 0] += [1 if truth(place) == "spam" else -1 for place in range(n)]
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


@committed
def test_a_project_learns_from_outside_vectors_alone() -> None:
    project = make_project(representation="external")
    items = add_items(project, 40)
    vectors = pointing(40)
    assert send(project, items, 7 * vectors).accepted == 40
    assert representation_status(project)["vectors_waiting"] == 40
    for place in range(20):
        answer(items[place], project.created_by, truth(place))
    run(project, Topic.REPRESENT, Topic.LEARN, Topic.SCORE)
    assert np.allclose(stored(project, items), vectors, atol=1e-6), "scaled to length one"
    assert project.live_model.representation.name == "external"
    assert project.queue_version == 1
    live = representation_status(project)["live"]
    assert live == {"name": "external", "version": 1, "dimension": 4, "vectors": 40}
    assert not VectorBatch.objects.exists()


@committed
def test_items_without_a_vector_wait_without_harm() -> None:
    project = make_project(representation="external")
    items = add_items(project, 30)
    send(project, items[:20], pointing(20))
    for place in (0, 1, 2, 3, 25):
        answer(items[place], project.created_by, truth(place))
    run(project, Topic.REPRESENT, Topic.LEARN, Topic.SCORE)
    assert project.live_model.metrics["n_trained"] == 4
    send(project, items[25:26], pointing(1))
    run(project, Topic.REPRESENT, Topic.LEARN)
    assert project.live_model.metrics["n_trained"] == 5


@committed
def test_without_any_vector_training_says_what_it_waits_for() -> None:
    project = make_project(representation="external")
    items = add_items(project, 4)
    answer(items[0], project.created_by, "ham")
    run(project, Topic.REPRESENT)
    for _ in range(3):
        with pytest.raises(Conflict, match="No vectors"):
            run(project, Topic.LEARN)
    assert WorkLane.objects.get(topic=Topic.LEARN).error == NO_VECTORS
    assert model_status(project)["training"]["said"]["code"] == "training.no_vectors"
    send(project, items, pointing(4))
    run(project, Topic.REPRESENT, Topic.LEARN)
    assert project.live_model is not None, "the first vectors end the lane's rest"


@committed
def test_outside_vectors_take_over_when_they_cover_the_items_and_go_when_not_wanted() -> None:
    project, items, _ = taught(n_items=40)
    change_project(project=project, user=project.created_by, changes={"settings": {"representation": "external"}})
    send(project, items[:20], pointing(20))
    run(project, Topic.REPRESENT)
    status = representation_status(project)
    assert (status["live"]["name"], status["building"]["name"]) == ("pool", "external")
    assert (status["building"]["vectors"], status["building"]["items"]) == (20, 40)
    late = make_item(project)
    send(project, items, pointing(40))
    run(project, Topic.REPRESENT)
    assert representation_status(project)["live"]["name"] == "external"
    assert project.live_model.representation.name == "pool", "the old model serves until the next is trained"
    run(project, Topic.LEARN)
    assert project.live_model.representation.name == "external"
    change_project(project=project, user=project.created_by, changes={"settings": {"representation": "pool"}})
    run(project, Topic.REPRESENT)
    pool = Representation.objects.get(project=project, is_live=True)
    assert (pool.name, pool.version) == ("pool", 3)
    assert late.pk in load_pool(pool).item_ids
    change_project(project=project, user=project.created_by, changes={"settings": {"representation": "external"}})
    run(project, Topic.REPRESENT)
    assert np.allclose(stored(project, items), pointing(40), atol=1e-6), "they were kept"


@committed
def test_batches_are_folded_and_the_later_vector_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (shards, outside_vectors):
        monkeypatch.setattr(module, "SHARD_ROWS", 8)
        monkeypatch.setattr(module, "SMALL_SHARD", 2)
    project = make_project(representation="external")
    items = add_items(project, 30)
    vectors = pointing(30)
    draw = np.random.default_rng(5)
    for _ in range(12):
        some = draw.choice(30, int(draw.integers(1, 9)), replace=False)
        vectors[some] = np.roll(vectors[some], 1, axis=1)
        send(project, [items[place] for place in some], vectors[some])
        if draw.random() < 0.5:
            run(project, Topic.REPRESENT)
    send(project, items, vectors)
    run(project, Topic.REPRESENT)
    assert np.allclose(stored(project, items), vectors, atol=1e-6)
    assert max(FeatureShard.objects.values_list("n_rows", flat=True)) <= 30
    assert FeatureShard.objects.count() < 12


@committed
def test_the_same_vectors_again_change_nothing() -> None:
    project = make_project(representation="external")
    items = add_items(project, 10)
    send(project, items, pointing(10))
    run(project, Topic.REPRESENT)
    before = list(FeatureShard.objects.values_list("pk", "checksum"))
    assert send(project, items, pointing(10)).accepted == 10
    run(project, Topic.REPRESENT)
    assert list(FeatureShard.objects.values_list("pk", "checksum")) == before


@committed
def test_a_new_vector_of_a_labelled_item_is_learned_from() -> None:
    project = make_project(representation="external")
    items = add_items(project, 10)
    make_annotation(items[0], project.created_by, "ham")
    send(project, items, pointing(10))
    run(project, Topic.REPRESENT)
    assert WorkRequest.objects.filter(project=project, topic=Topic.LEARN).exists()


BAD = [
    (7, ""),
    ({"vector": [1.0, 2.0]}, ""),
    ({"item": "item", "external_id": "x", "vector": [1.0, 2.0]}, ""),
    ({"item": "item", "vector": [1.0, 2.0], "text": "x"}, ""),
    ({"item": "item", "vector": [1.0, 2.0, 3.0]}, "vector"),
    ({"item": "item", "vector": [1.0]}, "vector"),
    ({"item": "item", "vector": [1.0, None]}, "vector"),
    ({"item": "item", "vector": [1.0, True]}, "vector"),
    ({"item": "item", "vector": "1, 2"}, "vector"),
    ({"item": "item", "vector": [1.0, float("nan")]}, "vector"),
    ({"item": "item", "vector": [1.0, float("inf")]}, "vector"),
    ({"item": "item", "vector": [1.0, 1e39]}, "vector"),
    ({"item": "item", "vector": [1.0, 10**400]}, "vector"),
    ({"item": "item", "vector": [0.0, -0.0]}, "vector"),
    ({"item": "item", "vector": [1e-200, 0]}, "vector"),
    ({"item": 10**12, "vector": [1.0, 2.0]}, "item"),
    ({"item": 10**30, "vector": [1.0, 2.0]}, "item"),
    ({"item": True, "vector": [1.0, 2.0]}, "item"),
    ({"external_id": "nobody", "vector": [1.0, 2.0]}, "external_id"),
    ({"external_id": "\0", "vector": [1.0, 2.0]}, "external_id"),
    ({"external_id": "\ud800", "vector": [1.0, 2.0]}, "external_id"),
    ({"external_id": 5, "vector": [1.0, 2.0]}, "external_id"),
    ({"external_id": "good", "vector": [1.0, 2.0]}, "external_id"),
]


@pytest.mark.django_db
def test_bad_rows_are_named_and_the_rest_is_kept() -> None:
    project = make_project()
    make_item(project, external_id="good")
    item = make_item(project)
    for given, field in BAD:
        row = given | {"item": item.pk} if isinstance(given, dict) and given.get("item") == "item" else given
        taken = add_vectors(project=project, rows=[{"external_id": "good", "vector": [0.0, 2.0]}, row])
        assert (taken.accepted, taken.dimension) == (1, 2), given
        assert [(error["index"], error["field"]) for error in taken.errors] == [(1, field)], given


@pytest.mark.django_db
def test_another_project_s_item_is_unknown() -> None:
    project, other = make_project(), make_item(make_project())
    assert [error["field"] for error in send(project, [other], [[1, 2]]).errors] == ["item"]


@committed
def test_the_dimension_of_a_project_stays() -> None:
    project = make_project()
    items = add_items(project, 2)
    send(project, items, [[1, 0], [0, 1]])
    assert "not 3" in send(project, items[:1], [[1, 2, 3]]).errors[0]["message"]
    run(project, Topic.REPRESENT)
    assert "not 3" in send(project, items[:1], [[1, 2, 3]]).errors[0]["message"]


@committed
@pytest.mark.parametrize("folded", [False, True])
def test_after_a_first_vector_that_was_wrong_the_others_start_anew(folded: bool) -> None:
    project = make_project(representation="external")
    items = add_items(project, 4)
    send(project, items[:1], [[1, 2, 3]])
    if folded:
        run(project, Topic.REPRESENT)
    assert "when one call brings more" in send(project, items[1:2], pointing(1)).errors[0]["message"]
    taken = send(project, items, pointing(4))
    assert (taken.accepted, taken.dimension, taken.errors) == (4, 4, [])
    assert "not 3" in send(project, items[:3], [[1, 2, 3]] * 3).errors[0]["message"]
    run(project, Topic.REPRESENT)
    assert np.allclose(stored(project, items), pointing(4), atol=1e-6)
    assert Representation.objects.get(is_live=True).dimension == 4
    assert not VectorBatch.objects.exists()


@committed
def test_a_first_row_that_is_wrong_does_not_decide_for_the_others_of_its_call() -> None:
    project = make_project(representation="external")
    items = add_items(project, 3)
    rows = [{"external_id": "nobody", "vector": [1, 2, 3]}, {"item": items[0].pk, "vector": [1, 2, 3]}]
    rows += [{"item": item.pk, "vector": [1, n, 0, 0]} for n, item in enumerate(items)]
    taken = add_vectors(project=project, rows=rows)
    assert (taken.accepted, taken.dimension) == (3, 4)
    assert [(error["index"], error["field"]) for error in taken.errors] == [(0, "vector"), (1, "vector")]


@committed
def test_vectors_that_a_model_has_learned_from_keep_their_dimension() -> None:
    project = make_project(representation="external")
    items, annotator = add_items(project, 60), make_member(project)
    send(project, items[:40], pointing(40))
    for place in range(20):
        answer(items[place], annotator, truth(place))
    run(project, Topic.REPRESENT, Topic.LEARN)
    assert ModelVersion.objects.filter(representation__name="external").exists()
    taken = send(project, items, pointing(60, 5))
    assert (taken.accepted, len(taken.errors)) == (0, 60)


@committed
def test_a_damaged_batch_does_not_stop_the_others() -> None:
    project = make_project(representation="external")
    items = add_items(project, 10)
    send(project, items[:5], pointing(5))
    default_storage.delete(VectorBatch.objects.get().path)
    send(project, items[5:], pointing(5))
    run(project, Topic.REPRESENT)
    stored(project, items[5:])
    assert not VectorBatch.objects.exists()


@committed
def test_outside_vectors_are_never_collected(monkeypatch: pytest.MonkeyPatch) -> None:
    project, items, _ = taught()
    send(project, items, pointing(60))
    run(project, Topic.REPRESENT)
    send(project, items[:1], pointing(1))
    monkeypatch.setattr(collection, "KEPT_FOR", collection.timedelta(0))
    collect_artifacts()
    paths = FeatureShard.objects.filter(representation__name="external").values_list("path", flat=True)
    assert paths
    assert all(default_storage.exists(path) for path in (*paths, VectorBatch.objects.get().path))


@committed
def test_a_storage_that_is_away_takes_no_vectors_along(monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project(representation="external")
    items = add_items(project, 4)
    send(project, items, pointing(4))
    run(project, Topic.REPRESENT)
    outside = Representation.objects.get(name="external")
    with monkeypatch.context() as away:
        away.setattr(shards, "FOLDER", "not mounted")
        away.setattr(shards, "open_shard", _gone)
        with pytest.raises(ArtifactError):
            shards.sound_shards(outside)
    assert len(stored(project, items)) == 4


def _gone(path: str, checksum: str) -> None:
    raise ArtifactError(path)

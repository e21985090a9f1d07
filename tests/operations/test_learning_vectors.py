"""Vectors on real PostgreSQL: every item is in one shard once, whatever order, crash or race brought it there."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from annotation import artifacts
from annotation.artifacts import ArtifactError, load_arrays, map_rows, save_arrays, save_rows
from annotation.errors import StaleEpoch
from annotation.models import FeatureShard, Item, ModelVersion, Project, Representation, Topic, WorkLane
from annotation.operations import collection, shards
from annotation.operations.collection import collect_artifacts
from annotation.operations.outbox import request_work
from annotation.operations.projects import change_project
from annotation.operations.represent import build_features
from annotation.queries import versions
from annotation.queries.learning import model_status
from annotation.vectors import load_pool, open_shard
from tests.factories import make_item, make_project
from tests.operations.learning_world import add_items, answer, claimed, run, taught, truth

database = pytest.mark.django_db(transaction=True)


def covered(project: Project) -> list[int]:
    """The items with a vector in the live representation; one that is in two shards is there twice."""
    live = Representation.objects.get(project=project, is_live=True)
    return sorted(load_pool(live).item_ids.tolist())


def all_items(project: Project) -> list[int]:
    return list(Item.objects.filter(project=project).order_by("id").values_list("id", flat=True))


@pytest.fixture
def _small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD_ROWS", 8)
    monkeypatch.setattr(shards, "SMALL_SHARD", 2)


@database
@pytest.mark.usefixtures("_small_shards")
def test_every_item_is_in_one_shard() -> None:
    project = make_project()
    add_items(project, 21)
    run(project, Topic.REPRESENT)
    assert covered(project) == all_items(project)
    assert sorted(FeatureShard.objects.values_list("n_rows", flat=True)) == [5, 8, 8]


@database
@pytest.mark.usefixtures("_small_shards")
def test_lower_ids_that_commit_later_are_not_lost() -> None:
    """Two imports interleave their ids; the lower ones come when the higher ones are covered already."""
    project = make_project()
    add_items(project, 30)
    first = all_items(project)[0]
    run(project, Topic.REPRESENT)
    late = [make_item(project, id=first - gap, text="late").pk for gap in (1, 2, 3)]
    request_work(project_id=project.pk, topic=Topic.REPRESENT)
    run(project, Topic.REPRESENT)
    assert set(late) < set(covered(project))
    assert covered(project) == all_items(project)


@database
@pytest.mark.usefixtures("_small_shards")
def test_small_shards_are_rewritten_together() -> None:
    project = make_project()
    add_items(project, 26)
    run(project, Topic.REPRESENT)
    before = FeatureShard.objects.count()
    for _ in range(4):
        make_item(project)
        request_work(project_id=project.pk, topic=Topic.REPRESENT)
        run(project, Topic.REPRESENT)
    assert FeatureShard.objects.count() <= before + 2
    assert covered(project) == all_items(project)


@database
@pytest.mark.usefixtures("_small_shards")
def test_a_run_that_died_is_continued_without_doubles(monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project()
    add_items(project, 30)
    encode, calls = shards._encode, iter(range(100))

    def dying(*arguments: Any) -> Any:
        if next(calls) == 2:
            raise RuntimeError("killed")
        return encode(*arguments)

    monkeypatch.setattr(shards, "_encode", dying)
    with pytest.raises(RuntimeError, match="killed"):
        run(project, Topic.REPRESENT)
    assert len(covered(project)) == 16
    run(project, Topic.REPRESENT)
    assert covered(project) == all_items(project)
    assert Representation.objects.count() == 1


@database
@pytest.mark.usefixtures("_small_shards")
def test_a_stale_run_adds_no_shard() -> None:
    project = make_project()
    add_items(project, 10)
    late = claimed(project, Topic.REPRESENT)
    WorkLane.objects.update(expires_at=None)
    newer = claimed(project, Topic.REPRESENT)
    with pytest.raises(StaleEpoch):
        build_features(late)
    assert not Representation.objects.exists()
    build_features(newer)
    with pytest.raises(StaleEpoch):
        build_features(late)
    assert covered(project) == all_items(project)


@database
def test_a_pool_that_outgrew_its_representation_gets_another_behind_the_serving_one() -> None:
    project, items, annotator = taught(n_items=40)
    old = project.live_model.representation
    add_items(project, 20, seed=2)
    run(project, Topic.REPRESENT)
    new = Representation.objects.get(project=project, is_live=True)
    assert (new.version, new.n_fitted) == (2, 60)
    assert covered(project) == all_items(project)
    request_work(project_id=project.pk, topic=Topic.SCORE)
    run(project, Topic.SCORE)
    assert project.live_model.representation_id == old.pk, "the old model scores with its own vectors meanwhile"
    assert project.queue_version == 2
    run(project, Topic.LEARN)
    assert project.live_model.representation_id == new.pk
    answer(items[30], annotator, "ham")
    run(project, Topic.LEARN)
    assert model_status(project)["labels_behind"] == 0


@database
def test_a_new_representation_that_was_never_finished_is_not_switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    project, _, _ = taught(n_items=20)
    add_items(project, 20, seed=2)

    def dying(*_: Any) -> Any:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(shards, "_encode", dying)
        with pytest.raises(RuntimeError, match="killed"):
            run(project, Topic.REPRESENT)
    assert Representation.objects.get(is_live=True).version == 1
    run(project, Topic.REPRESENT)
    assert list(Representation.objects.order_by("version").values_list("is_live", flat=True)) == [False, True]
    assert covered(project) == all_items(project)


@database
def test_damaged_shards_are_made_again() -> None:
    project, items, annotator = taught()
    shard = FeatureShard.objects.get()
    default_storage.delete(shard.path)
    open_shard.cache_clear()
    answer(items[40], annotator, "ham")
    run(project, Topic.LEARN)
    assert model_status(project)["labels_behind"] == 1, "training waits for the vectors"
    run(project, Topic.REPRESENT, Topic.LEARN, Topic.SCORE)
    assert covered(project) == all_items(project)
    assert model_status(project)["labels_behind"] == 0


@database
@pytest.mark.parametrize("texts", [[""], ["same"] * 7, ["🙂", "你好世界", "x" * 50_000], [" "] * 3])
def test_odd_texts_get_vectors(texts: list[str]) -> None:
    project = make_project()
    for text in texts:
        make_item(project, text=text)
    request_work(project_id=project.pk, topic=Topic.REPRESENT)
    run(project, Topic.REPRESENT)
    pool = load_pool(Representation.objects.get())
    assert covered(project) == all_items(project)
    assert all(np.isfinite(block).all() for block in pool.blocks())


@database
def test_a_project_without_items_settles() -> None:
    project = make_project()
    request_work(project_id=project.pk, topic=Topic.REPRESENT)
    run(project, Topic.REPRESENT)
    assert not Representation.objects.exists()


@database
def test_trainings_without_new_labels_push_no_other_version_out(monkeypatch: pytest.MonkeyPatch) -> None:
    project, items, annotator = taught()
    for place in (20, 21):
        answer(items[place], annotator, truth(place))
        run(project, Topic.LEARN)
    for strategy in ("margin", "entropy"):
        change_project(project=project, user=project.created_by, changes={"settings": {"strategy": strategy}})
        run(project, Topic.LEARN)
    ModelVersion.objects.update(metrics={})  # else the first is kept to be compared with
    monkeypatch.setattr(collection, "KEPT_FOR", timedelta(0))
    monkeypatch.setattr(versions, "KEPT_VERSIONS", 2)
    collect_artifacts()
    found = {one.number: default_storage.exists(one.path) for one in ModelVersion.objects.all()}
    assert found == {1: False, 2: True, 3: True, 4: True, 5: True}, "the last three are one content"


@database
def test_collection_keeps_what_serves_and_removes_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    project, _, _ = taught()
    for _ in range(3):
        request_work(project_id=project.pk, topic=Topic.LEARN)
        run(project, Topic.LEARN)
    stray = default_storage.save(f"{artifacts.FOLDER}/00/stray.npz", ContentFile(b"left by a crash"))
    assert collect_artifacts() == 0, "young files may belong to somebody who has not committed"
    monkeypatch.setattr(collection, "KEPT_FOR", timedelta(0))
    monkeypatch.setattr(versions, "KEPT_VERSIONS", 1)
    collect_artifacts()
    assert not default_storage.exists(stray)
    request_work(project_id=project.pk, topic=Topic.SCORE)
    run(project, Topic.SCORE)
    kept = {project.live_model.path, *FeatureShard.objects.values_list("path", flat=True)}
    assert all(default_storage.exists(path) for path in kept)
    by_number = dict(ModelVersion.objects.values_list("number", "path"))
    live, compared = max(by_number), min(by_number)  # later predictions are compared with the first version's
    found = {path for path in by_number.values() if default_storage.exists(path)}
    assert found == {by_number[live], by_number[compared]}
    Project.objects.update(deleted_at=timezone.now())
    collect_artifacts()
    assert not any(default_storage.exists(path) for path in kept)


def test_stored_arrays_come_back_and_have_one_name() -> None:
    arrays = {"a": np.arange(5, dtype=np.float32), "b": np.eye(2)}
    stored = save_arrays(arrays, {"classes": ["ä", "b"]})
    assert save_arrays(arrays, {"classes": ["ä", "b"]}) == stored
    back, meta = load_arrays(*stored)
    assert meta == {"classes": ["ä", "b"]}
    assert {name: array.tolist() for name, array in back.items()} == {name: a.tolist() for name, a in arrays.items()}


def test_what_is_not_what_was_stored_is_refused_before_reading() -> None:
    path, checksum = save_arrays({"a": np.arange(3)}, {})
    with pytest.raises(ArtifactError):
        load_arrays(path, "0" * 64)
    with pytest.raises(ArtifactError):
        load_arrays("artifacts/none.npz", checksum)
    rows = save_rows(np.arange(3), np.ones((3, 2), dtype=np.float32))
    with pytest.raises(ArtifactError):
        map_rows(rows.path, "0" * 64)


def test_pickles_are_refused() -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        save_arrays({"a": np.array([{}], dtype=object)}, {})


def test_a_file_that_a_crash_cut_short_does_not_stand_in_the_way() -> None:
    path, _ = save_arrays({"a": np.arange(11)}, {})
    with open(default_storage.path(path), "wb") as file:
        file.write(b"cut")
    again = save_arrays({"a": np.arange(11)}, {})
    assert again.path != path
    assert load_arrays(*again)[0]["a"].tolist() == list(range(11))


def test_rows_are_mapped_where_they_lie() -> None:
    item_ids, vectors = np.array([3, 5, 9]), np.random.default_rng(1).random((3, 4), dtype=np.float32)
    first, second = map_rows(*save_rows(item_ids, vectors))
    assert not second.flags.owndata
    assert (first.tolist(), second.tolist()) == (item_ids.tolist(), vectors.tolist())
    with pytest.raises(ValueError, match="read-only"):
        second[0, 0] = 1

"""Files of vectors: what is taken, what is refused and how, and workers that die in the middle."""

import io
import zipfile
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from annotation import hooks
from annotation.models import Item, Job, Project, Representation, Topic, VectorBatch, WorkRequest
from annotation.operations.transfer import run_job, start_vectors, vector_files
from annotation.vectors import Pool, Shard, load_pool
from tests.factories import make_item, make_project
from tests.operations.learning_world import run

committed = pytest.mark.django_db(transaction=True)


def npz(**arrays: Any) -> bytes:
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    return content.getvalue()


def npy(array: Any) -> bytes:
    content = io.BytesIO()
    np.save(content, array)
    return content.getvalue()


def sent(project: Project, content: bytes) -> Job:
    """Uploads a file and has a worker read it."""
    upload = SimpleUploadedFile("vectors", content)
    job = start_vectors(project=project, user=project.created_by, upload=upload)
    run_job(job.pk)
    job.refresh_from_db()
    return job


def world(n: int) -> tuple[Project, list[Item]]:
    project = make_project(representation="external")
    return project, [make_item(project, external_id=f"m-{place}") for place in range(n)]


def served(project: Project) -> dict[int, list[float]]:
    run(project, Topic.REPRESENT)
    pool = load_pool(Representation.objects.get(is_live=True))
    rows = pool.find(pool.item_ids)
    return dict(zip(pool.item_ids.tolist(), np.round(pool.vectors(rows), 4).tolist(), strict=True))


@committed
@pytest.mark.parametrize("dtype", ["<f2", "<f4", "<f8", ">f4"])
def test_by_external_ids_or_items_or_in_order(dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_files, "SHARD_ROWS", 2)
    project, items = world(5)
    vectors = np.eye(5, 6).astype(dtype)
    job = sent(project, npz(vectors=vectors[:3], external_ids=[item.external_id for item in items[:3]]))
    assert (job.status, job.result) == ("done", {"accepted": 3, "errors": 0})
    assert sent(project, npz(vectors=vectors[3:], items=np.array([item.pk for item in items[3:]]))).status == "done"
    assert list(served(project).values()) == np.eye(5, 6).tolist()
    assert sent(project, npy(2 * vectors[::-1])).result == {"accepted": 5, "errors": 0}
    assert list(served(project).values()) == np.eye(5, 6)[::-1].tolist()


@committed
def test_bad_rows_are_reported_by_number() -> None:
    project, items = world(4)
    vectors = np.ones((6, 2))
    vectors[1, 0], vectors[2, 1], vectors[5] = np.nan, np.inf, 0
    names = ["m-0", "m-1", "m-2", "nobody", "m-3", "m-1"]
    job = sent(project, npz(vectors=vectors, external_ids=names))
    assert job.result == {"accepted": 2, "errors": 4}
    assert [(error["row"], error["field"]) for error in job.errors] == [
        (2, "vector"), (3, "vector"), (4, "external_id"), (6, "vector"),
    ]  # fmt: skip
    assert job.errors[-1]["said"]["code"] == "vector.zero"
    assert set(served(project)) == {items[0].pk, items[3].pk}


@committed
@pytest.mark.parametrize("order", "<>")
def test_an_id_that_is_no_text_is_nobodys(order: str) -> None:
    project, _ = world(2)
    points = np.array([[ord("m"), ord("-"), ord("0")], [0x110000, ord("-"), ord("1")]], dtype=f"{order}u4")
    names = np.frombuffer(points.tobytes(), f"{order}U3")
    job = sent(project, npz(vectors=np.ones((2, 2)), external_ids=names))
    assert (job.status, job.result) == ("done", {"accepted": 1, "errors": 1})
    [error] = job.errors
    assert (error["row"], error["field"], error["said"]["code"]) == (2, "external_id", "vector.no_item")


def archive(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name, member in members.items():
            made.writestr(f"{name}.npy", member)
    return content.getvalue()


IDS = np.array(["m-0", "m-1"])
GOOD = npy(np.ones((2, 3)))
REFUSED = {
    "text": b"0.1,0.2",
    "empty": b"",
    "another number of rows than items": npy(np.ones((3, 2))),
    "pickle": npz(vectors=np.array([[{}, 1], [2, 3]], dtype=object), external_ids=IDS),
    "pickled ids": npz(vectors=np.ones((2, 2)), external_ids=IDS.astype(object)),
    "whole numbers": npz(vectors=np.ones((2, 2), dtype=int), external_ids=IDS),
    "one vector": npz(vectors=np.ones(2), external_ids=IDS),
    "by column": npz(vectors=np.asfortranarray(np.ones((2, 3))), external_ids=IDS),
    "one number": npz(vectors=np.ones((2, 1)), external_ids=IDS),
    "too many numbers": npz(vectors=np.ones((2, 5000)), external_ids=IDS),
    "both ids": npz(vectors=np.ones((2, 2)), external_ids=IDS, items=np.arange(2)),
    "no ids": npz(vectors=np.ones((2, 2))),
    "fewer ids": npz(vectors=np.ones((2, 2)), external_ids=IDS[:1]),
    "ids of the wrong type": npz(vectors=np.ones((2, 2)), items=IDS),
    "cut off": GOOD[:-5],
    "cut off archive": npz(vectors=np.ones((2, 2)), external_ids=IDS)[:-30],
    "not an array": archive(vectors=b"x" * 100, external_ids=npy(IDS)),
    "a header that is code": archive(vectors=GOOD.replace(b"'descr'", b"exit(1)"), external_ids=npy(IDS)),
    "a header that is no literal": GOOD.replace(b"{'descr'", b"{[]: 1,  "),
    "a header without end": GOOD.replace(b"{'descr'", b"((((((((("),
    "a shape beyond the file": archive(vectors=GOOD.replace(b"(2, 3)", b"(9, 3)"), external_ids=npy(IDS)),
    "ids without letters": archive(vectors=GOOD, external_ids=npy(IDS).replace(b"<U3", b"<U0")),
    "a shape beyond reason": archive(
        vectors=GOOD.replace(b"(2, 3), }        ", b"(9999999999, 3), }"), external_ids=npy(IDS)
    ),
}


@pytest.mark.django_db
def test_files_that_are_refused_say_why() -> None:
    project, _ = world(2)
    for name, content in REFUSED.items():
        job = sent(project, content)
        assert (job.status, bool(job.result["reason"])) == ("failed", True), name
    assert not VectorBatch.objects.exists()


@pytest.mark.django_db
def test_another_dimension_fails_the_job() -> None:
    project, _ = world(2)
    assert sent(project, npy(np.ones((2, 3)))).status == "done"
    assert "3 numbers, not 4" in sent(project, npy(np.ones((2, 4)))).result["reason"]


class Killed(BaseException):
    """Nothing in between can catch it, like a signal."""


@committed
def test_a_worker_that_dies_is_followed_by_one_that_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_files, "SHARD_ROWS", 2)
    project, items = world(7)
    vectors = np.random.default_rng(1).normal(size=(7, 3)).astype(np.float32)

    def die(point: str) -> None:
        if VectorBatch.objects.count() == 2:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(hooks, "reached", die)
        with pytest.raises(Killed):
            sent(project, npz(vectors=vectors, external_ids=[item.external_id for item in items]))
    job = Job.objects.get()
    assert (job.done, job.status) == (4, "running")
    Job.objects.update(expires_at=None)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.result == {"accepted": 7, "errors": 0}
    assert VectorBatch.objects.count() == 4
    assert WorkRequest.objects.filter(topic=Topic.REPRESENT).exists()
    assert len(served(project)) == 7


def test_vectors_come_in_the_order_asked_for_out_of_one_file_or_several() -> None:
    X = np.eye(6, 4, dtype=np.float32) + np.arange(6, dtype=np.float32)[:, None]
    rows = np.array([4, 0, 5, 0, 3])
    for cut in (0, 2, 6):
        shards = [Shard(np.arange(6)[part], X[part]) for part in (slice(cut), slice(cut, 6))]
        assert np.array_equal(Pool(4, shards).vectors(rows), X[rows])
        assert Pool(4, shards).vectors(rows[:0]).shape == (0, 4)

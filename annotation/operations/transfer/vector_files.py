"""A file of vectors comes in: read in blocks by a worker that may die at any point, each block kept as one batch."""

from typing import Any

import numpy as np
import numpy.typing as npt
from django.contrib.auth.models import User
from django.core.files import File
from django.db import transaction

from annotation import hooks
from annotation.models import Job, Project
from annotation.operations.references import NO_ITEM, items_named, items_numbered
from annotation.operations.transfer.jobs import JobClaim, JobFailed, finish_job, keep_lease, own_job
from annotation.operations.transfer.matrices import BLOCK_BYTES, Matrix, open_matrix
from annotation.operations.transfer.uploads import open_upload, row_error, start_job
from annotation.operations.vector_uploads import (
    ALL_ZERO,
    DIMENSIONS,
    LARGEST,
    NOT_FINITE,
    is_zero,
    keep_batch,
    unit_rows,
)
from annotation.sentences import say
from annotation.vectors import SHARD_ROWS, Ints, load_item_ids, save_shard

MAX_ERRORS = 100

Errors = list[dict[str, Any]]
Array = npt.NDArray[Any]


def start_vectors(*, project: Project, user: User, upload: "File[Any]") -> Job:
    """Returns the queued job; what is in the file is looked at by the worker."""
    return start_job(project=project, user=user, kind=Job.Kind.VECTORS, upload=upload)


def run_vectors(claim: JobClaim) -> None:
    """Reads on where the job's last committed block ended, until the end of the file.

    A block's batch, the place in the file and the counts are one transaction: killed anywhere and run again, every row
    is counted once. Raises StaleEpoch when the job was taken over, JobFailed when the file is not what it should be.
    """
    job = Job.objects.select_related("project").get(pk=claim.job_id)
    with open_upload(job) as stored:
        matrix = open_matrix(stored)
        dimension = matrix.vectors.shape[1]
        if dimension not in DIMENSIONS:
            english = "A vector has {least} to {most:,} numbers, not {n}."
            raise JobFailed(say("vector.length", english, least=DIMENSIONS[0], most=DIMENSIONS[-1], n=dimension))
        done = job.cursor.get("record", 0)
        in_order = _in_order(job.project, matrix.vectors.n_rows) if matrix.ids is None else None
        rows = max(1, min(SHARD_ROWS, BLOCK_BYTES // (8 * dimension)))
        for ids, vectors in matrix.blocks(rows, done):
            if in_order is not None:
                found, unknown = in_order[done : done + len(vectors)], Errors()
            else:
                found, unknown = _items(job.project, matrix.ids_are, done, ids)
            _commit(claim, matrix, done, found, vectors, unknown)
            done += len(vectors)
            hooks.reached("vectors block committed")
    _finish(claim)


def _commit(claim: JobClaim, matrix: Matrix, done: int, item_ids: Ints, vectors: Array, unknown: Errors) -> None:
    """Keeps the vectors of known items that are finite and not zero as one batch; of two for one item the later one."""
    wide = vectors.astype(np.float64)
    is_finite, is_empty = (np.abs(wide) <= LARGEST).all(axis=1), is_zero(wide)  # NaN is neither
    errors = unknown + [
        row_error(done + int(row) + 1, "vector", message)
        for message, is_wrong in ((NOT_FINITE, ~is_finite), (ALL_ZERO, is_empty))
        for row in np.flatnonzero(is_wrong & (item_ids > 0))
    ]
    kept = np.flatnonzero(is_finite & ~is_empty & (item_ids > 0))
    distinct, last = np.unique(item_ids[kept][::-1], return_index=True)
    stored = save_shard(distinct, unit_rows(wide[kept[::-1][last]])) if len(distinct) else None
    with transaction.atomic():
        job = own_job(claim)
        if stored is not None:
            keep_batch(job.project, stored, (len(distinct), wide.shape[1]))
        keep_lease(
            claim,
            attempts=0,
            losses=0,
            done=done + len(vectors),
            total=matrix.vectors.n_rows,
            n_errors=job.n_errors + len(errors),
            errors=(job.errors + sorted(errors, key=lambda error: int(error["row"])))[:MAX_ERRORS],
            cursor={"record": done + len(vectors), "accepted": job.cursor.get("accepted", 0) + len(kept)},
        )


def _items(project: Project, ids_are: str | None, done: int, ids: Array | None) -> tuple[Ints, Errors]:
    """Returns the item of each row of a block, 0 where the project has none, and those rows as errors."""
    names = ids.tolist() if ids is not None else []
    by_name = ids_are == "external_ids"
    known: dict[Any, int] = items_named(project, names) if by_name else items_numbered(project, names)
    item_ids = np.array([known.get(name, 0) for name in names], dtype=np.int64)
    field = "external_id" if by_name else "item"
    return item_ids, [row_error(done + int(row) + 1, field, NO_ITEM) for row in np.flatnonzero(item_ids == 0)]


def _in_order(project: Project, n_rows: int) -> Ints:
    """Returns the items of a file that names none: there must be one row for each."""
    item_ids = load_item_ids(project.pk)
    if len(item_ids) != n_rows:
        english = (
            "The file has {n:,} rows and the project {items:,} items. A file without ids has one row for each item, in"
            " the order of the items' numbers; else send an .npz file with `items` or `external_ids`."
        )
        raise JobFailed(say("vector.in_order", english, n=n_rows, items=len(item_ids)))
    return item_ids


def _finish(claim: JobClaim) -> None:
    with transaction.atomic():
        job = own_job(claim)
        result = {"accepted": job.cursor.get("accepted", 0), "errors": job.n_errors}
        finish_job(claim, status=Job.Status.DONE, result=result, total=job.done)

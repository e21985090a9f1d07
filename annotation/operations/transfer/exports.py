"""A project goes out as a file, in the order of the items, written by a worker in flat memory."""

import io
import tempfile
import uuid
from array import array
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import User
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone
from django.utils.text import slugify

from annotation import hooks, tracing
from annotation.errors import BadRequest, Conflict, NotFound
from annotation.models import Job, Project
from annotation.operations.outbox import wake_job_after_commit
from annotation.operations.transfer.export_rows import ExportRow, read_rows
from annotation.operations.transfer.export_text import WRITERS
from annotation.operations.transfer.jobs import JobClaim, JobFailed, finish_job, keep_lease
from annotation.sentences import say

BATCH = 2_000
INCLUDE = ("annotated", "all")
_ANNOTATED = "SELECT DISTINCT item_id FROM annotation_annotation WHERE project_id = %s ORDER BY item_id"
_ALL = "SELECT id FROM annotation_item WHERE project_id = %s ORDER BY id"
_SURE = "SELECT item_id FROM annotation_consensus WHERE project_id = %s AND probability >= %s ORDER BY item_id"


def start_export(
    *,
    project: Project,
    user: User,
    format: str = "jsonl",  # noqa: A002 - the word of the contract
    include: str = "annotated",
    revisions: bool = False,
    min_confidence: float | None = None,
) -> Job:
    """Returns the queued job; with `min_confidence` only items whose consensus is as sure as that.

    Raises BadRequest for what is not offered: CSV has a row an annotation, no revisions.
    """
    wrong = {}
    if format not in WRITERS:
        wrong["format"] = f"One of {', '.join(WRITERS)}."
    if include not in INCLUDE:
        wrong["include"] = f"One of {', '.join(INCLUDE)}."
    if not isinstance(revisions, bool) or (revisions and format == "csv"):
        wrong["revisions"] = "True or false; only JSONL holds revisions."
    if min_confidence is not None and not 0 <= min_confidence <= 1:
        wrong["min_confidence"] = "From 0 to 1."
    if wrong:
        raise BadRequest("This export is not offered.", fields=wrong)
    sure = {} if min_confidence is None else {"min_confidence": min_confidence}
    with transaction.atomic():
        job = Job.objects.create(
            project=project, kind=Job.Kind.EXPORT, created_by=user, created_at=timezone.now(),
            request_id=tracing.request_id(),
            params={"format": format, "include": include, "revisions": revisions} | sure,
        )  # fmt: skip
        wake_job_after_commit(job.pk)
    return job


def run_export(claim: JobClaim) -> None:
    """Writes the file and names it in the job when it is whole.

    Items and answers that exist at the start are in it; each item is as it was at one moment. Run again after a crash
    it starts anew; the half-written file was local and has no name in the storage.
    """
    job = Job.objects.select_related("project").get(pk=claim.job_id)
    ids = _item_ids(job)
    keep_lease(claim, done=0, total=len(ids))
    write = WRITERS[job.params["format"]]
    with tempfile.TemporaryFile() as raw, io.TextIOWrapper(raw, encoding="utf-8", newline="") as out:
        n_annotations = write(out, _batches(claim, ids, job.params["revisions"]))
        out.flush()
        size = raw.tell()
        raw.seek(0)
        path = default_storage.save(f"exports/{uuid.uuid4().hex}", File(raw))
    hooks.reached("export written")
    result = {"items": len(ids), "annotations": n_annotations, "bytes": size}
    finish_job(claim, status=Job.Status.DONE, path=path, result=result, done=len(ids))


def _item_ids(job: Job) -> "array[int]":
    """Returns the ids of the items to write, rising: eight bytes an item."""
    ids = array("q")
    query, given = (_ALL if job.params["include"] == "all" else _ANNOTATED), [job.project_id]
    if "min_confidence" in job.params:
        query, given = _SURE, [job.project_id, job.params["min_confidence"]]
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(query, given)
        while rows := cursor.fetchmany(10_000):
            ids.extend(row[0] for row in rows)
    return ids


def _batches(claim: JobClaim, ids: "array[int]", revisions: bool) -> Iterator[list[ExportRow]]:
    for start in range(0, len(ids), BATCH):
        project = Project.objects.filter(jobs=claim.job_id, deleted_at__isnull=True).first()
        if project is None:
            raise JobFailed(say("job.project_gone", "The project was deleted."))
        batch = ids[start : start + BATCH].tolist()
        yield read_rows(batch, revisions=revisions, project=project)
        keep_lease(claim, done=min(start + BATCH, len(ids)))
        hooks.reached("export batch written")


def open_export(job: Job) -> "File[Any]":
    """Returns the finished file, open for reading in chunks; raises Conflict while the job is not done.

    Raises NotFound when the file was collected: an export is kept for a week.
    """
    if job.kind != Job.Kind.EXPORT:
        raise NotFound("This job is not an export.")
    if job.status != Job.Status.DONE:
        raise Conflict(
            "The export is not finished." if job.finished_at is None else "The export failed.", code="not_done"
        )
    try:
        return default_storage.open(job.path) if job.path else _gone()
    except FileNotFoundError:
        return _gone()


def _gone() -> "File[Any]":
    raise NotFound("The file is no longer kept; start the export again.")


def export_name(job: Job) -> str:
    """Returns the name under which a browser should save the file: letters, digits, dashes."""
    return f"{slugify(job.project.name)[:60] or 'project'}-{job.pk}.{job.params['format']}"

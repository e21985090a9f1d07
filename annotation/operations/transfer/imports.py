"""A file comes in: stored as it is, then read in batches by a worker that may die at any point."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from io import TextIOWrapper
from typing import Any, BinaryIO

from django.contrib.auth.models import User
from django.core.files import File
from django.db import connection, transaction

from annotation import hooks
from annotation.errors import BadRequest
from annotation.models import Job, Project
from annotation.operations.transfer.answers import RowError
from annotation.operations.transfer.items import Added, add_rows
from annotation.operations.transfer.jobs import JobClaim, JobFailed, finish_job, keep_lease, own_job
from annotation.operations.transfer.mapping import Mapping as Columns
from annotation.operations.transfer.mapping import checked_mapping
from annotation.operations.transfer.reading import Unreadable, n_bytes_read, open_text
from annotation.operations.transfer.records import Importer, Record, csv_records, jsonl_records
from annotation.operations.transfer.uploads import open_upload, start_job
from annotation.sentences import say, spoken

BATCH = 5_000
BATCH_BYTES = 8 * 2**20  # of the file: rows with long texts come in smaller batches
MAX_ERRORS = 100
FORMATS = ("csv", "jsonl")
COUNTS = ("created", "duplicates", "duplicate_content", "known_answers", "annotations")


def start_import(
    *,
    project: Project,
    user: User,
    upload: "File[Any]",
    mapping: Mapping[str, Any] | None = None,
    format: str | None = None,  # noqa: A002 - the word of the contract
) -> Job:
    """Returns the queued job; the file is stored under a name of ours and read later, by a worker.

    `format` is csv or jsonl (each may be packed by gzip); without it the content decides. The same file again is a new
    job whose result carries a warning. Raises BadRequest for a bad mapping, an unknown format or a file too large.
    """
    columns = checked_mapping(mapping)
    if format is not None and format not in FORMATS:
        raise BadRequest("format: csv or jsonl.", fields={"format": "csv or jsonl"})
    params = {"mapping": columns.as_json(), "format": format}
    return start_job(project=project, user=user, kind=Job.Kind.IMPORT, upload=upload, params=params)


def run_import(claim: JobClaim) -> None:
    """Reads on where the job's last committed batch ended, until the end of the file.

    A batch's rows, the place in the file and the counts are one transaction: killed anywhere and run again, every row
    is counted once. Raises StaleEpoch when the job was taken over, JobFailed when the file cannot be read.
    """
    job = Job.objects.select_related("created_by", "project").get(pk=claim.job_id)
    with open_upload(job) as stored:
        try:
            text, records = _opened(job, stored)
            last = job.cursor.get("record", 0)
            unread = itertools.dropwhile(lambda record: record[0] <= last, records)
            for batch in _batches(unread, lambda: n_bytes_read(text)):
                _commit(claim, batch, share_read=stored.tell() / max(1, job.params["bytes"]))
                hooks.reached("import batch committed")
        except Unreadable as error:
            raise JobFailed(error.message, row=error.row) from error
    _finish(claim)


def _opened(job: Job, stored: BinaryIO) -> tuple[TextIOWrapper, Iterator[Record]]:
    """Returns the file's text, and the records that are read from it one by one."""
    given = job.params["mapping"]
    mapping = Columns(**{**given, "metadata": tuple(given["metadata"])})
    read = jsonl_records if (job.params["format"] or _format_of(stored, mapping)) == "jsonl" else csv_records
    text = open_text(stored, mapping.encoding)
    return text, read(text, mapping, Importer(job.created_by.get_username(), job.project.question))


def _format_of(stored: BinaryIO, mapping: Columns) -> str:
    """Returns jsonl when the first thing in the file is an object or a list."""
    stored.seek(0)
    start = open_text(stored, mapping.encoding).read(4096).lstrip()
    stored.seek(0)
    return "jsonl" if start.startswith(("{", "[")) else "csv"


def _commit(claim: JobClaim, batch: list[Record], share_read: float) -> None:
    right = [(number, row) for number, row in batch if not isinstance(row, RowError)]
    wrong = [{"row": number} | row.shown() for number, row in batch if isinstance(row, RowError)]
    with transaction.atomic():
        # A crash of the database may take the last batches back, together with the place in the file: nothing was
        # acknowledged, and reading goes on from there. The end of the job is written through.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
        job = own_job(claim)
        done = job.done + len(batch)
        added = add_rows(job.project_id, right)
        hooks.reached("import batch stored")
        wrong += [{"row": one.pop("index")} | one for one in added.errors]
        wrong.sort(key=lambda error: int(error["row"]))
        keep_lease(
            claim,
            attempts=0,
            losses=0,
            done=done,
            total=max(done, round(done / share_read)),
            n_errors=job.n_errors + len(wrong),
            errors=(job.errors + wrong)[:MAX_ERRORS],
            cursor={"record": batch[-1][0], "repeated": _repeated(job, added)} | _sums(job, added),
        )


def _batches(records: Iterator[Record], n_bytes: Callable[[], int]) -> Iterator[list[Record]]:
    """Yields batches of at most BATCH records, or about BATCH_BYTES by `n_bytes`, which tells how much was read so far.

    What was read before the file became unreadable is a batch too, then Unreadable is raised.
    """
    batch: list[Record] = []
    begun = n_bytes()
    try:
        for record in records:
            batch.append(record)
            if len(batch) == BATCH or n_bytes() - begun >= BATCH_BYTES:
                yield batch
                batch, begun = [], n_bytes()
    except Unreadable:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _sums(job: Job, added: Added) -> dict[str, int]:
    return {name: job.cursor.get(name, 0) + getattr(added, name) for name in COUNTS}


def _repeated(job: Job, added: Added) -> list[dict[str, Any]]:
    """Returns the first hundred rows of the file that were there already, in the shape of its errors."""
    found = [{"row": one["index"]} | {name: one[name] for name in one if name != "index"} for one in added.repeated]
    listed: list[dict[str, Any]] = job.cursor.get("repeated", []) + found
    return listed[:MAX_ERRORS]


def _finish(claim: JobClaim) -> None:
    with transaction.atomic():
        job = own_job(claim)
        counted = {name: job.cursor.get(name, 0) for name in COUNTS} | {"errors": job.n_errors}
        result: dict[str, Any] = counted | {"repeated": job.cursor.get("repeated", [])}
        same = Job.objects.filter(project=job.project_id, kind=Job.Kind.IMPORT, params__sha256=job.params["sha256"])
        if earlier := same.filter(pk__lt=job.pk).order_by("pk").first():
            again = say("job.same_file", "The same file was imported before, as job {job}.", job=earlier.pk)
            result |= {"warnings": [again], "warnings_said": [spoken(again)]}
        finish_job(claim, status=Job.Status.DONE, result=result, total=job.done)

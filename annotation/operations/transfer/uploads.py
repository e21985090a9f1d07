"""A file comes in with a request: stored under a name of ours, for a job to read later."""

import errno
import hashlib
import uuid
from collections.abc import Mapping
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from annotation import tracing
from annotation.errors import BadRequest, NoSpace
from annotation.models import Job, Project
from annotation.operations.outbox import wake_job_after_commit
from annotation.operations.transfer.jobs import JobFailed
from annotation.sentences import beside, say


def start_job(
    *, project: Project, user: User, kind: Job.Kind, upload: "File[Any]", params: Mapping[str, Any] | None = None
) -> Job:
    """Returns the queued job that will read the file; raises BadRequest for one too large, NoSpace on a full disk."""
    described = {**(params or {}), "filename": _shown(upload.name)} | _digest(upload)
    path = _keep(upload)
    with transaction.atomic():
        job = Job.objects.create(
            project=project, kind=kind, params=described, path=path, created_by=user, created_at=timezone.now(),
            request_id=tracing.request_id(),
        )  # fmt: skip
        wake_job_after_commit(job.pk)
    return job


def open_upload(job: Job) -> BinaryIO:
    """Returns the file that the job was started with; raises JobFailed when it is gone."""
    try:
        return cast(BinaryIO, default_storage.open(job.path))
    except FileNotFoundError as error:
        raise JobFailed(say("job.file_gone", "The uploaded file is gone.")) from error


def _keep(upload: "File[Any]") -> str:
    """Returns the path at which the file is stored; raises NoSpace when the disk is full, and leaves nothing behind."""
    path = f"imports/{uuid.uuid4().hex}"
    try:
        return default_storage.save(path, upload)
    except OSError as error:
        default_storage.delete(path)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpace(say("file.no_space", "The server's storage is full. Nothing was taken in.")) from error
        raise


def _shown(name: str | None) -> str:
    """Returns the user's name of the file as far as it can be shown; it is never used as a name."""
    return "".join(character for character in name or "" if character.isprintable())[:200]


def _digest(upload: "File[Any]") -> dict[str, Any]:
    """Returns the SHA-256 and size of what was uploaded, read in chunks."""
    digest, size = hashlib.sha256(), 0
    for chunk in upload.chunks():
        digest.update(chunk)
        size += len(chunk)
        if size > settings.UPLOAD_LIMIT_BYTES:
            message = say("file.too_large", "The file is larger than {n:,} MB.", n=settings.UPLOAD_LIMIT_BYTES // 2**20)
            raise BadRequest(message, code="too_large", fields={"file": message})
    upload.seek(0)
    return {"sha256": digest.hexdigest(), "bytes": size}


def row_error(row: int, field: str, message: str) -> dict[str, Any]:
    return {"row": row, "field": field, "message": message} | beside(message)

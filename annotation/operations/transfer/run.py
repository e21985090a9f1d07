"""What a worker does with a job."""

from collections.abc import Callable

from annotation.models import Job
from annotation.operations.transfer.exports import run_export
from annotation.operations.transfer.imports import run_import
from annotation.operations.transfer.jobs import JobClaim, work_on
from annotation.operations.transfer.vector_files import run_vectors

_OPERATIONS: dict[str, Callable[[JobClaim], None]] = {
    Job.Kind.IMPORT: run_import,
    Job.Kind.EXPORT: run_export,
    Job.Kind.VECTORS: run_vectors,
}


def run_job(job_id: int) -> bool:
    """Does the job unless it is over or somebody is at it; returns whether it was this call that did.

    May be called twice, late, or by two workers at once.
    """
    kind = Job.objects.filter(pk=job_id).values_list("kind", flat=True).first()
    return kind is not None and work_on(job_id, _OPERATIONS[kind])

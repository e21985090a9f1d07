"""What a worker does with a job."""

from collections.abc import Callable

from annotation import tracing
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
    found = Job.objects.filter(pk=job_id).values_list("kind", "request_id").first()
    if found is None:
        return False
    kind, request_id = found
    with tracing.bound(job_id=str(job_id), request_id=request_id):
        return work_on(job_id, _OPERATIONS[kind])

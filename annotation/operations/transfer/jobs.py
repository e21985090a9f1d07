"""Jobs: one owner at a time, with an epoch and a lease in the row; one that ends its owners is given up after three."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from annotation.errors import DomainError, StaleEpoch
from annotation.models import Job, Topic
from annotation.operations import owners
from annotation.operations.heartbeat import kept_alive
from annotation.operations.outbox import request_work
from annotation.sentences import beside, say
from annotation.troubles import reportable

logger = logging.getLogger(__name__)

LEASE_SECONDS = 20  # how long a dead worker holds up its job
KEPT = timedelta(days=7)
FOLDERS = ("imports", "exports")
_UNFINISHED = (Job.Status.QUEUED, Job.Status.RUNNING)


class JobFailed(Exception):
    """The job cannot be done, now or later; the reason is shown to its owner."""

    def __init__(self, reason: str, *, row: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.row = reason, row


@dataclass(frozen=True)
class JobClaim:
    """The right to work on a job until somebody claims it with a higher epoch."""

    job_id: int
    epoch: int


def claim_job(job_id: int) -> int | None:
    """Returns the epoch, or None when the job is over or somebody else is at it. Of two callers one gets it.

    A job that ended its owner three times without getting on is failed here, with the reason.
    """
    _judge_vanished(job_id)
    _give_up(job_id)
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE annotation_job
               SET status = 'running', epoch = epoch + 1, owner = %s,
                   expires_at = now() + make_interval(secs => %s)
               WHERE id = %s AND status IN ('queued', 'running') AND (expires_at IS NULL OR expires_at < now())
               RETURNING epoch""",
            [owners.myself(), LEASE_SECONDS, job_id],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _judge_vanished(job_id: int) -> None:
    """Counts how the last owner was lost, once, when its lease ran out."""
    job = Job.objects.filter(pk=job_id, status=Job.Status.RUNNING, expires_at__lt=Now()).first()
    if job is not None:
        by_itself = owners.was_ended_by_its_work(job.owner)
        same = Job.objects.filter(pk=job_id, epoch=job.epoch, status=Job.Status.RUNNING, expires_at__lt=Now())
        same.update(**owners.counted(by_itself=by_itself))


def _give_up(job_id: int) -> None:
    left = Q(expires_at__isnull=True) | Q(expires_at__lt=Now())
    hopeless = Q(attempts__gte=owners.MAX_ATTEMPTS) | Q(losses__gte=owners.MAX_LOSSES)
    lost = Job.objects.filter(left, hopeless, pk=job_id, status__in=_UNFINISHED)
    reason = say("job.worker_lost", "The worker was lost again and again at the same place.")
    with transaction.atomic():
        lost.filter(result__isnull=True).update(result={"reason": reason} | beside(reason))
        if lost.update(status=Job.Status.FAILED, finished_at=Now(), expires_at=None):
            _use_what_came_in(Job.objects.get(pk=job_id))


def _use_what_came_in(job: Job) -> None:
    """Asks for vectors of the items that a job has stored, or to use vectors that it took in, finished or not."""
    if job.cursor.get("created") or job.cursor.get("accepted"):
        request_work(project_id=job.project_id, topic=Topic.REPRESENT)


def own_job(claim: JobClaim) -> Job:
    """Returns the job, locked until the end of the transaction; raises StaleEpoch when somebody else took it over."""
    job = _own(claim).select_for_update().first()
    if job is None:
        raise StaleEpoch(f"job {claim.job_id} was taken over")
    return job


def _own(claim: JobClaim) -> QuerySet[Job]:
    return Job.objects.filter(pk=claim.job_id, epoch=claim.epoch, status=Job.Status.RUNNING)


def keep_lease(claim: JobClaim, **changes: Any) -> None:
    """Stores progress and lengthens the lease; raises StaleEpoch when the job was taken over."""
    if not _own(claim).update(expires_at=Now() + timedelta(seconds=LEASE_SECONDS), **changes):
        raise StaleEpoch(f"job {claim.job_id} was taken over")


def finish_job(claim: JobClaim, *, status: Job.Status, **changes: Any) -> None:
    """Closes the job; raises StaleEpoch when it was taken over."""
    with transaction.atomic():
        if not _own(claim).update(status=status, finished_at=Now(), expires_at=None, **changes):
            raise StaleEpoch(f"job {claim.job_id} was taken over")
        _use_what_came_in(Job.objects.get(pk=claim.job_id))


def work_on(job_id: int, operation: Callable[[JobClaim], None]) -> bool:
    """Claims the job and does it; returns whether it was this call that did.

    A reason that no retry would cure fails the job. Any other exception frees it for the next try and is raised again.
    """
    epoch = claim_job(job_id)
    if epoch is None:
        return False
    claim = JobClaim(job_id, epoch)
    try:
        with kept_alive(_own(claim), seconds=LEASE_SECONDS, name=f"job {job_id}"):
            operation(claim)
    except StaleEpoch:
        logger.warning("late result of job %s dropped", job_id)
        return False
    except JobFailed as error:
        _fail(claim, error.reason, error.row)
    except DomainError as error:
        _fail(claim, error.message, None)
    except Exception as error:
        _count(claim, error)
        raise
    return True


def _count(claim: JobClaim, error: Exception) -> None:
    """Frees the job for the next try; while an outage lasts nobody can be told, and the next owner counts it."""
    is_outage = owners.is_outage(error)
    why = reportable(f"{type(error).__name__}: {str(error)[:500]}")
    reason = say("job.unforeseen", "An error that nobody foresaw: {why}", why=why)
    if is_outage:
        connection.close()  # the next statement gets another one
    with suppress(OperationalError, InterfaceError):
        Job.objects.filter(pk=claim.job_id, epoch=claim.epoch).update(
            **owners.counted(by_itself=not is_outage), result={"reason": reason} | beside(reason)
        )


def _fail(claim: JobClaim, reason: str, row: int | None) -> None:
    """Closes the job with the reason, next to the counts of what was done until then."""
    job = Job.objects.get(pk=claim.job_id)
    counts = {name: count for name, count in job.cursor.items() if name != "record"}
    changes: dict[str, Any] = {"result": counts | {"reason": reason} | beside(reason)}
    if row is not None:
        error = {"row": row, "field": "", "message": reason} | beside(reason)
        changes |= {"errors": [*job.errors, error][:100], "n_errors": F("n_errors") + 1}
    finish_job(claim, status=Job.Status.FAILED, **changes)


def stuck_jobs() -> list[int]:
    """Returns the ids of unfinished jobs that nobody is working on, oldest first."""
    free = Q(expires_at__isnull=True) | Q(expires_at__lt=Now())
    return list(Job.objects.filter(free, status__in=_UNFINISHED).order_by("id").values_list("id", flat=True)[:1000])


def collect_files() -> int:
    """Deletes the files of jobs that ended a week ago, and files that no job knows; returns how many.

    Twice or in parallel is harmless: a file that is gone already counts as deleted.
    """
    before = timezone.now() - KEPT
    n_deleted = 0
    for job in Job.objects.filter(finished_at__lt=before).exclude(path=""):
        default_storage.delete(job.path)
        Job.objects.filter(pk=job.pk).update(path="")
        n_deleted += 1
    for folder in FOLDERS:
        n_deleted += sum(map(_collect_orphan, _listed(folder)))
    return n_deleted


def _listed(folder: str) -> list[str]:
    try:
        return [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]]
    except FileNotFoundError:
        return []


def _collect_orphan(path: str) -> bool:
    try:
        if default_storage.get_modified_time(path) > timezone.now() - KEPT or Job.objects.filter(path=path).exists():
            return False
        default_storage.delete(path)
    except FileNotFoundError:
        return False
    return True

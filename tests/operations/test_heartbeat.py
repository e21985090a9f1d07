"""A lease is short and lengthened while its owner lives: a dead one is soon missed, a slow one is left in peace."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now

from annotation.models import Job
from annotation.operations import heartbeat
from annotation.operations.transfer import claim_job, jobs, start_import, stuck_jobs
from annotation.operations.transfer.jobs import JobClaim, work_on
from tests.factories import make_project
from tests.stack import eventually

pytestmark = pytest.mark.django_db(transaction=True)
SWEEP_SECONDS = 5


@pytest.fixture
def job(settings, tmp_path) -> Job:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }
    project = make_project()
    return start_import(project=project, user=project.created_by, upload=SimpleUploadedFile("any.csv", b"text\na\n"))


def expiry(job: Job):
    return Job.objects.values_list("expires_at", flat=True).get(pk=job.pk)


def test_a_dead_owner_is_missed_within_half_a_minute(job: Job) -> None:
    claim_job(job.pk)
    left = Job.objects.annotate(now=Now()).get(pk=job.pk)
    assert (left.expires_at - left.now).total_seconds() + SWEEP_SECONDS <= 30


def test_nobody_takes_over_from_an_owner_who_needs_longer_than_its_lease(job: Job, monkeypatch) -> None:
    monkeypatch.setattr(jobs, "LEASE_SECONDS", 3)
    claims: list[int | None] = []

    def slow(_claim: JobClaim) -> None:
        """Goes on until the lease that it began with is over, so it has been lengthened three times."""
        known = expiry(job)
        still_kept = Job.objects.annotate(now=Now()).filter(pk=job.pk, now__gt=known, expires_at__gt=Now())
        assert eventually(still_kept.exists)
        claims.append(claim_job(job.pk))
        assert stuck_jobs() == []

    assert work_on(job.pk, slow)
    assert claims == [None]
    assert Job.objects.get(pk=job.pk).epoch == 1


def test_a_beat_does_nothing_for_an_owner_who_was_passed_over(job: Job) -> None:
    claim_job(job.pk)
    Job.objects.filter(pk=job.pk).update(expires_at=None)
    assert claim_job(job.pk) == 2
    theirs = expiry(job)
    heartbeat._beat_once(Job.objects.filter(pk=job.pk, epoch=1), 600)
    assert expiry(job) == theirs

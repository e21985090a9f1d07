"""Work that is due, who is doing it, and what was done: outbox, lanes, jobs, keys, audit."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from annotation.models.projects import Project


class Topic(models.TextChoices):
    REPRESENT = "represent", "turn items into vectors"
    LEARN = "learn", "train a model"
    SCORE = "score", "choose what to ask next"
    QUALITY = "quality", "infer truth, agreement and flags"


class WorkRequest(models.Model):
    """A row of the outbox: written with the change that asks for the work, deleted with the work's result."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+", db_index=False)
    topic = models.CharField(max_length=20, choices=Topic.choices)
    annotation = models.ForeignKey(
        "Annotation",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["project", "topic", "annotation"], name="work_waiting")]

    def __str__(self) -> str:
        return f"{self.topic} for {self.project_id}"


class WorkLane(models.Model):
    """One at a time per project and topic. The epoch rises with each claim; a stale owner's epoch is refused."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(max_length=20, choices=Topic.choices)
    epoch = models.BigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True, blank=True)
    owner = models.CharField(max_length=50, blank=True, db_default="", help_text="Who claimed it last.")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Failures of the work in a row.")
    losses = models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Tries in a row that outages ended.")
    not_before = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "topic"], name="lane_once")]

    def __str__(self) -> str:
        return f"{self.topic} lane of {self.project_id}"


class Job(models.Model):
    """A file in or out that a worker does in batches, with progress; taken over when its owner dies."""

    class Kind(models.TextChoices):
        IMPORT = "import"
        EXPORT = "export"
        VECTORS = "vectors"

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True, blank=True)
    n_errors = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list, help_text="The first hundred: [{row, field, message}]")
    params = models.JSONField(default=dict)
    cursor = models.JSONField(default=dict, help_text="Where to go on.")
    path = models.CharField(max_length=300, blank=True)
    result = models.JSONField(null=True, blank=True)
    epoch = models.BigIntegerField(default=0)
    owner = models.CharField(max_length=50, blank=True, db_default="", help_text="Who claimed it last.")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Failures in a row at the same place.")
    losses = models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Tries in a row that outages ended.")
    expires_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    request_id = models.CharField(
        max_length=64, blank=True, db_default="", help_text="Of the request that asked for it."
    )
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["queued", "running"], finished_at__isnull=True)
                | Q(status__in=["done", "failed"], finished_at__isnull=False),
                name="job_state_is_whole",
            )
        ]
        indexes = [
            models.Index(fields=["project", "-id"], name="job_newest"),
            models.Index(fields=["expires_at"], condition=Q(status__in=["queued", "running"]), name="job_unfinished"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class IdempotencyKey(models.Model):
    """The stored answer to a creating request; the same key with another body is refused. Kept for 24 hours."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return self.key


class AuditEvent(models.Model):
    """Who did what to whom. Rows are only ever added."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, blank=True, related_name="audit_events")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    verb = models.CharField(max_length=50)
    target = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True, db_default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["project", "-id"], name="audit_newest")]

    def __str__(self) -> str:
        return f"{self.verb} {self.target}"


class Heartbeat(models.Model):
    """The last canary task that a worker finished; health is what was done, not what is running."""

    name = models.CharField(max_length=100, primary_key=True)
    beat_at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name


class MetricSeries(models.Model):
    """How often and how long something took, added up over all processes: a histogram that only grows."""

    name = models.CharField(max_length=50)
    labels = models.CharField(max_length=300)
    values = ArrayField(models.FloatField(), help_text="Counts by upper bound, then the sum of seconds.")

    class Meta:
        verbose_name_plural = "metric series"
        constraints = [models.UniqueConstraint(fields=["name", "labels"], name="metric_series_once")]

    def __str__(self) -> str:
        return f"{self.name}{{{self.labels}}}"

"""Who is asked what (assignments), and what they answered (annotations with all their revisions)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotation.models.items import Item, Stream
from annotation.models.projects import Project


class Assignment(models.Model):
    """A lease: this annotator has this item until `expires_at`. Transitions are enforced by a trigger."""

    class Status(models.TextChoices):
        OPEN = "open"
        ANSWERED = "answered"
        SKIPPED = "skipped"
        EXPIRED = "expired"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="assignments", db_index=False)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="assignments", db_index=False)
    annotator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments", db_index=False
    )
    stream = models.CharField(max_length=10, choices=Stream.choices)
    reason = models.JSONField(default=dict)
    probability = models.FloatField(help_text="Chance that the stream drew this item at that moment.")
    model_version = models.PositiveIntegerField(null=True, blank=True)
    suggestion = models.JSONField(
        null=True, blank=True, help_text="What the person was shown before she answered, and under which schema."
    )
    holds_slot = models.BooleanField(default=True, help_text="Gold checks use none.")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    skip_reason = models.CharField(max_length=500, blank=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "annotator"], name="assignment_once_a_person"),
            models.CheckConstraint(condition=Q(probability__gt=0, probability__lte=1), name="assignment_probability"),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True)
                | Q(status__in=["answered", "skipped", "expired"], closed_at__isnull=False),
                name="assignment_state_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["annotator", "project", "created_at"], condition=Q(status="open"), name="lease_mine"),
            models.Index(fields=["expires_at"], condition=Q(status="open"), name="lease_expiry"),
            models.Index(fields=["project", "expires_at"], condition=Q(status="open"), name="lease_of_project"),
            models.Index(fields=["project"], condition=Q(status="skipped"), name="lease_skipped"),
            models.Index(
                fields=["project", "-id"],
                condition=Q(status="answered", suggestion__isnull=False),
                name="lease_with_suggestion",
            ),
        ]

    def __str__(self) -> str:
        return f"assignment {self.pk}"


class Annotation(models.Model):
    """The newest revision of one person's answer to one item. Its id stays over revisions."""

    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="annotation")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="annotations", db_index=False)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="annotations", db_index=False)
    annotator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="annotations", db_index=False
    )
    revision = models.PositiveIntegerField(default=1)
    value = models.JSONField()
    seconds = models.FloatField(null=True, blank=True, help_text="Time that the person took, as the client measured.")
    schema_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "annotator"], name="annotation_once_a_person"),
            models.CheckConstraint(condition=Q(seconds__isnull=True) | Q(seconds__gte=0), name="annotation_seconds"),
        ]
        indexes = [
            models.Index(fields=["project", "annotator", "updated_at"], name="annotation_history"),
            models.Index(fields=["project", "created_at"], name="annotation_pace"),
        ]

    def __str__(self) -> str:
        return f"annotation {self.pk}"


class AnnotationRevision(models.Model):
    """One answer as it was given. Rows are only ever added; a trigger refuses anything else."""

    annotation = models.ForeignKey(Annotation, on_delete=models.CASCADE, related_name="revisions", db_index=False)
    revision = models.PositiveIntegerField()
    value = models.JSONField()
    seconds = models.FloatField(null=True, blank=True)
    schema_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["annotation", "revision"], name="revision_once")]

    def __str__(self) -> str:
        return f"annotation {self.annotation_id} revision {self.revision}"

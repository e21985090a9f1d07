"""Letting people in by a link."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from annotation.models.projects import Project, Role


class Invitation(models.Model):
    """A link that gives whoever opens it a role, until a time, for so many people. Only its SHA-256 is kept."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=20, choices=Role.choices)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    most_uses = models.PositiveSmallIntegerField(default=1)
    n_uses = models.PositiveSmallIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(n_uses__lte=F("most_uses")), name="invitation_uses"),
            models.CheckConstraint(
                condition=Q(role__in=["annotator", "reviewer", "manager"]), name="invitation_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk} to {self.project_id}"

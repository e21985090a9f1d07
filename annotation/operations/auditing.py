"""Who did what: one row for each change, in the transaction of the change."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User

from annotation import tracing
from annotation.models import AuditEvent, Project


def audit(
    *, project: Project | None, actor: User | None, verb: str, target: str = "", detail: Mapping[str, Any] | None = None
) -> None:
    AuditEvent.objects.create(
        project=project, actor=actor, verb=verb, target=target[:200], detail=dict(detail or {}),
        request_id=tracing.request_id(),
    )  # fmt: skip

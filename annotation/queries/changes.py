"""Who changed a project last, and who paused it."""

from typing import Any

from annotation.models import AuditEvent, Project, Role

VERBS = ("project.changed", "classes.merged")


def last_change(project: Project) -> tuple[str, str]:
    """Returns who changed the project last and when (ISO 8601), as far as the audit trail knows; else empty texts."""
    events = AuditEvent.objects.filter(project=project, verb__in=VERBS).select_related("actor")
    event = events.order_by("-pk").first()
    if event is None or event.actor is None:
        return "", ""
    return event.actor.get_username(), event.created_at.isoformat().replace("+00:00", "Z")


def pause_of(project: Project) -> dict[str, Any] | None:
    """Returns {"since", "by"} of a paused project as far as the audit trail knows, None of one that goes on.

    Annotators are not told by whom.
    """
    if not project.paused:
        return None
    events = AuditEvent.objects.filter(project=project, verb="project.changed", detail__changes__settings__paused=True)
    event = events.select_related("actor").order_by("-pk").first()
    actor = event.actor if event and project.role != Role.ANNOTATOR else None
    return {"since": event.created_at if event else None, "by": actor.get_username() if actor else None}

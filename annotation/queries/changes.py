"""Who changed a project last."""

from annotation.models import AuditEvent, Project

VERBS = ("project.changed", "classes.merged")


def last_change(project: Project) -> tuple[str, str]:
    """Returns who changed the project last and when (ISO 8601), as far as the audit trail knows; else empty texts."""
    events = AuditEvent.objects.filter(project=project, verb__in=VERBS).select_related("actor")
    event = events.order_by("-pk").first()
    if event is None or event.actor is None:
        return "", ""
    return event.actor.get_username(), event.created_at.isoformat().replace("+00:00", "Z")

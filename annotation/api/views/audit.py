"""Who did what."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import access
from annotation.api import answers, paging
from annotation.api.views.base import View, documented, person
from annotation.models import AuditEvent


class ProjectAudit(View):
    @documented(responses=answers.AuditEvents)
    def get(self, request: Request, project_id: str) -> Response:
        """What was done in the project, the newest first. Filters: verb, actor."""
        project = access.project_for(person(request), project_id, needs="see_audit")
        return Response(_page(request, AuditEvent.objects.filter(project=project)))


class Audit(View):
    @documented(responses=answers.AuditEvents)
    def get(self, request: Request) -> Response:
        """What was done anywhere, log-ins and tokens included, for administrators. Filters: verb, actor."""
        access.require_administrator(person(request))
        return Response(_page(request, AuditEvent.objects.all()))


def _page(request: Request, events: QuerySet[AuditEvent]) -> dict[str, Any]:
    wanted = paging.allowed_filters(request, "verb", "actor")
    if "verb" in wanted:
        events = events.filter(verb=wanted["verb"])
    if "actor" in wanted:
        events = events.filter(actor__username=wanted["actor"])
    return paging.by_id(request, events.select_related("actor"), _event, newest_first=True)


def _event(row: AuditEvent) -> dict[str, Any]:
    return {
        "id": row.pk,
        "created_at": row.created_at,
        "project": row.project_id,
        "actor": row.actor and row.actor.get_username(),
        "verb": row.verb,
        "target": row.target,
        "detail": row.detail,
        "request_id": row.request_id,
    }

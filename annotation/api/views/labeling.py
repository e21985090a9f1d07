"""Asking for work and answering: the path that annotators feel."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import access
from annotation.api import answers, conditional, paging, serializers, shapes
from annotation.api.idempotency import creates
from annotation.api.views.base import View, checked, documented, person
from annotation.errors import BadRequest
from annotation.operations import labeling
from annotation.operations.training import feedback_on
from annotation.queries import labeling as queries
from annotation.queries.progress import roughly_left


class Assignments(View):
    @documented(request=serializers.Ask, responses=serializers.Assignments)
    @creates
    def post(self, request: Request, project_id: str) -> Response:
        """Up to `count` items to answer, those that one holds already first."""
        project = access.project_for(person(request), project_id, needs="label")
        count = checked(serializers.Ask, request)["count"]
        return Response(shapes.assigned(labeling.assign_next_item(project=project, user=person(request), count=count)))


class AnnotationOf(View):
    versioned = ("PUT",)

    @documented(responses=serializers.Annotation, parameters=[conditional.ETAG])
    def get(self, request: Request, assignment_id: str) -> Response:
        """One's answer to one's assignment, as it was given last."""
        assignment = access.assignment_for(person(request), assignment_id)
        annotation = queries.answer_to(assignment)
        tag = conditional.annotation_tag(annotation, assignment.project)
        return conditional.tagged(shapes.annotation(annotation), tag=tag)

    @conditional.documents()
    @documented(
        request=serializers.Answer,
        responses={200: serializers.Annotation, 201: serializers.Annotation} | conditional.refusals(),
    )
    def put(self, request: Request, assignment_id: str) -> Response:
        """The answer to one's assignment. The same value again changes nothing; another one is a new revision.

        In a newcomer's training `feedback` tells whether it was right. With If-Match it revises only what one has read.
        """
        assignment = access.assignment_for(person(request), assignment_id)
        check = conditional.annotation_if_match(request, assignment.project)
        given = checked(serializers.Answer, request)
        stored = labeling.submit_annotation(
            assignment=assignment,
            value=given["value"],
            seconds=given.get("seconds"),
            schema_version=given.get("schema_version"),
            check=check,
        )
        told = feedback_on(assignment=assignment, value=stored.annotation.value)
        answer = shapes.annotation(stored.annotation) | shapes.feedback(told)
        answer |= self._next(assignment.project, request, given.get("next"))
        tag = conditional.annotation_tag(stored.annotation, assignment.project)
        return conditional.tagged(answer, tag=tag, status=201 if stored.is_new else 200)

    def _next(self, project: Any, request: Request, count: int | None) -> dict[str, Any]:
        if count is None:
            return {}
        return shapes.assigned(labeling.assign_next_item(project=project, user=person(request), count=count))


class Skip(View):
    @documented(request=serializers.SkipReason, responses=answers.Skipped)
    def post(self, request: Request, assignment_id: str) -> Response:
        """Gives the item back; it does not return to this person."""
        assignment = access.assignment_for(person(request), assignment_id)
        labeling.skip_item(assignment=assignment, reason=checked(serializers.SkipReason, request)["reason"])
        return Response({"id": assignment.pk, "status": "skipped"})


class MyAnnotations(View):
    @documented(responses=serializers.OwnAnnotations)
    def get(self, request: Request, project_id: str) -> Response:
        """One's own answers, the last changed first, how many were given today (UTC), and about how much is left."""
        project = access.project_for(person(request), project_id, needs="label")
        paging.allowed_filters(request)
        limit, after = paging.limit_of(request, 20), paging.cursor_of(request, str, int)
        rows = queries.history(project_id=project.pk, user_id=person(request).pk)
        if after:
            rows = queries.before(rows, _time(after[0]), after[1])
        page = paging.page(
            request,
            queries.in_todays_classes(project, rows[: limit + 1]),
            limit,
            shapes.answered,
            lambda row: [row.updated_at.isoformat(), row.pk],
        )
        midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
        today = queries.answered_since(project_id=project.pk, user_id=person(request).pk, since=midnight)
        return Response(page | {"today": today, "project": roughly_left(project)})


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise BadRequest("This cursor is not one of ours.", fields={"cursor": "invalid"})
    return found

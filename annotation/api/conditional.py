"""Edits of what one has seen: strong ETags, If-Match, 412 and 428 (RFC 9110, 13.1.1; RFC 6585, 3).

Whoever sends `If-Match` edits only what she has read: the operation compares under the lock of its write, so that of
two managers who saved at once one wins and the other is told. Which edits need it: docs/decisions/0016.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api import serializers, shapes
from annotation.errors import BadRequest, Outdated
from annotation.models import Annotation, Project
from annotation.queries.changes import last_change

HEADER = "If-Match"


class Unconditional(APIException):
    status_code = 428
    default_detail = "Send If-Match with the ETag of what you have read, or * to do it in any case."


def tagged(shown: Mapping[str, Any], *, tag: str | None = None, status: int = 200) -> Response:
    """Returns the response with its tag, the project's unless another is given."""
    return Response(shown, status=status, headers={"ETag": tag or _tag_of(shown)})


def project_if_match(request: Request, role: str, *, needed: bool = False) -> Callable[[Project], None] | None:
    """Returns what the operation asks about the project that it has locked: raises Outdated when the caller, of that
    role, has seen another one. None when she does not say what she has seen; where that is `needed`, Unconditional."""
    tags = _tags(request, needed=needed)

    def check(locked: Project) -> None:
        locked.role = role
        if not _holds(tags, current := _tag_of(shapes.project(locked))):
            who, when = last_change(locked)
            raise Outdated(
                f"{who or 'Somebody'} changed this project after you read it; nothing was changed now.",
                current=current,
                fields={"changed_by": who, "changed_at": when},
            )

    return check if tags else None


def annotation_if_match(request: Request, project: Project) -> Callable[[Annotation | None], None] | None:
    """Returns what the operation asks about one's own annotation, locked, or None where there is none yet."""
    tags = _tags(request)

    def check(locked: Annotation | None) -> None:
        if locked is None:
            raise Outdated("You have not answered this yet, so there is no answer to change.", current="")
        if not _holds(tags, current := annotation_tag(locked, project)):
            raise Outdated(
                f"Your answer was changed elsewhere: it is revision {locked.revision} by now.", current=current
            )

    return check if tags else None


def annotation_tag(row: Annotation, project: Project) -> str:
    """Returns the tag of an annotation: its revision, and that of the classes in whose names it is shown."""
    return f'"{row.pk}.{row.revision}.{project.schema_version}"'


def documents(*, needed: bool = False) -> Callable[[Any], Any]:
    """Tells the schema what an edit that evaluates If-Match takes, and answers beside its own."""
    what = "The ETag of what was read; nothing is changed unless it is current."
    header = OpenApiParameter(HEADER, str, OpenApiParameter.HEADER, required=needed, description=what)
    return extend_schema(parameters=[header, ETAG])


def refusals(*, needed: bool = False) -> dict[int, OpenApiResponse]:
    """Returns the answers of such an edit that the schema tells of."""
    stale = OpenApiResponse(serializers.Refusal, "What was read is not current; ETag and `fields` say what is.")
    missing = OpenApiResponse(serializers.Refusal, "If-Match is missing.")
    return {412: stale} | ({428: missing} if needed else {})


def _tags(request: Request, *, needed: bool = False) -> list[str]:
    """Returns the tags of If-Match, `*` among them; none when it is not sent. Raises BadRequest for no tags."""
    header = request.headers.get(HEADER)
    if header is None:
        if needed:
            raise Unconditional
        return []
    if not (tags := parse_etags(header)):
        raise BadRequest("If-Match must be an ETag, several, or *.", fields={HEADER: "no tag"})
    return tags


def _holds(tags: list[str], current: str) -> bool:
    """Weak tags never hold: they do not promise that it is the same."""
    return tags == ["*"] or current in tags


def _tag_of(shown: Mapping[str, Any]) -> str:
    """Returns the strong tag of what is shown: whatever changes in it, by whomever, changes the tag."""
    return f'"{hashlib.blake2b(JSONRenderer().render(shown), digest_size=16).hexdigest()}"'


ETAG = OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200, 201], description="For If-Match.")

"""What a person has in hand, and what she did."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from annotation.errors import NotFound
from annotation.models import Annotation, Assignment, Project
from annotation.models.learning import SERVED
from annotation.rows import every

# The part of a reason that holds what the project's own model would answer, where it says so.
SUGGESTED = "suggested"
# What was suggested with a lease, unless classes were renamed, merged or taken away since: it could not be submitted.
STILL_SUGGESTED = """
    CASE WHEN (lease.suggestion->>'schema_version')::int >= coalesce((
             SELECT (class_history->-1->>'version')::int FROM annotation_project WHERE id = %(project)s), 0)
         THEN lease.suggestion - 'schema_version' END"""
# The part of a gold check's reason that names the stream it is shown as.
LOOKS_LIKE = "looks_like"
# One row at least: whether the person is paused, what there is to choose from, then what she holds. Each of the looks
# is ordered as the index that holds just these rows: with EXISTS, a plan made while the statistics are older than an
# import reads a whole table for a row that is not there.
OPEN_LEASES = """
    SELECT paused.stands,
           (SELECT true FROM annotation_item WHERE project_id = %(project)s AND is_gold
            ORDER BY shuffle_key LIMIT 1) IS TRUE,
           (SELECT true FROM annotation_item WHERE project_id = %(project)s AND drawn_at IS NOT NULL AND open_slots > 0
            ORDER BY drawn_at LIMIT 1) IS TRUE,
           (SELECT true FROM annotation_secondopinion WHERE project_id = %(project)s
            ORDER BY gain DESC LIMIT 1) IS TRUE,
           (SELECT true FROM annotation_queueentry WHERE project_id = %(project)s AND generation = {served}
            ORDER BY rank LIMIT 1) IS TRUE,
           held.*
    FROM (SELECT EXISTS (
            SELECT 1 FROM annotation_review
            WHERE project_id = %(project)s AND about_id = %(user)s AND decision = 'pause' AND undone_at IS NULL)
        ) paused(stands)
    LEFT JOIN LATERAL (
    SELECT lease.id, item.id, item.external_id, item.data, item.metadata, lease.expires_at, lease.stream,
           lease.probability, lease.model_version, lease.reason, {suggestion}
    FROM annotation_assignment lease JOIN annotation_item item ON item.id = lease.item_id
    WHERE lease.project_id = %(project)s AND lease.annotator_id = %(user)s AND lease.status = 'open'
      AND lease.expires_at > now()
    ORDER BY lease.created_at, lease.id LIMIT %(limit)s) held ON true
""".replace("{suggestion}", STILL_SUGGESTED).replace("{served}", SERVED)


@dataclass(frozen=True)
class Lease:
    """An open assignment with what its annotator needs to answer it."""

    id: int
    item_id: int
    external_id: str | None
    data: dict[str, Any]
    metadata: dict[str, Any]
    expires_at: datetime
    stream: str
    probability: float
    model_version: int | None
    reason: dict[str, Any]
    suggestion: dict[str, Any] | None


@dataclass(frozen=True)
class Sources:
    """Where a project's next question may come from: places that hold nothing are not asked."""

    gold: bool
    started: bool
    second_opinions: bool
    queue: bool


@dataclass(frozen=True)
class InHand:
    """A person's open leases, the oldest first, and where others may come from."""

    leases: list[Lease]
    sources: Sources


def in_hand(*, project_id: int, user_id: int, limit: int) -> InHand | None:
    """Returns what the person has in hand; None for somebody who is paused."""
    rows = every(OPEN_LEASES, {"project": project_id, "user": user_id, "limit": limit})
    if rows[0][0]:
        return None
    return InHand([lease_of(row[5:]) for row in rows if row[5] is not None], Sources(*rows[0][1:5]))


def lease_of(row: Sequence[Any]) -> Lease:
    """Returns a lease from its columns in the order of the fields; JSON comes as text from a plain cursor."""
    lease, item, external_id, data, metadata, expires_at, stream, probability, model_version, reason, shown = row
    data, metadata, reason, shown = (_loaded(part) for part in (data, metadata, reason, shown))
    return Lease(
        lease, item, external_id, data, metadata, expires_at, stream, probability, model_version, reason or {}, shown
    )


def _loaded(part: Any) -> Any:
    return json.loads(part) if isinstance(part, str) else part


def history(*, project_id: int, user_id: int) -> QuerySet[Annotation]:
    """Returns the person's own annotations with their items, the last changed first."""
    return (
        Annotation.objects.filter(project_id=project_id, annotator_id=user_id)
        .select_related("item")
        .order_by("-updated_at", "-id")
    )


def in_todays_classes(project: Project, rows: QuerySet[Annotation]) -> list[Annotation]:
    """Returns the annotations with values in the names of today; those whose class is gone keep what was said."""
    found = list(rows)
    for row in found:
        row.value = project.today(row.value, row.schema_version) or row.value
    return found


def answer_to(assignment: Assignment) -> Annotation:
    """Returns what was answered to the assignment, in the names of today; raises NotFound before that."""
    found = in_todays_classes(assignment.project, Annotation.objects.filter(assignment=assignment))
    if not found:
        raise NotFound("This is not answered yet.")
    return found[0]


def before(rows: QuerySet[Annotation], updated_at: datetime, key: int) -> QuerySet[Annotation]:
    """Returns the rows of a history that come after this one."""
    return rows.filter(Q(updated_at__lt=updated_at) | Q(updated_at=updated_at, pk__lt=key))


def answered_since(*, project_id: int, user_id: int, since: datetime) -> int:
    return Annotation.objects.filter(project_id=project_id, annotator_id=user_id, created_at__gte=since).count()

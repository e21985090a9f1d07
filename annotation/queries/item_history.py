"""Everything that happened to one item, for one page."""

import json
from typing import Any

from annotation.models import Item, Prediction, QueueEntry
from annotation.queries.review import item_page
from annotation.rows import every

LEASES = """
    SELECT lease.id, person.username, lease.stream, lease.reason::text, lease.probability, lease.model_version,
           lease.status, lease.skip_reason, lease.created_at, lease.closed_at, lease.expires_at
    FROM annotation_assignment lease JOIN auth_user person ON person.id = lease.annotator_id
    WHERE lease.item_id = %s ORDER BY lease.id LIMIT 200
"""
REVISIONS = """
    SELECT one.id, person.username, said.revision, said.value::text, said.seconds, said.schema_version, said.created_at
    FROM annotation_annotation one
    JOIN annotation_annotationrevision said ON said.annotation_id = one.id
    JOIN auth_user person ON person.id = one.annotator_id
    WHERE one.item_id = %s ORDER BY said.created_at, said.id LIMIT 500
"""


def item_history(item: Item, *, blind: bool) -> dict[str, Any]:
    """Returns the item's page with its leases, every revision of every answer, predictions and place in the queue."""
    waits = QueueEntry.objects.served().filter(item=item).first()
    said = Prediction.objects.filter(item=item).order_by("-created_at")[:20]
    return {
        **item_page(item, blind=blind),
        "created_at": item.created_at,
        "drawn_at": item.drawn_at,
        "draw_probability": item.draw_probability,
        "draw_reason": item.draw_reason,
        "queue": waits and {"rank": waits.rank, "score": waits.score, "reason": waits.reason},
        "leases": [_lease(row, blind) for row in every(LEASES, [item.pk])],
        "revisions": [_revision(row, blind) for row in every(REVISIONS, [item.pk])],
        "predictions": [
            {
                "model": one.model_name,
                "value": one.value,
                "probabilities": one.probabilities,
                "created_at": one.created_at,
            }
            for one in said
        ],
    }


def _lease(row: tuple[Any, ...], blind: bool) -> dict[str, Any]:
    key, username, stream, reason, probability, version, status, skipped, created_at, closed_at, expires_at = row
    return {
        "id": key,
        "annotator": None if blind else username,
        "stream": stream,
        "reason": json.loads(reason),
        "probability": probability,
        "model_version": version,
        "status": status,
        "skip_reason": skipped,
        "created_at": created_at,
        "closed_at": closed_at,
        "expires_at": expires_at,
    }


def _revision(row: tuple[Any, ...], blind: bool) -> dict[str, Any]:
    key, username, revision, value, seconds, schema_version, created_at = row
    return {
        "annotation": key,
        "annotator": None if blind else username,
        "revision": revision,
        "value": json.loads(value),
        "seconds": seconds,
        "schema_version": schema_version,
        "created_at": created_at,
    }

"""What a person has in hand, and what she did."""

import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from annotation.models import Annotation, Assignment, Item

_COUNT_SHARE = 50  # a count is kept for fifty times as long as it took, and at least a second
_counts: dict[int, tuple[float, int]] = {}
_counts_lock = threading.Lock()


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


def open_leases(*, project_id: int, user_id: int, limit: int) -> list[Lease]:
    """Returns the person's open leases, the oldest first."""
    rows = (
        Assignment.objects.filter(
            project_id=project_id, annotator_id=user_id, status=Assignment.Status.OPEN, expires_at__gt=Now()
        )
        .order_by("created_at", "id")
        .select_related("item")[:limit]
    )
    return [
        Lease(
            id=row.pk,
            item_id=row.item_id,
            external_id=row.item.external_id,
            data=row.item.data,
            metadata=row.item.metadata,
            expires_at=row.expires_at,
            stream=row.stream,
            probability=row.probability,
            model_version=row.model_version,
            reason=row.reason,
        )
        for row in rows
    ]


def fresh_items(project_id: int) -> int:
    """Returns how many items nobody was asked about, right to the second for pools that are quick to count."""
    now = time.monotonic()
    with _counts_lock:
        until, count = _counts.get(project_id, (0.0, 0))
    if now < until:
        return count
    count = Item.objects.filter(project_id=project_id, drawn_at__isnull=True, open_slots__gt=0).count()
    took = time.monotonic() - now
    with _counts_lock:
        _counts[project_id] = (now + max(1.0, _COUNT_SHARE * took), count)
    return count


def history(*, project_id: int, user_id: int) -> QuerySet[Annotation]:
    """Returns the person's own annotations with their items, the last changed first."""
    return (
        Annotation.objects.filter(project_id=project_id, annotator_id=user_id)
        .select_related("item")
        .order_by("-updated_at", "-id")
    )


def before(rows: QuerySet[Annotation], updated_at: datetime, key: int) -> QuerySet[Annotation]:
    """Returns the rows of a history that come after this one."""
    return rows.filter(Q(updated_at__lt=updated_at) | Q(updated_at=updated_at, pk__lt=key))


def answered_since(*, project_id: int, user_id: int, since: datetime) -> int:
    return Annotation.objects.filter(project_id=project_id, annotator_id=user_id, created_at__gte=since).count()

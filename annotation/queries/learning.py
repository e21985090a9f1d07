"""How fresh and how good the model is, and what is asked next."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from annotation.errors import BadRequest
from annotation.kinds import Learner
from annotation.models import Project
from annotation.models.items import SHOWN_TEXT
from annotation.models.learning import SERVED
from annotation.rows import every
from annotation.sentences import Sentence, say, spoken
from annotation.troubles import (
    why_not_the_classifier,
    why_nothing_is_learned,
    why_ranking_fails,
    why_training_fails,
)

MAX_PAGE = 500
MAX_KEY = 2**63 - 1
MAX_PLACE = 2**62

# One statement, so that annotations and the labels behind are of the same moment.
MODEL_STATUS = """
    SELECT version.number, version.trained_through, version.metrics, version.created_at,
           (SELECT coalesce(sum(n), 0)::bigint FROM annotation_tally
            WHERE project_id = project.id AND name = 'answers'),
           waiting.n, waiting.seconds, project.strategy,
           coalesce(lane.expires_at > now(), false), coalesce(lane.error, ''), coalesce(ranking.error, ''),
           pinned.number, pinned.trained_through, pinned.metrics->'performance', pinned.metrics->'agreement'
    FROM annotation_project project
    LEFT JOIN annotation_modelversion version ON version.id = project.live_model_id
    LEFT JOIN annotation_modelversion pinned ON pinned.id = project.pinned_model_id
    LEFT JOIN annotation_worklane lane ON lane.project_id = project.id AND lane.topic = 'learn'
    LEFT JOIN annotation_worklane ranking ON ranking.project_id = project.id AND ranking.topic = 'score'
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT annotation_id) AS n,
               coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS seconds
        FROM annotation_workrequest
        WHERE project_id = project.id AND topic = 'learn' AND annotation_id IS NOT NULL) waiting
    WHERE project.id = %s
"""
PUBLISHED = f"""
    SELECT entry.rank, item.id, item.external_id, left({SHOWN_TEXT}, 2000), entry.score,
           entry.reason - 'suggested', item.open_slots, entry.rank
    FROM annotation_queueentry entry JOIN annotation_item item ON item.id = entry.item_id
    WHERE entry.project_id = %(project)s AND entry.generation = {SERVED} AND entry.rank > %(after)s
      AND item.open_slots > 0
    ORDER BY entry.rank LIMIT %(limit)s
"""  # noqa: S608 - a constant
SHUFFLED = f"""
    SELECT shuffle_key, id, external_id, left({SHOWN_TEXT}, 2000), 0.0::float8, '{{"kind": "shuffle"}}'::jsonb,
           open_slots, %(before)s + row_number() OVER (ORDER BY shuffle_key)
    FROM annotation_item
    WHERE project_id = %(project)s AND drawn_at IS NULL AND open_slots > 0 AND shuffle_key > %(after)s
    ORDER BY shuffle_key LIMIT %(limit)s
"""  # noqa: S608 - a constant


def model_status(project: Project) -> dict[str, Any]:
    """Returns the body of `model/`; `labels_behind` counts annotations whose newest revision no model has looked at.

    Version and freshness are the newest training's, which go on while an earlier version is pinned; `serving` is the
    one that predicts and chooses.
    """
    with connection.cursor() as cursor:
        cursor.execute(MODEL_STATUS, [project.pk])
        row = cursor.fetchone()
    number, through, metrics, trained_at, annotations, behind, seconds, strategy, *rest = row
    running, error, unranked, *pinned = rest
    metrics = _loaded(metrics) or {}
    trouble = (
        why_training_fails(error)
        or why_ranking_fails(unranked)
        or why_nothing_is_learned(metrics.get("n_trained"))
        or why_not_the_classifier(metrics.get("classifier_refusal"))
    )
    return {
        "version": number,
        "version_because": (because := None if number else no_version_because(project)),
        "version_said": spoken(because),
        "trained_through": through or 0,
        "annotations": annotations,
        "labels_behind": behind,
        "seconds_behind": round(max(seconds, 0.0), 3),
        "strategy": strategy,
        "trained_at": trained_at,
        "training": {"running": running, "error": trouble, "said": spoken(trouble)},
        **(measured := _measured(metrics)),
        "serving": _serving(pinned, [number, through, measured["performance"], measured["agreement"]]),
    }


def _serving(pinned: Sequence[Any], newest: Sequence[Any]) -> dict[str, Any] | None:
    is_pinned = pinned[0] is not None
    number, through, performance, agreement = pinned if is_pinned else newest
    if number is None:
        return None
    return {
        "version": number,
        "trained_through": through,
        "pinned": is_pinned,
        "performance": _loaded(performance),
        "agreement": _loaded(agreement),
    }


def _measured(metrics: dict[str, Any]) -> dict[str, Any]:
    """What was measured on protected items, and beside it what the model believes of itself."""
    calibration = metrics.get("calibration")
    names = ("temperature", "error_before", "error")
    return {
        **{name: metrics.get(name) for name in ("performance", "agreement", "f1", "drift", "belief", "guard")},
        "calibration": calibration and {name: calibration[name] for name in names},
    }


def no_version_because(project: Project) -> Sentence:
    """Returns in a sentence why a project without a model has none."""
    if project.question.learner is Learner.NONE:
        english = "Querent has no model of its own for the kind {kind}; predictions may come from outside."
        return say("model.none_of_its_own", english, kind=project.kind)
    return say("model.none_yet", "There is no model yet: label a few items first.")


@dataclass(frozen=True)
class QueuePage:
    """Part of the queue: version 0 is the seeded shuffle. `next_cursor` is None at the end."""

    version: int
    published_at: datetime | None
    entries: list[dict[str, Any]]
    next_cursor: str | None


def published_queue(project: Project, *, cursor: str | None = None, limit: int = 50) -> QueuePage:
    """Returns what is asked next: the published places that are left, else the next items of the seeded shuffle.

    Texts are cut to their first 2,000 characters.
    Raises BadRequest for a cursor that this did not make and for a limit outside 1 to 500.
    """
    if not 1 <= limit <= MAX_PAGE:
        raise BadRequest(f"limit must be from 1 to {MAX_PAGE}.", fields={"limit": "out of range"})
    source, before, after = _parsed(cursor)
    version, published_at = Project.objects.values_list("queue_version", "queue_published_at").get(pk=project.pk)
    if source != "shuffle" and version:
        rows = every(PUBLISHED, {"project": project.pk, "after": after, "limit": limit})
        if rows or source == "queue":
            return _queue_page(version, published_at, rows, "queue", limit)
    rows = every(SHUFFLED, {"project": project.pk, "after": after, "before": before, "limit": limit})
    return _queue_page(version, published_at, rows, "shuffle", limit)


def _parsed(cursor: str | None) -> tuple[str, int, int]:
    """A cursor is "source-places before-last key"; the first page has none."""
    if cursor is None:
        return "", 0, -1
    source, *numbers = cursor.split("-")
    if source in ("queue", "shuffle") and len(numbers) == 2 and all(n.isascii() and n.isdigit() for n in numbers):
        before, after = (int(number[:20]) for number in numbers)
        if before <= MAX_PLACE and after <= MAX_KEY:
            return source, before, after
    raise BadRequest("This cursor is not one of ours.", fields={"cursor": "unknown"})


def _queue_page(
    version: int, published_at: datetime | None, rows: Sequence[tuple[Any, ...]], source: str, limit: int
) -> QueuePage:
    names = ("item", "external_id", "text", "score", "reason", "open_slots", "rank")
    entries = [dict(zip(names, row[1:], strict=True)) for row in rows]
    for entry in entries:
        entry["reason"] = _loaded(entry["reason"])
    following = f"{source}-{entries[-1]['rank']}-{rows[-1][0]}" if len(rows) == limit else None
    return QueuePage(version, published_at, entries, following)


def _loaded(value: Any) -> Any:
    """A jsonb column read by a plain cursor, which Django leaves as text."""
    return json.loads(value) if isinstance(value, str) else value

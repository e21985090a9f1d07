"""How fresh the model is, what is asked next, and what the labels have bought."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from annotation.errors import BadRequest
from annotation.models import Evaluation, Project
from modeling.evaluation import CurvePoint, Interval, expected_gain, labels_saved

MAX_PAGE = 500
MAX_KEY = 2**63 - 1
MAX_PLACE = 2**62
LEAST_PROTECTED = 5
# A curve counts as flat when 100 labels bring less than this, on an interval narrow enough to tell.
FLAT_GAIN = 0.005
CLEAR_WIDTH = 0.15
LEAST_COMPARED = 20
MAX_POINTS = 200

# One statement, so that annotations and the labels behind are of the same moment.
MODEL_STATUS = """
    SELECT version.number, version.trained_through, version.metrics->'performance', version.created_at,
           (SELECT count(*) FROM annotation_annotation WHERE project_id = project.id),
           waiting.n, waiting.seconds, project.strategy,
           coalesce(lane.expires_at > now(), false), coalesce(lane.error, '')
    FROM annotation_project project
    LEFT JOIN annotation_modelversion version ON version.id = project.live_model_id
    LEFT JOIN annotation_worklane lane ON lane.project_id = project.id AND lane.topic = 'learn'
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT annotation_id) AS n,
               coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS seconds
        FROM annotation_workrequest
        WHERE project_id = project.id AND topic = 'learn' AND annotation_id IS NOT NULL) waiting
    WHERE project.id = %s
"""
# A long curve is thinned evenly; the newest point of each arm stays.
CURVE = """
    SELECT annotations, arm, metric, estimate, low, high, n
    FROM (SELECT *, row_number() OVER newest_first - 1 AS place, count(*) OVER (PARTITION BY arm) AS total
          FROM annotation_evaluation WHERE project_id = %(project)s
          WINDOW newest_first AS (PARTITION BY arm ORDER BY model_number DESC)) point
    WHERE place %% (1 + total / %(most)s) = 0
    ORDER BY annotations, model_number, arm
"""
PUBLISHED = """
    SELECT entry.rank, item.id, item.external_id, left(item.data->>'text', 2000), entry.score, entry.reason,
           item.open_slots, entry.rank
    FROM annotation_queueentry entry JOIN annotation_item item ON item.id = entry.item_id
    WHERE entry.project_id = %(project)s AND entry.rank > %(after)s AND item.open_slots > 0
    ORDER BY entry.rank LIMIT %(limit)s
"""
SHUFFLED = """
    SELECT shuffle_key, id, external_id, left(data->>'text', 2000), 0.0::float8, '{"kind": "shuffle"}'::jsonb,
           open_slots, %(before)s + row_number() OVER (ORDER BY shuffle_key)
    FROM annotation_item
    WHERE project_id = %(project)s AND drawn_at IS NULL AND open_slots > 0 AND shuffle_key > %(after)s
    ORDER BY shuffle_key LIMIT %(limit)s
"""


def model_status(project: Project) -> dict[str, Any]:
    """Returns the body of `model/`; `labels_behind` counts annotations whose newest revision no model has looked at."""
    with connection.cursor() as cursor:
        cursor.execute(MODEL_STATUS, [project.pk])
        row = cursor.fetchone()
    number, through, performance, trained_at, annotations, behind, seconds, strategy, running, error = row

    return {
        "version": number,
        "trained_through": through or 0,
        "annotations": annotations,
        "labels_behind": behind,
        "seconds_behind": round(max(seconds, 0.0), 3),
        "strategy": strategy,
        "performance": _loaded(performance),
        "trained_at": trained_at,
        "training": {"running": running, "error": error or None},
    }


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
        rows = _page(PUBLISHED, project=project.pk, after=after, limit=limit)
        if rows or source == "queue":
            return _queue_page(version, published_at, rows, "queue", limit)
    rows = _page(SHUFFLED, project=project.pk, after=after, before=before, limit=limit)
    return _queue_page(version, published_at, rows, "shuffle", limit)


def learning_curve(project: Project) -> dict[str, Any]:
    """Returns the body of `learning-curve/`: measured points (at most about 200 an arm), labels saved, and advice."""
    names = ("annotations", "arm", "metric", "estimate", "low", "high", "n")
    points = [dict(zip(names, row, strict=True)) for row in _page(CURVE, project=project.pk, most=MAX_POINTS)]
    saved = _saved(points)
    active = _arm(points, Evaluation.Arm.ACTIVE)
    return {"points": points, "labels_saved": saved and saved._asdict(), "advice": _advice(project, active, saved)}


def _arm(points: Sequence[dict[str, Any]], arm: str, least_measured: int = 0) -> list[CurvePoint]:
    return [
        CurvePoint(point["annotations"], point["estimate"], point["low"], point["high"])
        for point in points
        if point["arm"] == arm and point["n"] >= least_measured
    ]


def _saved(points: Sequence[dict[str, Any]]) -> Interval | None:
    """Compares the arms where both were measured well: a level reached before the other's first point says nothing."""
    active = _arm(points, Evaluation.Arm.ACTIVE, LEAST_COMPARED)
    control = _arm(points, Evaluation.Arm.RANDOM, LEAST_COMPARED)
    if not active or not control:
        return None
    first = max(active[0].n_labels, control[0].n_labels)
    return labels_saved(*([point for point in arm if point.n_labels >= first] for arm in (active, control)))


def _advice(project: Project, active: Sequence[CurvePoint], saved: Interval | None) -> dict[str, str]:
    """A sentence that promises nothing that was not measured."""
    if not active:
        n = _protected(project)
        return {"code": "no_measure", "text": f"Not enough protected answers yet: {n} of {LEAST_PROTECTED}."}
    gain = expected_gain(active)
    if gain is None:
        return {
            "code": "go_on",
            "text": "Keep going: too few measurements yet to say what more labels will bring.",
        }
    now = f"Accuracy is {active[-1].estimate:.0%} ({active[-1].low:.0%} to {active[-1].high:.0%})."
    if saved is not None and saved.high < 0:
        return {"code": "no_gain", "text": f"{now} So far the model's questions did not pay more than random ones."}
    expected = f"The next 100 labels are expected to add {100 * gain:.1f} points, going by the last ones"
    if active[-1].high - active[-1].low > CLEAR_WIDTH:
        text = f"Keep going: {now[0].lower()}{now[1:]} The interval is too wide yet to see what more labels bring."
        return {"code": "go_on", "text": text}
    if gain < FLAT_GAIN:
        return {"code": "flat", "text": f"{now} {expected}: consider stopping if this is good enough."}
    return {"code": "go_on", "text": f"Keep going: {now[0].lower()}{now[1:]} {expected}."}


def _protected(project: Project) -> int:
    live = Project.objects.filter(pk=project.pk).values_list("live_model__metrics", flat=True).first()
    return int((live or {}).get("n_protected", 0))


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


def _page(sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


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

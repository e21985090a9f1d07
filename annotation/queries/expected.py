"""What an export would be worth, and what a person may know of herself."""

import json
import math
from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.db import connection

from annotation.models import AgreementReport, Annotation, AnnotatorReport, Flag, Project, Review

Z90 = 1.645
# Whole thousandths come from tallies; of the one in which the least confidence lies each item is looked at.
EXPORT = """
    WITH above AS (
        SELECT coalesce(sum(n), 0) AS n, coalesce(sum(sum_right), 0) / 1e9 AS right_ones,
               coalesce(sum(sum_spread), 0) / 1e9 AS spread, coalesce(sum(n_doubtful), 0) AS n_doubtful
        FROM annotation_confidencetally
        WHERE project_id = %(project)s AND (%(least)s <= 0 OR thousandth > floor(%(least)s * 1000::float8))),
    beside AS (
        SELECT count(*) AS n, coalesce(sum(probability), 0) AS right_ones,
               coalesce(sum(probability * (1 - probability)), 0) AS spread,
               count(*) FILTER (WHERE status = 'doubtful') AS n_doubtful
        FROM annotation_consensus
        WHERE project_id = %(project)s AND %(least)s > 0 AND probability >= %(least)s
          AND probability < %(least)s + 0.002 AND floor(probability * 1000) = floor(%(least)s * 1000::float8))
    SELECT (above.n + beside.n)::bigint, (above.right_ones + beside.right_ones)::float8,
           (above.spread + beside.spread)::float8, (above.n_doubtful + beside.n_doubtful)::bigint,
           (SELECT coalesce(sum(n), 0)::bigint FROM annotation_confidencetally WHERE project_id = %(project)s)
    FROM above, beside
"""
WEEKS = """
    SELECT date_trunc('week', created_at, 'UTC')::date, count(*)
    FROM annotation_annotation WHERE project_id = %s AND annotator_id = %s
    GROUP BY 1 ORDER BY 1 DESC LIMIT 26
"""
# First answers of the days before: whoever tried one answer after the other would learn the known one otherwise.
GOLD = """
    SELECT gold.value::text, gold.schema_version, first.value::text, first.schema_version
    FROM annotation_goldanswer gold JOIN annotation_annotation one ON one.item_id = gold.item_id
    JOIN annotation_annotationrevision first ON first.annotation_id = one.id AND first.revision = 1
    WHERE gold.project_id = %s AND one.annotator_id = %s AND one.created_at < date_trunc('day', now(), 'UTC')
"""


def expected_export(project: Project, *, min_confidence: float = 0.0) -> dict[str, Any]:
    """Returns how many items an export now would hold, which share of them is expected right (90 % interval), how many
    are in doubt, and how many the least confidence leaves out."""
    with connection.cursor() as cursor:
        cursor.execute(EXPORT, {"project": project.pk, "least": float(min_confidence)})
        n, right, spread, doubtful, total = cursor.fetchone()
    found = {"items": n, "in_doubt": doubtful, "left_out": total - n, "expected_right": None, "low": None, "high": None}
    scale = AgreementReport.objects.filter(project=project).values_list("report__error_scale", flat=True).first()
    if not n or not scale:
        return found
    small, large = scale
    wrong, half = 1 - right / n, Z90 * math.sqrt(spread) / n
    low, high = max(0.0, 1 - wrong * large - half), min(1.0, 1 - wrong * small + half)
    return found | {"expected_right": 1 - wrong, "low": low, "high": high}


def own_report(project: Project, user: User) -> dict[str, Any]:
    """Returns what a person may know of herself: her figures, doubts about her, words to her; nobody's answers."""
    report = AnnotatorReport.objects.filter(project=project, annotator=user).first()
    about = Review.objects.filter(project=project, about=user, undone_at=None).order_by("-pk")
    paused = about.filter(decision=Review.Decision.PAUSE).first()
    with connection.cursor() as cursor:
        cursor.execute(GOLD, [project.pk, user.pk])
        checks = cursor.fetchall()
        cursor.execute(WEEKS, [project.pk, user.pk])
        weeks = [_week(report, week, n) for week, n in cursor.fetchall()]
    return {
        "annotations": Annotation.objects.filter(project=project, annotator=user).count(),
        "accuracy": _accuracy(report),
        "median_seconds": report.median_seconds if report else None,
        "known_answers": {"given": len(checks), "right": sum(_is_right(project, *check) for check in checks)},
        "weeks": weeks,
        "paused": paused and {"since": paused.created_at, "note": paused.note},
        "words": [
            {"note": one.note, "created_at": one.created_at} for one in about.filter(decision=Review.Decision.TALK)[:20]
        ],
        "flags": [
            {"kind": flag.kind, "summary": flag.evidence.get("summary", ""), "status": flag.status}
            for flag in Flag.objects.filter(project=project, annotator=user, annotation=None).order_by("-pk")[:20]
        ],
    }


def _week(report: AnnotatorReport | None, week: date, n: int) -> dict[str, Any]:
    """A week with her answers of now, and how right the last inference held those that could be judged."""
    seen = {one["week"]: one for one in report.weeks} if report else {}
    judged = seen.get(week.isoformat(), {"judged": 0, "right": None})
    return {"week": week, "annotations": n, "judged": judged["judged"], "right": judged["right"]}


def _is_right(project: Project, known: str, known_version: int, given: str, given_version: int) -> bool:
    """Whether both are the same answer in the classes of today."""
    answer = project.today(json.loads(given), given_version)
    return answer is not None and answer == project.today(json.loads(known), known_version)


def _accuracy(report: AnnotatorReport | None) -> dict[str, float | None] | None:
    if report is None or report.accuracy is None:
        return None
    return {"estimate": report.accuracy, "low": report.accuracy_low, "high": report.accuracy_high}

"""What an export would be worth."""

import math
from collections.abc import Sequence
from typing import Any

from django.db import connection

from annotation.models import AgreementReport, Project
from annotation.sentences import say, spoken
from modeling.evaluation import expected_right

RIGHT_IN_PART = say(
    "undefined.right_in_part",
    "answers of this kind are right in part, and nothing tells how often parts are wrong together",
)

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


def expected_worth(n: int, right: float, spread: float, scale: Sequence[float] | None) -> dict[str, Any]:
    """Returns which share of `n` items is expected right with a 90 % interval, or why there is none.

    right, spread: Σ p and Σ p (1 - p) of their probabilities. scale: by which factors their mistakes may be fewer or
    more than expected; None where nothing tells.
    """
    nothing = {"expected_right": None, "low": None, "high": None, "undefined_because": None, "undefined_said": None}
    if not n:
        return nothing
    if scale is None:
        reason = {"undefined_because": RIGHT_IN_PART, "undefined_said": spoken(RIGHT_IN_PART)}
        return nothing | {"expected_right": min(right / n, 1.0)} | reason
    fewer, more = scale
    worth = expected_right(n, right, spread, (fewer, more), level=0.9)
    return nothing | {"expected_right": worth.estimate, "low": worth.low, "high": worth.high}


def expected_export(project: Project, *, min_confidence: float = 0.0) -> dict[str, Any]:
    """Returns how many items an export now would hold, which share of them is expected right (90 % interval), how many
    are in doubt, and how many the least confidence leaves out."""
    with connection.cursor() as cursor:
        cursor.execute(EXPORT, {"project": project.pk, "least": float(min_confidence)})
        n, right, spread, doubtful, total = cursor.fetchone()
    found = {"items": n, "in_doubt": doubtful, "left_out": total - n}
    scales = AgreementReport.objects.filter(project=project).values_list("report__error_scales", flat=True).first()
    return found | expected_worth(n, right, spread, _scale_from(scales or [], min_confidence))


def _scale_from(scales: Sequence[Sequence[float]], min_confidence: float) -> Sequence[float] | None:
    """The factors for items that are so sure; those of the surest where nothing was as sure at the last inference."""
    above = (row[1:] for row in scales if row[0] >= math.floor(min_confidence * 1000))
    return next(above, scales[-1][1:] if scales else None)

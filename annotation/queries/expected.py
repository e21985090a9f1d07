"""What an export would be worth."""

from typing import Any

from django.db import connection

from annotation.models import AgreementReport, Project
from modeling.evaluation import expected_right

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
    worth = expected_right(n, right, spread, tuple(scale), level=0.9)
    return found | {"expected_right": worth.estimate, "low": worth.low, "high": worth.high}

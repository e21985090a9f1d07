"""How good the labels are, by class and by week."""

from typing import Any

from django.db import connection

from annotation.models import Project

BY_CLASS = """
    SELECT value->>'class', count(*), avg(probability), count(*) FILTER (WHERE status = 'doubtful')
    FROM annotation_consensus WHERE project_id = %s AND value ? 'class' GROUP BY 1 ORDER BY 2 DESC, 1
"""
# Agreeing pairs among the answers that one item got in the same week: sum c (c - 1) of n (n - 1).
BY_WEEK = """
    WITH counted AS (
        SELECT date_trunc('week', created_at, 'UTC')::date AS week, item_id, value, count(*) AS n
        FROM annotation_annotation WHERE project_id = %s GROUP BY 1, 2, 3),
    item AS (SELECT week, item_id, sum(n) AS n, sum(n * (n - 1)) AS same FROM counted GROUP BY 1, 2)
    SELECT week, sum(n)::bigint, count(*) FILTER (WHERE n > 1),
           (sum(same) / nullif(sum(n * (n - 1)), 0))::float8
    FROM item GROUP BY week ORDER BY week DESC LIMIT 104
"""


def by_class(project: Project) -> list[dict[str, Any]]:
    """Returns each class of the consensus, the most common first, with the share of it that is expected right."""
    return _rows(BY_CLASS, project, ("class", "items", "expected_right", "in_doubt"))


def by_week(project: Project) -> list[dict[str, Any]]:
    """Returns the last two years, the newest week first; `percent` is None where no item was answered twice in it."""
    return _rows(BY_WEEK, project, ("week", "annotations", "items_with_overlap", "percent"))


def _rows(sql: str, project: Project, names: tuple[str, ...]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [project.pk])
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

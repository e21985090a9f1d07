"""The history of the guidelines, with how far people agreed under each version."""

from typing import Any

from django.db import connection

from annotation.models import Project
from annotation.queries.renames import CLASS_TODAY, renamed

# An answer belongs to the version that was valid when it was first given; pairs of answers to one item count where both
# belong to the same version. Agreeing pairs of n answers with counts c: sum c (c - 1) of n (n - 1).
HISTORY = f"""
    WITH span AS (
        SELECT version, text, created_by_id, created_at,
               CASE WHEN version = min(version) OVER () THEN '-infinity' ELSE created_at END AS since,
               coalesce(lead(created_at) OVER (ORDER BY version), 'infinity') AS until
        FROM annotation_guidelineversion WHERE project_id = %(project)s),
    counted AS (
        SELECT span.version, one.item_id, coalesce(to_jsonb({CLASS_TODAY}), one.value), count(*) AS n
        FROM annotation_annotation one
        JOIN span ON one.created_at >= span.since AND one.created_at < span.until
        WHERE one.project_id = %(project)s GROUP BY 1, 2, 3),
    item AS (
        SELECT version, item_id, sum(n) AS n, sum(n * (n - 1)) AS same FROM counted GROUP BY 1, 2)
    SELECT span.version, span.text, person.username, span.created_at, coalesce(sum(item.n), 0)::bigint,
           count(item.n) FILTER (WHERE item.n > 1), (sum(item.same) / nullif(sum(item.n * (item.n - 1)), 0))::float8
    FROM span JOIN auth_user person ON person.id = span.created_by_id LEFT JOIN item USING (version)
    GROUP BY span.version, span.text, person.username, span.created_at ORDER BY span.version DESC
"""  # noqa: S608 - a constant
NAMES = ("version", "text", "by", "created_at", "annotations", "items_with_overlap", "percent")


def guideline_history(project: Project) -> list[dict[str, Any]]:
    """Returns the versions, the newest first; `percent` is the share of agreeing pairs of answers under each, None
    where no item was answered twice."""
    with connection.cursor() as cursor:
        cursor.execute(HISTORY, {"project": project.pk, "renamed": renamed(project)})
        return [dict(zip(NAMES, row, strict=True)) for row in cursor.fetchall()]

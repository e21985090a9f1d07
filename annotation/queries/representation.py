"""What a project's items are turned into, and how far that is."""

from typing import Any

from django.db import connection

from annotation.models import Item, Project

STATUS = """
    SELECT one.name, one.version, one.dimension, one.is_live,
           coalesce((SELECT sum(n_rows) FROM annotation_featureshard WHERE representation_id = one.id), 0)::bigint
    FROM annotation_representation one
    WHERE one.project_id = %(project)s
      AND (one.is_live OR one.id = (
          SELECT id FROM annotation_representation
          WHERE project_id = %(project)s AND name = %(wanted)s ORDER BY version DESC LIMIT 1))
"""
LANE = """
    SELECT (SELECT error FROM annotation_worklane WHERE project_id = %(project)s AND topic = 'represent'),
           (SELECT sum(n_rows) FROM annotation_vectorbatch WHERE project_id = %(project)s)::bigint
"""
FIELDS = ("name", "version", "dimension", "vectors")


def representation_status(project: Project) -> dict[str, Any]:
    """Returns what is wanted, what serves, what is being built behind it with its progress, and why it is stuck."""
    with connection.cursor() as cursor:
        cursor.execute(STATUS, {"project": project.pk, "wanted": project.representation})
        known = {is_live: (*names, count) for *names, is_live, count in cursor.fetchall()}
        cursor.execute(LANE, {"project": project.pk})
        error, waiting = cursor.fetchone()
    live, other = known.get(True), known.get(False)
    behind = other if other and (live is None or live[0] != project.representation) else None
    return {
        "wanted": project.representation,
        "live": live and dict(zip(FIELDS, live, strict=True)),
        "building": behind and _progress(project, behind),
        "vectors_waiting": waiting or 0,
        "error": error or None,
    }


def _progress(project: Project, behind: tuple[Any, ...]) -> dict[str, Any]:
    return {**dict(zip(FIELDS, behind, strict=True)), "items": Item.objects.filter(project=project).count()}

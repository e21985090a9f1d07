"""How far a project is."""

from typing import Any

from django.db import connection

from annotation.models import Project

# Every count reads one index and no row of the table. An item is finished when all its slots are filled by answers: of
# the drawn ones, those without an open slot, less those where an open lease still holds one.
PROGRESS = """
    SELECT (SELECT count(*) FROM annotation_item WHERE project_id = %(project)s),
           (SELECT count(*) FROM annotation_annotation WHERE project_id = %(project)s),
           (SELECT count(*) FROM annotation_consensus WHERE project_id = %(project)s),
           (SELECT count(*) FROM annotation_item WHERE project_id = %(project)s AND drawn_at IS NOT NULL)
             - (SELECT count(*) FROM annotation_item
                WHERE project_id = %(project)s AND drawn_at IS NOT NULL AND open_slots > 0)
             - (SELECT count(DISTINCT lease.item_id)
                FROM annotation_assignment lease JOIN annotation_item item ON item.id = lease.item_id
                WHERE lease.project_id = %(project)s AND lease.status = 'open' AND lease.holds_slot
                  AND item.open_slots = 0),
           (SELECT count(*) FROM annotation_assignment
            WHERE project_id = %(project)s AND status = 'open' AND expires_at > now()),
           (SELECT count(*) FROM annotation_annotation
            WHERE project_id = %(project)s AND created_at >= date_trunc('day', now(), 'UTC')),
           (SELECT count(*) FROM annotation_annotation
            WHERE project_id = %(project)s AND created_at >= now() - interval '1 hour'),
           (SELECT count(*) FROM annotation_item WHERE project_id = %(project)s AND is_gold),
           (SELECT count(*) FROM annotation_assignment WHERE project_id = %(project)s AND status = 'skipped')
"""
NAMES = (
    "items",
    "annotations",
    "items_with_consensus",
    "items_finished",
    "open_assignments",
    "annotations_today",
    "annotations_last_hour",
    "gold_items",
    "skipped",
)


def progress(project: Project) -> dict[str, Any]:
    """Returns the counts of `progress/`, all of one moment. Days begin at midnight UTC."""
    with connection.cursor() as cursor:
        cursor.execute(PROGRESS, {"project": project.pk})
        return dict(zip(NAMES, cursor.fetchone(), strict=True))

"""How far a project is."""

from typing import Any

from django.db import connection

from annotation.models import Project

# What grows with the project is added up from tallies, which triggers keep exact; the rest reads one index and no row
# of the table. An item is finished when all its slots are filled by answers: of the drawn ones, those without an open
# slot, less those where an open lease still holds one. Of the last hour the minute in which it began is counted by row.
PROGRESS = """
    WITH clock AS (
        SELECT querent_minute(now() - interval '1 hour') AS hour_ago,
               querent_minute(date_trunc('day', now(), 'UTC')) AS today),
    tally AS (
        SELECT coalesce(sum(n) FILTER (WHERE name = 'items'), 0)::bigint AS items,
               coalesce(sum(n) FILTER (WHERE name = 'full'), 0)::bigint AS full_items,
               coalesce(sum(n) FILTER (WHERE name = 'answers'), 0)::bigint AS answers,
               coalesce(sum(n) FILTER (WHERE name = 'answers' AND minute >= today), 0)::bigint AS of_today,
               coalesce(sum(n) FILTER (WHERE name = 'answers' AND minute > hour_ago), 0)::bigint AS of_minutes
        FROM annotation_tally, clock WHERE project_id = %(project)s)
    SELECT tally.items, tally.answers,
           (SELECT coalesce(sum(n), 0)::bigint FROM annotation_confidencetally WHERE project_id = %(project)s),
           tally.full_items
             - (SELECT count(DISTINCT lease.item_id)
                FROM annotation_assignment lease JOIN annotation_item item ON item.id = lease.item_id
                WHERE lease.project_id = %(project)s AND lease.status = 'open' AND lease.holds_slot
                  AND item.open_slots = 0 AND item.drawn_at IS NOT NULL),
           (SELECT count(*) FROM annotation_assignment
            WHERE project_id = %(project)s AND status = 'open' AND expires_at > now()),
           tally.of_today,
           tally.of_minutes
             + (SELECT count(*) FROM annotation_annotation, clock
                WHERE project_id = %(project)s AND created_at >= now() - interval '1 hour'
                  AND created_at < to_timestamp(60 * (clock.hour_ago + 1))),
           (SELECT count(*) FROM annotation_item WHERE project_id = %(project)s AND is_gold),
           (SELECT count(*) FROM annotation_item
            WHERE project_id = %(project)s AND is_gold AND drawn_at IS NOT NULL AND open_slots = 0),
           (SELECT count(*) FROM annotation_assignment WHERE project_id = %(project)s AND status = 'skipped')
    FROM tally
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
    "gold_finished",
    "skipped",
)


# Of what was begun, so many are counted: a raised overlap may open a million items again.
MOST_BEGUN = 100_000
# Items that nobody was asked about are tallied; those begun with an open slot, and those whose last slots are held by
# leases, are counted by the indexes that hold just these rows.
LEFT = """
    SELECT coalesce(sum(n) FILTER (WHERE name = 'undrawn'), 0)::bigint
             + (SELECT count(*) FROM (
                    SELECT 1 FROM annotation_item
                    WHERE project_id = %(project)s AND drawn_at IS NOT NULL AND open_slots > 0 LIMIT %(most)s) begun)
             + (SELECT count(DISTINCT lease.item_id)
                FROM annotation_assignment lease JOIN annotation_item item ON item.id = lease.item_id
                WHERE lease.project_id = %(project)s AND lease.status = 'open' AND lease.holds_slot
                  AND item.open_slots = 0),
           coalesce(sum(n) FILTER (WHERE name = 'items'), 0)::bigint
             - (SELECT count(*) FROM annotation_item WHERE project_id = %(project)s AND is_gold)
    FROM annotation_tally WHERE project_id = %(project)s
"""


def progress(project: Project) -> dict[str, Any]:
    """Returns the counts of `progress/`, all of one moment. Days begin at midnight UTC."""
    with connection.cursor() as cursor:
        cursor.execute(PROGRESS, {"project": project.pk})
        return dict(zip(NAMES, cursor.fetchone(), strict=True))


def roughly_left(project: Project) -> dict[str, int]:
    """Returns how many items still want answers, rounded up, and of how many.

    This is for those who answer. Whoever saw each answer counted would learn which ones were checks: those to known
    items finish nothing. So it moves in steps of ten items at least, and of two digits.
    """
    with connection.cursor() as cursor:
        cursor.execute(LEFT, {"project": project.pk, "most": MOST_BEGUN})
        left, items = cursor.fetchone()
    step = max(10, 10 ** (len(str(left)) - 2))
    return {"left": min(-(-left // step) * step, items), "items": items}

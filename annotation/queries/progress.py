"""How far a project is."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from annotation.models import Project
from annotation.rows import every

# Of what was begun, so many are counted: a raised overlap may open a million items again.
MOST_BEGUN = 100_000
# Items that nobody was asked about are tallied, and get what the project asks for; of those begun with an open slot the
# slots are counted, and the leases that hold one. Known items are checks: they wait for nobody.
LEFT = """
    WITH gold AS (
        SELECT count(*) AS items, count(*) FILTER (WHERE drawn_at IS NULL AND open_slots > 0) AS undrawn
        FROM annotation_item WHERE project_id = %(project)s AND is_gold)
    SELECT coalesce(sum(n) FILTER (WHERE name = 'items'), 0)::bigint - (SELECT items FROM gold) AS items,
           coalesce(sum(n) FILTER (WHERE name = 'undrawn'), 0)::bigint - (SELECT undrawn FROM gold) AS undrawn,
           (SELECT coalesce(sum(open_slots), 0)::bigint FROM (
                SELECT open_slots FROM annotation_item
                WHERE project_id = %(project)s AND drawn_at IS NOT NULL AND open_slots > 0 AND NOT is_gold
                LIMIT %(most)s) begun)
             + (SELECT count(*)
                FROM annotation_assignment lease JOIN annotation_item item ON item.id = lease.item_id
                WHERE lease.project_id = %(project)s AND lease.status = 'open' AND lease.holds_slot
                  AND NOT item.is_gold) AS begun
    FROM annotation_tally WHERE project_id = %(project)s
"""

# Of the known items of a project, and of its items whose last slots are held by open leases.
GOLD = """
    SELECT count(*) AS items, count(*) FILTER (WHERE drawn_at IS NOT NULL AND open_slots = 0) AS finished
    FROM annotation_item WHERE project_id = {project} AND is_gold
"""
HELD = """
    SELECT count(DISTINCT lease.item_id) AS items
    FROM annotation_assignment lease JOIN annotation_item item ON item.id = lease.item_id
    WHERE lease.project_id = {project} AND lease.status = 'open' AND lease.holds_slot
      AND item.open_slots = 0 AND item.drawn_at IS NOT NULL
"""

# What grows with the project is added up from tallies, which triggers keep exact; the rest reads one index and no row
# of the table. An item is finished when all its slots are filled by answers: of the drawn ones, those without an open
# slot, less those where an open lease still holds one. Of the last hour the minute in which it began is counted by row.
PROGRESS = f"""
    WITH clock AS (
        SELECT querent_minute(now() - interval '1 hour') AS hour_ago,
               querent_minute(date_trunc('day', now(), 'UTC')) AS today),
    tally AS (
        SELECT coalesce(sum(n) FILTER (WHERE name = 'items'), 0)::bigint AS items,
               coalesce(sum(n) FILTER (WHERE name = 'full'), 0)::bigint AS full_items,
               coalesce(sum(n) FILTER (WHERE name = 'answers'), 0)::bigint AS answers,
               coalesce(sum(n) FILTER (WHERE name = 'answers' AND minute >= today), 0)::bigint AS of_today,
               coalesce(sum(n) FILTER (WHERE name = 'answers' AND minute > hour_ago), 0)::bigint AS of_minutes
        FROM annotation_tally, clock WHERE project_id = %(project)s),
    gold AS ({GOLD.format(project="%(project)s")}),
    held AS ({HELD.format(project="%(project)s")}),
    wanted AS ({LEFT})
    SELECT tally.items, tally.answers,
           (SELECT coalesce(sum(n), 0)::bigint FROM annotation_confidencetally WHERE project_id = %(project)s),
           tally.full_items - held.items,
           (SELECT count(*) FROM annotation_assignment
            WHERE project_id = %(project)s AND status = 'open' AND expires_at > now()),
           tally.of_today,
           tally.of_minutes
             + (SELECT count(*) FROM annotation_annotation, clock
                WHERE project_id = %(project)s AND created_at >= now() - interval '1 hour'
                  AND created_at < to_timestamp(60 * (clock.hour_ago + 1))),
           gold.items,
           gold.finished,
           (SELECT count(*) FROM annotation_assignment WHERE project_id = %(project)s AND status = 'skipped'),
           wanted.items, wanted.undrawn, wanted.begun
    FROM tally, gold, held, wanted
"""  # noqa: S608 - constants
# The same of many projects, for which nothing else is counted; known items wait for nobody and are left out.
FINISHED = f"""
    SELECT listed.id, tally.items - gold.items, tally.full_items - held.items - gold.finished
    FROM unnest(%(projects)s::bigint[]) AS listed (id)
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(n) FILTER (WHERE name = 'items'), 0)::bigint AS items,
               coalesce(sum(n) FILTER (WHERE name = 'full'), 0)::bigint AS full_items
        FROM annotation_tally WHERE project_id = listed.id AND name IN ('items', 'full')) tally
    CROSS JOIN LATERAL ({GOLD.format(project="listed.id")}) gold
    CROSS JOIN LATERAL ({HELD.format(project="listed.id")}) held
"""  # noqa: S608 - constants
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


def progress(project: Project) -> dict[str, Any]:
    """Returns the counts of `progress/`, all of one moment. Days begin at midnight UTC."""
    with connection.cursor() as cursor:
        cursor.execute(PROGRESS, {"project": project.pk, "most": MOST_BEGUN})
        *counts, items, undrawn, begun = cursor.fetchone()
    left, wanted = _answers_left(project, items, undrawn, begun)
    return dict(zip(NAMES, counts, strict=True)) | {"answers_left": left, "answers_wanted": wanted}


def finished_of(projects: Sequence[Project]) -> list[dict[str, int]]:
    """Returns of each of these projects how many items wait for answers, known ones left out, and how many have all."""
    found = every(FINISHED, {"projects": [project.pk for project in projects]})
    return [dict(zip(("project", "items", "items_finished"), row, strict=True)) for row in found]


def roughly_left(project: Project) -> dict[str, int]:
    """Returns how many answers the project still wants, rounded up, and how many it wants in all.

    This is for those who answer. Whoever saw each answer counted would learn which ones were checks: those to known
    items finish nothing. So it moves in steps of ten answers at least, and of two digits.
    """
    with connection.cursor() as cursor:
        cursor.execute(LEFT, {"project": project.pk, "most": MOST_BEGUN})
        left, wanted = _answers_left(project, *cursor.fetchone())
    step = max(10, 10 ** (len(str(left)) - 2))
    return {"left": min(-(-left // step) * step, wanted), "wanted": wanted}


def _answers_left(project: Project, items: int, undrawn: int, begun: int) -> tuple[int, int]:
    """Returns how many answers are still wanted in the ordinary course, at most those wanted in all, and these."""
    each = 1 + (project.overlap - 1) * project.overlap_share
    wanted = round(items * each)
    return min(round(undrawn * each) + begun, wanted), wanted

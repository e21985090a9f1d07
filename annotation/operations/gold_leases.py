"""Leases on known answers: take_gold, disguised. They hold no slot, and look like the questions around them."""

import json
from dataclasses import replace

from django.db import connection

from annotation.models import Project, Stream
from annotation.operations.leases import AGAIN, STARTED_WINDOW
from annotation.queries.labeling import LOOKS_LIKE, Lease, lease_of
from annotation.queries.renames import CLASS_GONE, renamed
from annotation.rows import every

# Reasons that say nothing about their item.
PLAIN = ["overlap", "random", "shuffle", "second_opinion"]

# How a gold check looks to whoever is checked: as one of the questions that she got lately, of those with a plain
# reason and asked blind as it is. With no such question yet, like a random draw.
FACE = """(
        SELECT jsonb_build_object('kind', lately.reason->>'kind', '{looks_like}', lately.stream)
        FROM (SELECT id, stream, reason, suggestion FROM annotation_assignment
              WHERE project_id = %(project)s AND annotator_id = %(user)s ORDER BY id DESC LIMIT 20) lately
        WHERE lately.stream <> 'gold' AND lately.suggestion IS NULL AND lately.reason->>'kind' = ANY(%(plain)s)
        ORDER BY hashint8extended(lately.id, picked.id) LIMIT 1)""".replace("{looks_like}", LOOKS_LIKE)

# Some other question that she could be given now. A check that comes where there is none is known for what it is.
OTHERS_LEFT = """(
        EXISTS (SELECT 1 FROM annotation_item
                WHERE project_id = %(project)s AND drawn_at IS NULL AND open_slots > 0)
        OR EXISTS (SELECT 1 FROM (SELECT id FROM annotation_item
                                  WHERE project_id = %(project)s AND drawn_at IS NOT NULL AND open_slots > 0
                                  ORDER BY drawn_at LIMIT %(window)s) started
                   WHERE NOT EXISTS (
                       SELECT 1 FROM annotation_assignment mine
                       WHERE mine.item_id = started.id AND mine.annotator_id = %(user)s
                         AND mine.status <> 'expired')))"""

GOLD = """
    WITH picked AS MATERIALIZED (
        SELECT item.id, item.external_id, item.data, item.metadata, count(*) OVER () AS n_left
        FROM annotation_item item
        WHERE item.project_id = %(project)s AND item.is_gold AND (%(alone)s OR {others_left})
          AND NOT EXISTS (SELECT 1 FROM annotation_assignment mine
                          WHERE mine.item_id = item.id AND mine.annotator_id = %(user)s AND mine.status <> 'expired')
          AND NOT EXISTS (SELECT 1 FROM annotation_goldanswer one WHERE one.item_id = item.id AND {gone})
          AND (%(by_rate)s OR %(first)s > (
                SELECT count(*) FROM annotation_item known
                JOIN annotation_assignment mine ON mine.item_id = known.id AND mine.annotator_id = %(user)s
                WHERE known.project_id = %(project)s AND known.is_gold AND mine.status = 'answered'))
        ORDER BY hashint8extended(item.id, %(user)s) LIMIT 1),
    still AS MATERIALIZED (  -- it stays a known answer until the lease is written, which holds no slot
        SELECT id FROM annotation_item WHERE id = (SELECT id FROM picked) AND is_gold FOR SHARE SKIP LOCKED),
    lease AS (
        INSERT INTO annotation_assignment AS lease (project_id, item_id, annotator_id, stream, reason, probability,
            model_version, holds_slot, status, skip_reason, created_at, expires_at)
        SELECT %(project)s, id, %(user)s, 'gold',
               CASE WHEN %(reason)s::text IS NULL THEN coalesce({face}, '{"kind": "random"}')
                    ELSE jsonb_build_object('kind', %(reason)s::text) END, 1.0 / n_left,
               NULL, false, 'open', '', now(), now() + make_interval(secs => %(lease_seconds)s)
        FROM picked WHERE id IN (SELECT id FROM still)
        ON CONFLICT (item_id, annotator_id) DO UPDATE
            {again}
            WHERE lease.status = 'expired'
        RETURNING lease.id, lease.item_id, lease.expires_at, lease.probability, lease.reason)
    SELECT lease.id, picked.id, picked.external_id, picked.data, picked.metadata, lease.expires_at,
           'gold', lease.probability, NULL, lease.reason, NULL
    FROM picked JOIN lease ON lease.item_id = picked.id
""".replace("{again}", AGAIN)
GOLD = GOLD.replace("{face}", FACE).replace("{others_left}", OTHERS_LEFT).replace("{gone}", CLASS_GONE)
LOOK_LIKE = "UPDATE annotation_assignment SET reason = %s::jsonb WHERE id = %s"

# Skill is known soonest when the first checks come early; after these the project's rate holds.
FIRST_GOLD = 5
FIRST_GOLD_RATE = 0.25


def take_gold(*, project: Project, user_id: int, by_rate: bool, reason: str | None = None) -> list[Lease]:
    """Returns a lease on a gold item that this person has not seen, or nothing. Gold uses no slot.

    The reason is what she is told, in a training. Without one gold looks like her other questions, and comes only while
    there are others, unless the project asks for known answers alone (`gold_rate` 1).

    Unless it is her turn by the project's rate, only somebody who has answered fewer than five gets one.
    """
    parameters = {
        "project": project.pk, "user": user_id, "lease_seconds": project.lease_seconds, "by_rate": by_rate,
        "first": FIRST_GOLD, "reason": reason, "window": STARTED_WINDOW, "plain": PLAIN,
        "renamed": renamed(project),
        "alone": reason is not None or project.gold_rate >= 1,
    }  # fmt: skip
    return [lease_of(row) for row in every(GOLD, parameters)]


def disguised(found: list[Lease]) -> list[Lease]:
    """Returns leases of one call, each check on a known answer seen as the question that is given next to it."""
    others = [at for at, one in enumerate(found) if one.stream != Stream.GOLD]
    if not others:
        return found
    nearest = (min(others, key=lambda other: abs(other - at)) for at in range(len(found)))
    return [
        _look_like(one, found[other]) if one.stream == Stream.GOLD else one
        for one, other in zip(found, nearest, strict=True)
    ]


def _look_like(gold: Lease, other: Lease) -> Lease:
    """Between two of a kind it would stand out."""
    plain = other.reason.get("kind") in PLAIN and other.suggestion is None  # gold is asked blind
    face = {"kind": other.reason["kind"], LOOKS_LIKE: other.stream} if plain else {"kind": "random"}
    with connection.cursor() as cursor:
        cursor.execute(LOOK_LIKE, [json.dumps(face), gold.id])
    return replace(gold, reason=face)

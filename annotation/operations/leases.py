"""Leases on items that want answers: take, take_second. Locks are taken in one order: item, then lease.

Places where an item can come from, tried by `picking.new_leases`; each is one statement that picks under SKIP LOCKED,
takes a slot and writes the lease. Cost does not depend on the size of the project: every pick walks a partial index
from its head.
"""

from typing import Any

from annotation.models import Project
from annotation.models.learning import SERVED
from annotation.queries.labeling import Lease, lease_of
from annotation.rows import every, one

# How many started items are looked at for one person. Whoever has answered all of them gets new items meanwhile.
STARTED_WINDOW = 300

# A later vote carries the stream of the item's draw; only answers that were brought in came by import.
PICK_STARTED = """
    picked AS MATERIALIZED (
        SELECT item.id, item.draw_probability AS probability, NULL::integer AS model_version,
               CASE item.draw_stream WHEN 'import' THEN 'relabel' ELSE item.draw_stream END AS stream,
               CASE WHEN item.taken > 0 OR item.draw_reason IS NULL THEN '{"kind": "overlap"}'::jsonb
                    ELSE item.draw_reason END AS reason
        FROM annotation_item item
        WHERE item.id IN (
                SELECT id FROM annotation_item
                WHERE project_id = %(project)s AND drawn_at IS NOT NULL AND open_slots > 0
                ORDER BY drawn_at LIMIT %(window)s)
          AND item.open_slots > 0
          AND NOT EXISTS (
                SELECT 1 FROM annotation_assignment mine
                WHERE mine.item_id = item.id AND mine.annotator_id = %(user)s AND mine.status <> 'expired')
        ORDER BY item.drawn_at LIMIT %(count)s
        FOR NO KEY UPDATE OF item SKIP LOCKED)
"""

# How many items nobody was asked about, right to the last one in the statement's own snapshot.
N_UNDRAWN = """(SELECT coalesce(sum(n), 0)::bigint FROM annotation_tally
                    WHERE project_id = %(project)s AND name = 'undrawn')"""

# A place for a random draw only says that one is due: the item is drawn now, the next of the seeded shuffle, so that it
# comes from all that nobody was asked about by now, and its probability is that of this moment. The items of one claim
# count as drawn one after the other, those that the model chose first.
PICK_QUEUED = """
    head AS MATERIALIZED (
        SELECT id FROM annotation_queueentry WHERE project_id = %(project)s AND generation = {served}
        ORDER BY rank LIMIT %(count)s FOR UPDATE SKIP LOCKED),
    place AS MATERIALIZED (
        DELETE FROM annotation_queueentry entry USING head WHERE entry.id = head.id
        RETURNING entry.item_id, entry.stream, entry.probability, entry.model_version, entry.reason),
    chosen AS MATERIALIZED (SELECT * FROM place WHERE stream <> 'shuffle'),
    undrawn AS MATERIALIZED (
        SELECT item.id, item.shuffle_key FROM annotation_item item
        WHERE project_id = %(project)s AND drawn_at IS NULL AND open_slots > 0
          AND EXISTS (SELECT FROM place WHERE stream = 'shuffle') AND id NOT IN (SELECT item_id FROM chosen)
        ORDER BY shuffle_key LIMIT %(count)s
        FOR NO KEY UPDATE SKIP LOCKED),
    picked AS (
        SELECT item_id AS id, stream, probability, model_version, reason FROM chosen
        UNION ALL
        (SELECT id, 'shuffle', 1.0::float8 / greatest(1, {n_undrawn} + 1 - row_number() OVER (ORDER BY shuffle_key) - (
                    SELECT count(*) FROM chosen JOIN annotation_item item ON item.id = chosen.item_id
                    WHERE item.drawn_at IS NULL AND item.open_slots > 0)),
                NULL, '{"kind": "shuffle"}'::jsonb
         FROM undrawn ORDER BY shuffle_key LIMIT (SELECT count(*) FROM place WHERE stream = 'shuffle')))
""".replace("{n_undrawn}", N_UNDRAWN).replace("{served}", SERVED)

PICK_FRESH = """
    undrawn AS MATERIALIZED (
        SELECT id, shuffle_key FROM annotation_item
        WHERE project_id = %(project)s AND drawn_at IS NULL AND open_slots > 0
        ORDER BY shuffle_key LIMIT %(count)s
        FOR NO KEY UPDATE SKIP LOCKED),
    picked AS MATERIALIZED (
        SELECT id, %(stream)s AS stream,
               1.0::float8 / greatest(1, {n_undrawn} + 1 - row_number() OVER (ORDER BY shuffle_key)) AS probability,
               NULL::integer AS model_version, jsonb_build_object('kind', %(stream)s::text) AS reason
        FROM undrawn)
""".replace("{n_undrawn}", N_UNDRAWN)

# An item whose votes were not sure enough gets one more slot, never above the hard limit. `taken = n_votes`: nobody
# answers it now and nobody has since it was ranked. An item goes to people who tell its two likeliest classes apart at
# least as well as the average (who has no report yet counts as such), or to `anybody` when nothing else is left to ask.
PICK_SECOND = """
    entry AS MATERIALIZED (
        SELECT entry.*, coalesce(((me.confusion->entry.first->>entry.first)::float8
                                  + (me.confusion->entry.second->>entry.second)::float8) / 2, entry.skill) AS mine
        FROM annotation_secondopinion entry
        LEFT JOIN annotation_annotatorreport me
               ON me.project_id = entry.project_id AND me.annotator_id = %(user)s AND me.accuracy IS NOT NULL
        WHERE entry.project_id = %(project)s),
    picked AS MATERIALIZED (
        SELECT item.id, 'relabel' AS stream, 1.0::float8 AS probability, NULL::integer AS model_version,
               '{"kind": "second_opinion"}'::jsonb AS reason
        FROM entry JOIN annotation_item item ON item.id = entry.item_id
        WHERE item.taken = entry.n_votes AND item.taken < %(max_votes)s AND item.open_slots = 0 AND NOT item.is_gold
          AND (%(anybody)s OR entry.mine >= entry.skill - %(tolerance)s)
          AND NOT EXISTS (
                SELECT 1 FROM annotation_assignment mine
                WHERE mine.item_id = item.id AND mine.annotator_id = %(user)s AND mine.status <> 'expired')
          AND NOT EXISTS (
                SELECT 1 FROM annotation_review verdict
                WHERE verdict.item_id = item.id AND verdict.undone_at IS NULL AND verdict.value IS NOT NULL)
        ORDER BY entry.gain * entry.mine DESC, item.id LIMIT %(count)s
        FOR NO KEY UPDATE OF item SKIP LOCKED)
"""
# Keeps max_votes as it is until the lease is written; no row while somebody changes the project.
MAX_VOTES = "SELECT max_votes FROM annotation_project WHERE id = %s FOR SHARE SKIP LOCKED"
SKILL_TOLERANCE = 0.05

# A lease that ran out is drawn anew with all that belongs to the new draw: its item may have become a known answer,
# which takes no slot, or an ordinary item again.
AGAIN = """SET status = 'open', closed_at = NULL, created_at = now(), expires_at = excluded.expires_at,
                holds_slot = excluded.holds_slot, stream = excluded.stream, reason = excluded.reason,
                probability = excluded.probability, model_version = excluded.model_version,
                suggestion = excluded.suggestion"""

# How likely a model outside holds its own value, by what it said of the classes: of a set, that it is right in each.
OWN_PROBABILITY = """(SELECT CASE WHEN said.value ? 'classes'
                    THEN exp(sum(ln(greatest(
                        CASE WHEN said.value->'classes' ? odds.key THEN odds.p ELSE 1 - odds.p END, 1e-9))))
                    ELSE sum(CASE WHEN odds.key = coalesce(said.value->>'class', said.value->>'rating',
                        CASE said.value->>'preferred' WHEN '0' THEN 'first' WHEN '1' THEN 'second' END)
                        THEN odds.p ELSE 0 END) END
                 FROM (SELECT key, value::float8 FROM jsonb_each_text(CASE jsonb_typeof(said.probabilities)
                     WHEN 'object' THEN said.probabilities END)) AS odds (key, p))"""

# What is suggested with a lease, kept as it was shown: the last word of a model outside, else of the project's own.
# What is drawn to measure, people or models, is asked blind.
SUGGESTION = """
        CASE WHEN project.suggestions <> 'off' AND taken.stream NOT IN ('random', 'gold', 'relabel') THEN coalesce((
            SELECT jsonb_build_object('value', said.value, 'model', said.model_name, 'probability',
                coalesce({probability}, 1 - said.uncertainty))
            FROM annotation_prediction said
            WHERE said.item_id = taken.id
              AND said.schema_version >= coalesce((project.class_history->-1->>'version')::int, 0)
            ORDER BY said.created_at DESC, said.id DESC LIMIT 1),
            CASE WHEN taken.reason->'suggested' ? 'value' THEN taken.reason->'suggested' END)
            || jsonb_build_object('schema_version', project.schema_version) END""".replace(
    "{probability}", OWN_PROBABILITY
)

# A queued item may have been drawn by another stream meanwhile: then its place in the queue is used up for nothing.
LEASE = """
    taken AS (
        UPDATE annotation_item item
        SET taken = item.taken + 1, open_slots = greatest(item.open_slots - 1, 0),
            slot_limit = greatest(item.slot_limit, item.taken + %(more)s),
            drawn_at = coalesce(item.drawn_at, now()),
            draw_stream = coalesce(item.draw_stream, picked.stream),
            draw_probability = coalesce(item.draw_probability, picked.probability),
            draw_reason = coalesce(item.draw_reason, picked.reason)
        FROM picked
        WHERE item.id = picked.id AND item.open_slots + %(more)s > 0 AND (item.drawn_at IS NOT NULL) = %(started)s
        RETURNING item.id, item.external_id, item.data, item.metadata,
                  picked.stream, picked.probability, picked.model_version, picked.reason),
    lease AS (
        INSERT INTO annotation_assignment AS lease (project_id, item_id, annotator_id, stream, reason, probability,
            model_version, holds_slot, status, skip_reason, created_at, expires_at, suggestion)
        SELECT %(project)s, taken.id, %(user)s, stream, reason - 'suggested', probability, model_version, true, 'open',
               '', now(), now() + make_interval(secs => %(lease_seconds)s), {suggestion}
        FROM taken JOIN annotation_project project ON project.id = %(project)s
        ON CONFLICT (item_id, annotator_id) DO UPDATE
            {again}
            WHERE lease.status = 'expired'
        RETURNING lease.id, lease.item_id, lease.expires_at, lease.suggestion - 'schema_version' AS suggestion)
    SELECT lease.id, taken.id, taken.external_id, taken.data, taken.metadata, lease.expires_at,
           picked.stream, picked.probability, picked.model_version, picked.reason, lease.suggestion
    FROM picked LEFT JOIN taken ON taken.id = picked.id LEFT JOIN lease ON lease.item_id = picked.id
""".replace("{suggestion}", SUGGESTION).replace("{again}", AGAIN)

WHY_EMPTY = """
    SELECT EXISTS (SELECT 1 FROM annotation_item
                   WHERE project_id = %(project)s AND drawn_at IS NULL AND open_slots > 0)
        OR EXISTS (SELECT 1 FROM annotation_secondopinion entry JOIN annotation_item item ON item.id = entry.item_id
                   WHERE entry.project_id = %(project)s AND item.taken = entry.n_votes AND item.taken < %(max_votes)s)
        OR EXISTS (SELECT 1 FROM annotation_item
                   WHERE project_id = %(project)s AND drawn_at IS NOT NULL AND open_slots > 0),
           (SELECT min(expires_at) FROM annotation_assignment
            WHERE project_id = %(project)s AND status = 'open' AND holds_slot),
           (SELECT min(lease.expires_at) FROM annotation_assignment lease
            WHERE lease.project_id = %(project)s AND lease.status = 'open' AND lease.holds_slot
              AND NOT EXISTS (SELECT 1 FROM annotation_assignment mine
                              WHERE mine.item_id = lease.item_id AND mine.annotator_id = %(user)s
                                AND mine.status <> 'expired'))
"""


class LostRace(Exception):
    """The same person was given the same item in another request just now; the transaction must be tried again."""


def take(
    pick: str, *, project: Project, user_id: int, count: int, started: bool = False, **extra: Any
) -> tuple[list[Lease], int]:
    """Returns the leases taken, and how many places were looked at (more than leases when queued items were gone)."""
    parameters = {
        "project": project.pk,
        "user": user_id,
        "count": count,
        "started": started,
        "lease_seconds": project.lease_seconds,
        "window": STARTED_WINDOW,
        "more": 0,
    } | extra
    rows = every(f"WITH {pick}, {LEASE}", parameters)
    if any(item is not None and lease is None for lease, item, *_ in rows):
        raise LostRace
    return [lease_of(row) for row in rows if row[0] is not None], len(rows)


def take_second(*, project: Project, user_id: int, count: int, anybody: bool = False) -> list[Lease]:
    """Returns leases for second opinions, the most valuable first; none while somebody changes the project."""
    row = one(MAX_VOTES, [project.pk])
    if row is None or row[0] <= project.overlap:
        return []
    return take(
        PICK_SECOND, project=project, user_id=user_id, count=count, started=True, more=1, max_votes=row[0],
        anybody=anybody, tolerance=SKILL_TOLERANCE,
    )[0]  # fmt: skip

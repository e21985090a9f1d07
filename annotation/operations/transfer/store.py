"""Drafts → rows, by a fixed number of statements a batch, whatever its size."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from annotation.errors import NotFound
from annotation.models import GoldAnswer, Prediction, Project
from annotation.operations.shuffle import order_key, places_of_late_items
from annotation.operations.slots import Policy
from annotation.operations.transfer.answers import Expected
from annotation.operations.transfer.rows import Draft

# A temporary table lives as long as its connection; rows of an earlier batch in the same transaction are deleted.
_INCOMING = """
CREATE TEMP TABLE IF NOT EXISTS incoming_item (
    id bigint, external_id text, data jsonb, metadata jsonb, content_hash bytea, length integer, shuffle_key bigint,
    slot_limit smallint, taken smallint, is_gold boolean
) ON COMMIT DELETE ROWS;
DELETE FROM incoming_item
"""
_COPY = """
COPY incoming_item
    (id, external_id, data, metadata, content_hash, length, shuffle_key, slot_limit, taken, is_gold) FROM STDIN
"""
# The sequence is looked up once, not for each row.
_NEW_IDS = """
SELECT nextval(name) FROM (SELECT pg_get_serial_sequence('annotation_item', 'id')::regclass AS name OFFSET 0) sequence,
    generate_series(1, %s)
"""
# Statistics of a young project say that it has one row, and then any index that starts with the project looks good.
# LATERAL … LIMIT keeps this a look-up for each row; "+ 0", BETWEEN and the order leave only the index that starts with
# the content, also where nearly all items have the same one.
_KNOWN_CONTENT = """
SELECT incoming.content_hash FROM incoming_item incoming CROSS JOIN LATERAL (
    SELECT 1 FROM annotation_item item
    WHERE item.content_hash BETWEEN incoming.content_hash AND incoming.content_hash AND item.project_id + 0 = %s
    ORDER BY item.content_hash LIMIT 1
) known
"""
# In the order of external_id, so that two batches with the same names wait for each other instead of deadlocking.
_INSERT = """
INSERT INTO annotation_item (
    id, project_id, external_id, data, metadata, content_hash, length, shuffle_key, slot_limit, taken, open_slots,
    is_gold, created_at, drawn_at, draw_stream, draw_probability
)
SELECT id, %s, external_id, data, metadata, content_hash, length, shuffle_key, slot_limit, taken,
    greatest(slot_limit - taken, 0), is_gold, now(),
    CASE WHEN taken > 0 THEN now() END, CASE WHEN taken > 0 THEN 'import' END, CASE WHEN taken > 0 THEN 1.0 END
FROM incoming_item WHERE {chosen} ORDER BY external_id, id
ON CONFLICT (project_id, external_id) DO NOTHING RETURNING id
"""
_INSERT_NAMED = _INSERT.format(chosen="external_id IS NOT NULL")
_INSERT_CHOSEN = _INSERT.format(chosen="id IN (SELECT unnest(%s::bigint[]))")


@dataclass(frozen=True)
class Stored:
    """What became of a batch: the created drafts with their ids, and the rows that were there already.

    `duplicate_content` counts created items whose text was in the project before, or earlier in the batch.
    """

    created: list[tuple[int, Draft]]
    duplicates: list[Draft]
    duplicate_content: int


def lock_project(project_id: int, *, alone: bool) -> Project:
    """Returns the project as it stays until the end of the transaction; raises NotFound when it is gone.

    The lock keeps overlap and classes as they are. With `alone` it also keeps other imports out: rows without an
    external_id and known answers are compared by content: no constraint would stop two imports from storing the same
    one, or answers that contradict.
    """
    strength = "NO KEY UPDATE" if alone else "SHARE"
    query = f"SELECT * FROM annotation_project WHERE id = %s FOR {strength}"  # noqa: S608 - one of two constants
    project = next(iter(Project.objects.raw(query, [project_id])), None)
    if project is None or project.deleted_at is not None:
        raise NotFound("There is no such project.")
    return project


def expected_in(project: Project) -> Expected:
    return Expected(project.question, project.schema)


def store(project: Project, drafts: Sequence[Draft]) -> Stored:
    """Inserts the drafts whose external_id (or, without one, whose content) is new, and what comes with them.

    Call inside a transaction that holds `lock_project`.
    """
    if not drafts:
        return Stored([], [], 0)
    with connection.cursor() as cursor:
        ids = _copy(cursor, project, drafts)
        by_id = dict(zip(ids, drafts, strict=True))
        known = _known_content(cursor, project)
        created = _insert(cursor, _INSERT_NAMED, project.pk)
        duplicate_content, seen = 0, set(known)
        for item_id in created:
            duplicate_content += by_id[item_id].content_hash in seen
            seen.add(by_id[item_id].content_hash)
        if fresh := _first_of_each(by_id, seen):
            created += _insert(cursor, _INSERT_CHOSEN, project.pk, fresh)
    pairs = [(item_id, by_id[item_id]) for item_id in created]
    _store_gold_and_predictions(project, pairs)
    is_new = set(created)
    return Stored(pairs, [draft for item_id, draft in by_id.items() if item_id not in is_new], duplicate_content)


def _copy(cursor: Any, project: Project, drafts: Sequence[Draft]) -> list[int]:
    """Copies the drafts into the temporary table; returns the ids that they will have, in order."""
    cursor.execute(_INCOMING)
    cursor.execute(_NEW_IDS, [len(drafts)])
    ids = [row[0] for row in cursor.fetchall()]
    policy, places = Policy.of(project), places_of_late_items(project, n_late=len(drafts))
    with cursor.copy(_COPY) as copy:
        for item_id, draft in zip(ids, drafts, strict=True):
            is_gold = draft.gold is not None
            taken = 0 if is_gold else len(draft.votes)
            key = places.key_of(order_key(project.seed, _name(draft)))
            limit = 0 if is_gold else max(policy.limit_of(key), taken)
            copy.write_row((
                item_id, draft.external_id, draft.data, draft.metadata, draft.content_hash, draft.length,
                key, limit, taken, is_gold,
            ))  # fmt: skip
    return ids


def _name(draft: Draft) -> bytes:
    return b"id" + draft.external_id.encode() if draft.external_id is not None else b"content" + draft.content_hash


def _known_content(cursor: Any, project: Project) -> set[bytes]:
    cursor.execute(_KNOWN_CONTENT, [project.pk])
    return {bytes(row[0]) for row in cursor.fetchall()}


def _insert(cursor: Any, statement: str, *parameters: Any) -> list[int]:
    """Returns the ids that were inserted, by rising id."""
    cursor.execute(statement, parameters)
    return sorted(row[0] for row in cursor.fetchall())


def _first_of_each(by_id: dict[int, Draft], seen: set[bytes]) -> list[int]:
    """Returns the ids of drafts without a name whose content is new."""
    fresh: dict[bytes, int] = {}
    for item_id, draft in by_id.items():
        if draft.external_id is None and draft.content_hash not in seen:
            fresh.setdefault(draft.content_hash, item_id)
    return list(fresh.values())


def _store_gold_and_predictions(project: Project, created: Sequence[tuple[int, Draft]]) -> None:
    gold = [
        GoldAnswer(item_id=item_id, project=project, value=draft.gold, schema_version=project.schema_version)
        for item_id, draft in created
        if draft.gold is not None
    ]
    if gold:
        GoldAnswer.objects.bulk_create(gold)
    predictions = [
        Prediction(
            item_id=item_id,
            project=project,
            model_name=one.model,
            value=one.value,
            probabilities=one.probabilities,
            uncertainty=one.uncertainty,
            schema_version=project.schema_version,
        )
        for item_id, draft in created
        for one in draft.predictions
    ]
    if predictions:
        Prediction.objects.bulk_create(predictions)

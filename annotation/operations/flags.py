"""Suspicions → flags: what is new is opened, what is still true is refreshed, what is gone is closed."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from annotation.models import Flag
from annotation.operations.suspicions import Suspicion
from annotation.sentences import beside

# One statement each, whatever the number of flags. A flag decided by a person meanwhile is not touched: both guards
# ask for `open`, and the unique index settles a race between two openings.
UPDATE = """
    UPDATE annotation_flag flag SET score = new.score, evidence = new.evidence
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS new(id bigint, score float8, evidence jsonb)
    WHERE flag.id = new.id AND flag.status = 'open'
      AND (flag.score, flag.evidence) IS DISTINCT FROM (new.score, new.evidence)
"""
CLOSE = """
    UPDATE annotation_flag SET status = 'closed', closed_at = now() WHERE id = ANY(%(ids)s) AND status = 'open'
"""
OPEN = """
    INSERT INTO annotation_flag
        (project_id, kind, subject, item_id, annotation_id, annotator_id, score, evidence, status, note, created_at)
    SELECT %(project)s, new.*, 'open', '', now()
    FROM jsonb_to_recordset(%(rows)s::jsonb)
        AS new(kind text, subject text, item bigint, annotation bigint, annotator bigint, score float8, evidence jsonb)
    ON CONFLICT (project_id, kind, subject) WHERE status = 'open' DO NOTHING
"""


def raise_flags(*, project_id: int, suspicions: Iterable[Suspicion], items: Sequence[int] | None = None) -> None:
    """Makes the project's open flags say what is suspected now, within the caller's transaction.

    With `items` (ids) only the flags about labels of these items are looked at, and the others left alone.
    A flag that a person has decided is not opened again for the same evidence: see Suspicion.basis and weight.
    """
    found = {(one.kind, one.subject): one for one in suspicions}
    open_ids: dict[tuple[str, str], int] = {}
    decided: dict[tuple[str, str], tuple[str, int]] = {}
    for flag_id, kind, subject, status, basis, weight in _flags_so_far(project_id, items):
        if status == Flag.Status.OPEN:
            open_ids[kind, subject] = flag_id
        else:
            decided[kind, subject] = (basis, weight)
    _update([(open_ids[key], one) for key, one in found.items() if key in open_ids])
    _close([flag_id for key, flag_id in open_ids.items() if key not in found])
    fresh = [one for key, one in found.items() if key not in open_ids and one.opens]
    _open(project_id, [one for one in fresh if _is_news(one, decided.get((one.kind, one.subject)))])


def _flags_so_far(project_id: int, items: Sequence[int] | None) -> list[tuple[int, str, str, str, str, int]]:
    """Open flags, and those that a person has decided, oldest first; locked so that no decision slips in between."""
    some = None if items is None else list(items)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, kind, subject, status, coalesce(evidence->>'basis', ''), coalesce((evidence->>'weight')::int, 0)
            FROM annotation_flag
            WHERE project_id = %s AND status IN ('open', 'confirmed', 'dismissed')
              AND (%s::bigint[] IS NULL OR item_id = ANY(%s::bigint[]))
            ORDER BY id FOR UPDATE
            """,
            [project_id, some, some],
        )
        return list(cursor.fetchall())


def _is_news(one: Suspicion, decided: tuple[str, int] | None) -> bool:
    return decided is None or one.basis != decided[0] or one.weight >= Flag.REOPEN_GROWTH * decided[1]


def _stored(one: Suspicion) -> dict[str, Any]:
    """What both statements write. A whole batch travels as one JSON text: much quicker than arrays of JSON."""
    evidence = one.evidence | {"basis": one.basis, "weight": one.weight} | beside(one.evidence.get("summary", ""))
    return {"score": round(one.score, 4), "evidence": evidence}


def _update(flags: Sequence[tuple[int, Suspicion]]) -> None:
    _execute(UPDATE, [{"id": flag_id} | _stored(one) for flag_id, one in flags])


def _close(flag_ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, {"ids": list(flag_ids)})


def _open(project_id: int, suspicions: Sequence[Suspicion]) -> None:
    rows = [
        {
            "kind": str(one.kind),
            "subject": one.subject,
            "item": one.item_id,
            "annotation": one.annotation_id,
            "annotator": one.annotator_id,
        }
        | _stored(one)
        for one in suspicions
    ]
    _execute(OPEN, rows, project=project_id)


def _execute(statement: str, rows: Sequence[dict[str, Any]], **parameters: Any) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"rows": json.dumps(rows)} | parameters)

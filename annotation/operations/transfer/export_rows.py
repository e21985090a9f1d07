"""Items with all that is known about them, by two or three statements a batch.

JSON columns stay the text they are, and PostgreSQL writes the times: reading them into Python was half of the work.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from annotation.arrays import today_reader
from annotation.kinds.doubt import probability_wrong
from annotation.models import Project
from annotation.queries.beliefs import Beliefs, beliefs_of

_ITEMS = """
SELECT item.id, gold.schema_version, item.external_id, item.data, item.metadata, gold.value,
    truth.value, truth.probability, truth.status
FROM annotation_item item
LEFT JOIN annotation_goldanswer gold ON gold.item_id = item.id
LEFT JOIN annotation_consensus truth ON truth.item_id = item.id
WHERE item.id = ANY(%s) ORDER BY item.id
"""
_ANNOTATIONS = """
SELECT one.item_id, one.schema_version, one.id, person.username, one.value, one.revision, one.seconds,
    lease.stream, lease.probability,
    to_char(one.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    to_char(one.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    lease.suggestion - 'schema_version',
    CASE WHEN one.value ? 'class' AND truth.posterior <> '{}'
         THEN 1 - coalesce((truth.posterior->>(one.value->>'class'))::float8, 0) END,
    CASE WHEN NOT one.value ? 'class'
              OR one.schema_version < coalesce((project.class_history->-1->>'version')::int, 0)
              OR NOT %s THEN truth.posterior END
FROM annotation_annotation one
LEFT JOIN annotation_consensus truth ON truth.item_id = one.item_id
JOIN annotation_project project ON project.id = one.project_id
JOIN annotation_assignment lease ON lease.id = one.assignment_id
JOIN auth_user person ON person.id = one.annotator_id
WHERE one.item_id = ANY(%s) ORDER BY one.item_id, one.id
"""
_REVISIONS = """
SELECT annotation_id, revision, value, seconds, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
FROM annotation_annotationrevision
WHERE annotation_id = ANY(%s) ORDER BY annotation_id, revision
"""
_REVIEWS = """
SELECT review.item_id, review.schema_version, jsonb_build_object(
    'id', review.id, 'decision', review.decision, 'value', review.value, 'reviewer', person.username,
    'note', review.note,
    'created_at', to_char(review.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text
FROM annotation_review review LEFT JOIN auth_user person ON person.id = review.reviewer_id
WHERE review.item_id = ANY(%s) AND review.undone_at IS NULL ORDER BY review.item_id, review.id
"""


@dataclass(slots=True)
class Revision:
    revision: int
    value: str
    seconds: float | None
    created_at: str


@dataclass(slots=True)
class Answer:
    """One annotation; `value` and `suggestion` are JSON texts."""

    id: int
    annotator: str
    value: str
    revision: int
    seconds: float | None
    stream: str
    probability: float
    created_at: str
    updated_at: str
    suggestion: str | None
    probability_wrong: float | None
    revisions: list[Revision] | None = None


@dataclass(slots=True)
class ExportRow:
    """One item; `data`, `metadata`, `gold`, `consensus_value` and each of `reviews` are JSON texts."""

    id: int
    external_id: str | None
    data: str
    metadata: str
    gold: str | None
    consensus_value: str | None
    consensus_probability: float | None
    consensus_status: str | None
    annotations: list[Answer] = field(default_factory=list)
    reviews: list[str] = field(default_factory=list)


def read_rows(item_ids: list[int], *, revisions: bool, project: Project) -> list[ExportRow]:
    """Returns the items as they are at one moment, in the order of their ids; ids that are gone are left out.

    Answers, consensus and decisions are in the project's classes of today; what these have no place for stays as it was
    said, and so do earlier revisions.
    """
    today = today_reader(project)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        beliefs = beliefs_of(project)
        cursor.execute(_ITEMS, [item_ids])
        rows = {}
        for item_id, version, *columns in cursor.fetchall():
            rows[item_id] = row = ExportRow(item_id, *columns)
            row.gold = row.gold and (today(row.gold, version) or row.gold)
            row.consensus_value = row.consensus_value and _believed(beliefs, row.consensus_value)
        cursor.execute(_ANNOTATIONS, [beliefs.is_of_today, item_ids])
        answers = []
        for item_id, version, *columns, posterior in cursor.fetchall():
            answers.append(one := Answer(*columns))
            known = today(one.value, version)
            if posterior is not None:
                one.probability_wrong = _doubt(beliefs, known, posterior)
            one.value = known or one.value
            rows[item_id].annotations.append(one)
        cursor.execute(_REVIEWS, [item_ids])
        for item_id, version, review in cursor.fetchall():
            rows[item_id].reviews.append(_decision(project, review, version))
        if revisions:
            _add_revisions(cursor, answers)
    return list(rows.values())


def _believed(beliefs: Beliefs, value: str) -> str:
    return value if beliefs.is_of_today else _json(beliefs.value(json.loads(value)))


def _decision(project: Project, review: str, version: int) -> str:
    """A decision as JSON, its verdict in the classes of today, or as it was said where these have no place for it."""
    if not project.is_renamed_since(version):
        return review
    said = json.loads(review)
    return _json(said | {"value": said["value"] and (project.today(said["value"], version) or said["value"])})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _doubt(beliefs: Beliefs, value: str | None, posterior: str) -> float | None:
    """How probably an answer in today's classes is wrong; None for one whose class is gone."""
    if value is None:
        return None
    project, believed = beliefs.project, beliefs.posterior(json.loads(posterior))
    return probability_wrong(project.question, json.loads(value), believed, project.schema)


def _add_revisions(cursor: Any, answers: Sequence[Answer]) -> None:
    cursor.execute(_REVISIONS, [[answer.id for answer in answers]])
    found: dict[int, list[Revision]] = defaultdict(list)
    for annotation_id, *columns in cursor.fetchall():
        found[annotation_id].append(Revision(*columns))
    for answer in answers:
        answer.revisions = found[answer.id]

"""The one bridge between rows and NumPy: a project's votes and known answers as arrays."""

import json
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

from annotation.models import Consensus, Item, Project, Stream

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

VOTES = """
COPY (
    SELECT a.id, a.item_id, a.annotator_id::bigint, a.value::text,
           coalesce(a.seconds, 'NaN'::float8), extract(epoch FROM a.created_at)::float8
    FROM annotation_annotation a WHERE a.project_id = %(project)d ORDER BY a.created_at, a.id
) TO STDOUT (FORMAT BINARY)
"""
GOLD = """
COPY (
    SELECT DISTINCT ON (item_id) item_id, value::text, is_review FROM (
        SELECT g.item_id, g.value, 0::bigint AS is_review FROM annotation_goldanswer g WHERE g.project_id = %(project)d
        UNION ALL
        SELECT r.item_id, r.value, 1::bigint FROM annotation_review r
        WHERE r.project_id = %(project)d AND r.undone_at IS NULL AND r.value IS NOT NULL) known
    ORDER BY item_id, is_review
) TO STDOUT (FORMAT BINARY)
"""
CONSENSUS = """
COPY (
    SELECT c.item_id, c.value::text, c.probability, c.n_votes::bigint,
           array_position(ARRAY['single', 'agreed', 'doubtful', 'gold', 'reviewed'], c.status::text)::bigint - 1
    FROM annotation_consensus c WHERE c.project_id = %(project)d ORDER BY c.item_id
) TO STDOUT (FORMAT BINARY)
"""
# The order in which arrays count a consensus's statuses.
STATUSES = (
    Consensus.Status.SINGLE, Consensus.Status.AGREED, Consensus.Status.DOUBTFUL, Consensus.Status.GOLD,
    Consensus.Status.REVIEWED,
)  # fmt: skip


@dataclass(frozen=True)
class Votes:
    """Everybody's newest answers, in the order in which they were first given.

    `votes` (n, 3) holds positions: item in `item_ids`, annotator in `annotator_ids`, class in `class_names`. Answers
    whose class the project no longer has are left out. `item_ids` rises and covers voted items and those with a
    known answer; `gold` (m, 2) is item and class, verdicts of reviewers included: `reviewed` are the items of those.
    `seconds` is NaN where nobody measured, `created` in epoch seconds.
    """

    class_names: list[str]
    item_ids: Ints
    annotator_ids: Ints
    annotation_ids: Ints
    votes: Ints
    seconds: Floats
    created: Floats
    gold: Ints
    reviewed: Ints

    @property
    def n_items(self) -> int:
        return len(self.item_ids)

    @property
    def n_annotators(self) -> int:
        return len(self.annotator_ids)

    @property
    def n_classes(self) -> int:
        return len(self.class_names)


def load_votes(project: Project) -> Votes:
    """Returns the project's votes; two statements, so call it in one REPEATABLE READ transaction.

    Rows are streamed into flat buffers: about 50 bytes a vote while reading, 70 afterwards.
    """
    to_class = _class_reader(project)
    annotation_ids, items, people, classes, seconds, created = _columns(
        VOTES, project.pk, ["int8", "int8", "int8", "text", "float8", "float8"], to_class
    )
    gold_items, gold_classes, is_review = _columns(GOLD, project.pk, ["int8", "text", "int8"], to_class)
    item_ids = np.unique(np.concatenate([items, gold_items]))
    annotator_ids, annotators = np.unique(people, return_inverse=True)
    return Votes(
        class_names=project.class_names,
        item_ids=item_ids,
        annotator_ids=annotator_ids,
        annotation_ids=annotation_ids,
        votes=np.column_stack([np.searchsorted(item_ids, items), annotators, classes]).astype(np.int64),
        seconds=seconds,
        created=created,
        gold=np.column_stack([np.searchsorted(item_ids, gold_items), gold_classes]).astype(np.int64),
        reviewed=np.searchsorted(item_ids, gold_items[is_review == 1]),
    )


def protected_items(project: Project) -> Ints:
    """Returns the ids of the items drawn at random to measure the model with, rising."""
    drawn = Item.objects.filter(project=project, drawn_at__isnull=False, draw_stream=Stream.RANDOM)
    return np.fromiter(drawn.order_by("id").values_list("id", flat=True).iterator(), dtype=np.int64)


@dataclass(frozen=True)
class Beliefs:
    """One row an item, by rising id: class (-1 when it is gone), its probability, votes, status as in STATUSES."""

    item_ids: Ints
    classes: Ints
    probability: Floats
    n_votes: Ints
    status: Ints


def load_consensus(project: Project) -> Beliefs:
    """Returns the stored consensus of every item that has one; one statement."""
    read = _class_reader(project)

    def class_or_gone(text: str) -> int:
        column = read(text)
        return -1 if column is None else column

    return Beliefs(*_columns(CONSENSUS, project.pk, ["int8", "text", "float8", "int8", "int8"], class_or_gone))


def _class_reader(project: Project) -> Callable[[str], int | None]:
    """Returns a function from a stored answer to its column, None when its class is gone. Each form is parsed once."""
    kind, schema = project.question, project.schema
    known: dict[str, int | None] = {}

    def read(text: str) -> int | None:
        if text not in known:
            known[text] = next(iter(kind.targets(json.loads(text), schema) or ()), None)
        return known[text]

    return read


def _columns(
    statement: str, project_id: int, types: list[str], to_class: Callable[[str], int | None]
) -> list[npt.NDArray[Any]]:
    """Streams a statement's rows into one array a column; rows whose answer has no class any more are skipped."""
    buffers = [array("d" if kind == "float8" else "q") for kind in types]
    answer = types.index("text")
    with connection.cursor() as cursor, cursor.copy(statement % {"project": project_id}) as copy:
        copy.set_types(types)
        for row in copy.rows():
            column = to_class(row[answer])
            if column is None:
                continue
            for position, buffer in enumerate(buffers):
                buffer.append(column if position == answer else row[position])
    return [np.array(buffer) for buffer in buffers]

"""The one bridge between rows and NumPy: a project's votes and known answers as arrays."""

import json
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

from annotation.kinds import Learner
from annotation.models import Consensus, Item, Project, Stream

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
# A stored answer as text and the schema that it was given under → its column or number, None to leave it out.
Reader = Callable[[str, int], int | None]

# Of an answer to a known item the first revision counts, or trying would be rewarded; null for all others.
FIRST = """
    CASE WHEN a.revision > 1 AND EXISTS (SELECT 1 FROM annotation_goldanswer g WHERE g.item_id = a.item_id)
         THEN (SELECT first.{column} FROM annotation_annotationrevision first
               WHERE first.annotation_id = a.id AND first.revision = 1) END"""
VOTES = """
COPY (
    SELECT id, item_id, person, coalesce(first, value)::text, coalesce(first_schema, schema_version)::bigint,
           seconds, created, coalesce(first <> value, false)::int::bigint
    FROM (SELECT a.id, a.item_id, a.annotator_id::bigint AS person, a.value, a.schema_version, {first} AS first,
                 {schema} AS first_schema, coalesce(a.seconds, 'NaN'::float8) AS seconds,
                 extract(epoch FROM a.created_at)::float8 AS created, a.created_at
          FROM annotation_annotation a WHERE a.project_id = %(project)d AND %(items)s) said
    ORDER BY created_at, id
) TO STDOUT (FORMAT BINARY)
""".replace("{first}", FIRST.format(column="value")).replace("{schema}", FIRST.format(column="schema_version"))
VOTE_TYPES = ("int8", "int8", "int8", "text", "int8", "float8", "float8", "int8")
GOLD = """
COPY (
    SELECT DISTINCT ON (item_id) item_id, value::text, schema_version::bigint, is_review FROM (
        SELECT g.item_id, g.value, g.schema_version, 0::bigint AS is_review
        FROM annotation_goldanswer g WHERE g.project_id = %(project)d
        UNION ALL
        SELECT r.item_id, r.value, r.schema_version, 1::bigint FROM annotation_review r
        WHERE r.project_id = %(project)d AND r.undone_at IS NULL AND r.value IS NOT NULL) known
    WHERE %(items)s ORDER BY item_id, is_review
) TO STDOUT (FORMAT BINARY)
"""
CONSENSUS = """
COPY (
    SELECT c.item_id, c.value::text, c.probability, c.n_votes::bigint,
           array_position(ARRAY['single', 'agreed', 'doubtful', 'gold', 'reviewed'], c.status::text)::bigint - 1
    FROM annotation_consensus c WHERE c.project_id = %(project)d AND %(items)s ORDER BY c.item_id
) TO STDOUT (FORMAT BINARY)
"""
# The order in which arrays count a consensus's statuses.
STATUSES = (
    Consensus.Status.SINGLE, Consensus.Status.AGREED, Consensus.Status.DOUBTFUL, Consensus.Status.GOLD,
    Consensus.Status.REVIEWED,
)  # fmt: skip


@dataclass(frozen=True)
class Votes:
    """Everybody's newest answers, of known items the first ones, in the order in which they were first given.

    `votes` (n, 3) holds positions: item in `item_ids`, annotator in `annotator_ids`, class in `class_names`. Answers
    whose class the project no longer has are left out. `item_ids` rises and covers voted items and those with a
    known answer; `gold` (m, 2) is item and class, verdicts of reviewers included: `reviewed` are the items of those.
    `seconds` is NaN where nobody measured, `created` in epoch seconds. `withdrawn` (n,): the author says something else
    by now, of a known item.
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
    withdrawn: npt.NDArray[np.bool_]

    @property
    def n_items(self) -> int:
        return len(self.item_ids)

    @property
    def n_annotators(self) -> int:
        return len(self.annotator_ids)

    @property
    def n_classes(self) -> int:
        return len(self.class_names)


@dataclass(frozen=True)
class Answers:
    """Votes whose third column, and that of `gold`, is the answer's number in `texts`: different answers as JSON."""

    votes: Votes
    texts: list[str]


def load_votes(project: Project, items: Sequence[int] | None = None) -> Votes:
    """Returns the project's votes, or those on some items (ids); two statements: call it in one snapshot.

    Rows are streamed into flat buffers: about 50 bytes a vote while reading, 70 afterwards.
    """
    return _votes(project, _column_reader(project), project.question.columns(project.schema), items)


def load_answers(project: Project) -> Answers:
    """Returns the answers of a kind that says more than one column, as `load_votes` returns votes."""
    numbers: dict[str, int] = {}
    today = today_reader(project)

    def to_number(text: str, version: int) -> int | None:
        answer = today(text, version)
        return None if answer is None else numbers.setdefault(answer, len(numbers))

    votes = _votes(project, to_number, [])
    return Answers(votes, list(numbers))


def _votes(
    project: Project, to_class: Reader, class_names: list[str], items_wanted: Sequence[int] | None = None
) -> Votes:
    annotation_ids, items, people, classes, _, seconds, created, withdrawn = _columns(
        VOTES, project.pk, VOTE_TYPES, to_class, items_wanted
    )
    gold_items, gold_classes, _, is_review = _columns(
        GOLD, project.pk, ["int8", "text", "int8", "int8"], to_class, items_wanted
    )
    item_ids = np.unique(np.concatenate([items, gold_items]))
    annotator_ids, annotators = np.unique(people, return_inverse=True)
    return Votes(
        class_names=class_names,
        item_ids=item_ids,
        annotator_ids=annotator_ids,
        annotation_ids=annotation_ids,
        votes=np.column_stack([np.searchsorted(item_ids, items), annotators, classes]).astype(np.int64),
        seconds=seconds,
        created=created,
        gold=np.column_stack([np.searchsorted(item_ids, gold_items), gold_classes]).astype(np.int64),
        reviewed=np.searchsorted(item_ids, gold_items[is_review == 1]),
        withdrawn=withdrawn == 1,
    )


def protected_items(project: Project, items: Sequence[int] | None = None) -> Ints:
    """Returns the ids of the items, or of those among `items`, drawn at random to measure the model with, rising."""
    drawn = Item.objects.filter(project=project, drawn_at__isnull=False, draw_stream=Stream.RANDOM)
    if items is not None:
        drawn = drawn.filter(pk__in=items)
    return np.fromiter(drawn.order_by("id").values_list("id", flat=True).iterator(), dtype=np.int64)


@dataclass(frozen=True)
class Beliefs:
    """One row an item, by rising id: class (-1 when it is gone), its probability, votes, status as in STATUSES."""

    item_ids: Ints
    classes: Ints
    probability: Floats
    n_votes: Ints
    status: Ints


def load_consensus(project: Project, items: Sequence[int] | None = None) -> Beliefs:
    """Returns the stored consensus of every item, or of some (ids), that has one; one statement."""
    read = _column_reader(project)

    def class_or_gone(text: str, _: int) -> int:
        column = read(text, project.schema_version)
        return -1 if column is None else column

    types = ["int8", "text", "float8", "int8", "int8"]
    return Beliefs(*_columns(CONSENSUS, project.pk, types, class_or_gone, items))


def _column_reader(project: Project) -> Reader:
    """Returns a function from a stored answer, and the schema that it was given under, to its column today.

    None when its class is gone. Each form is parsed once.
    """
    kind, schema = project.question, project.schema
    known: dict[tuple[str, int], int | None] = {}

    def read(text: str, version: int) -> int | None:
        if (text, version) not in known:
            answer = project.today(json.loads(text), version)
            known[text, version] = None if answer is None else next(iter(kind.targets(answer, schema) or ()), None)
        return known[text, version]

    return read


def today_reader(project: Project) -> Callable[[str, int], str | None]:
    """Returns a function from a stored answer to its JSON in today's classes, written as the database writes it.

    What has not changed is not parsed, but for sets of classes: no history tells in which order the classes were.
    """
    newest = max((step["version"] for step in project.class_history), default=0)
    is_set = project.question.learner is Learner.SIGMOID

    def read(text: str, version: int) -> str | None:
        if version >= newest and not is_set:
            return text
        answer = project.today(json.loads(text), version)
        return None if answer is None else json.dumps(answer, ensure_ascii=False)

    return cache(read) if is_set else read


def _columns(
    statement: str, project_id: int, types: Sequence[str], to_class: Reader, items: Sequence[int] | None = None
) -> list[npt.NDArray[Any]]:
    """Streams a statement's rows into one array a column; rows whose answer has no class any more are skipped.

    The column after the answer is the schema that it was given under.
    """
    buffers = [array("d" if kind == "float8" else "q") for kind in types]
    answer = types.index("text")
    with connection.cursor() as cursor, cursor.copy(statement % _bounds(project_id, items)) as copy:
        copy.set_types(types)
        for row in copy.rows():
            column = to_class(row[answer], row[answer + 1])
            if column is None:
                continue
            for position, buffer in enumerate(buffers):
                buffer.append(column if position == answer else row[position])
    return [np.array(buffer) for buffer in buffers]


def _bounds(project_id: int, items: Sequence[int] | None) -> dict[str, Any]:
    """What a statement's placeholders stand for. COPY takes no parameters, so only whole numbers are put in."""
    some = "true" if items is None else f"item_id = ANY('{{{','.join(str(int(item)) for item in items)}}}'::bigint[])"
    return {"project": project_id, "items": some}

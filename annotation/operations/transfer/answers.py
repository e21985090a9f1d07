"""Answers that come with a row: gold, predictions of other models, existing annotations. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from annotation.errors import InvalidValue
from annotation.kinds import Kind, Schema
from annotation.kinds.items import refuse_unstorable
from annotation.sentences import beside, say

MAX_PER_ITEM = 100


class RowError(Exception):
    """Why a row is refused: the field and a sentence. The rest of the batch is not touched."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message

    def shown(self) -> dict[str, Any]:
        """The refusal as a report carries it: field, sentence, and its code where it has one."""
        return {"field": self.field, "message": self.message, **beside(self.message)}


@dataclass(frozen=True)
class Expected:
    """What rows must look like in the project; with an item's `data` also what answers to it must look like."""

    kind: Kind
    schema: Schema
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Vote:
    """An existing answer that comes with the item. `created_at` None means now."""

    annotator: str
    value: dict[str, Any]
    created_at: datetime | None


def check_text(text: str, field: str) -> None:
    """Raises RowError for characters that PostgreSQL or UTF-8 cannot hold; nothing is stored silently changed."""
    try:
        refuse_unstorable(text, field)
    except InvalidValue as error:
        raise RowError(field, error.message) from error


def checked_value(value: Any, expected: Expected, field: str) -> dict[str, Any]:
    """Returns the answer in its stored form."""
    try:
        return expected.kind.canonical(value, expected.schema, expected.data)
    except InvalidValue as error:
        raise RowError(field, error.message) from error


def entries_of(entries: Any, field: str) -> Sequence[Mapping[str, Any]]:
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise RowError(field, say("row.list", "A list of objects is expected."))
    if len(entries) > MAX_PER_ITEM:
        raise RowError(field, say("row.at_most", "At most {n} are taken.", n=MAX_PER_ITEM))
    return entries


def checked_votes(entries: Any, expected: Expected) -> list[Vote]:
    """Returns one answer a person; whether she is in the project is looked up later."""
    votes: dict[str, Vote] = {}
    for number, one in enumerate(entries_of(entries, "annotations")):
        field, annotator = f"annotations.{number}", one.get("annotator")
        if not isinstance(annotator, str) or not annotator:
            raise RowError(f"{field}.annotator", say("row.username", "A username is expected."))
        check_text(annotator, f"{field}.annotator")
        if annotator in votes:
            raise RowError(f"{field}.annotator", say("row.two_answers", "Two answers of one person to one item."))
        value = checked_value(one.get("value"), expected, f"{field}.value")
        votes[annotator] = Vote(annotator, value, _moment(one.get("created_at"), f"{field}.created_at"))
    return list(votes.values())


def _moment(moment: Any, field: str) -> datetime | None:
    """Returns the time; one without a zone is taken as UTC. The future is refused by the database's clock, later."""
    if moment is None:
        return None
    try:
        parsed = datetime.fromisoformat(moment)
        parsed = parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise RowError(field, say("row.time", "A time looks like 2026-01-31T12:00:00Z.")) from error
    if parsed.year < 1970:
        raise RowError(field, say("row.time_early", "A time before 1970 is not believed."))
    return parsed

"""Answers that come with a row: gold, predictions of other models, existing annotations. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from annotation.errors import InvalidValue
from annotation.kinds import LINEAR, Kind, Learner, Schema
from annotation.kinds.items import refuse_unstorable

MAX_PER_ITEM = 100


class RowError(Exception):
    """Why a row is refused: the field and a sentence. The rest of the batch is not touched."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


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


@dataclass(slots=True)
class Outside:
    """What another model said."""

    model: str
    value: dict[str, Any]
    probabilities: dict[str, float] | None


def check_text(text: str, field: str) -> None:
    """Raises RowError for characters that PostgreSQL or UTF-8 cannot hold; nothing is stored silently changed."""
    try:
        refuse_unstorable(text, field)
    except InvalidValue as error:
        raise RowError(field, error.message) from error


def reportable(text: str) -> str:
    """Returns a text from outside as a report may carry it: what UTF-8 or PostgreSQL cannot hold becomes a ?."""
    return text.encode("utf-8", "replace").decode().replace("\0", "?")


def checked_value(value: Any, expected: Expected, field: str) -> dict[str, Any]:
    """Returns the answer in its stored form."""
    try:
        return expected.kind.canonical(value, expected.schema, expected.data)
    except InvalidValue as error:
        raise RowError(field, error.message) from error


def _entries(entries: Any, field: str) -> Sequence[Mapping[str, Any]]:
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise RowError(field, "A list of objects is expected.")
    if len(entries) > MAX_PER_ITEM:
        raise RowError(field, f"At most {MAX_PER_ITEM} are taken.")
    return entries


def checked_predictions(entries: Any, expected: Expected) -> list[Outside]:
    """Returns one prediction a model."""
    found: dict[str, Outside] = {}
    for number, one in enumerate(_entries(entries, "predictions")):
        field = f"predictions.{number}"
        model = one.get("model", "")
        if not isinstance(model, str) or len(model) > 100:
            raise RowError(f"{field}.model", "A model's name is a text of at most 100 characters.")
        check_text(model, f"{field}.model")
        if model in found:
            raise RowError(f"{field}.model", "Two predictions of one model.")
        found[model] = _prediction(model, one, expected, field)
    return list(found.values())


def _prediction(model: str, one: Mapping[str, Any], expected: Expected, field: str) -> Outside:
    odds = one.get("class_probabilities")
    if odds is None:
        return Outside(model, checked_value(one.get("value"), expected, f"{field}.value"), None)
    place = f"{field}.class_probabilities"
    names = expected.kind.columns(expected.schema) if expected.kind.learner in LINEAR else []
    if not names:
        raise RowError(place, f"Projects of kind {expected.kind.name} take predictions as a value.")
    if not isinstance(odds, dict) or not odds or not odds.keys() <= set(names):
        raise RowError(place, f"It names classes of the project: {', '.join(names)}.")
    _check_probabilities(odds, place, sum_to_one=expected.kind.learner is not Learner.SIGMOID)
    value = one.get("value", _likeliest(odds, names, expected))
    return Outside(
        model, checked_value(value, expected, f"{field}.value"), {name: float(p) for name, p in odds.items()}
    )


def _check_probabilities(odds: Mapping[str, Any], place: str, *, sum_to_one: bool) -> None:
    numbers = all(isinstance(p, int | float) and not isinstance(p, bool) and 0 <= p <= 1 for p in odds.values())
    if not numbers:
        raise RowError(place, "Probabilities are numbers from 0 to 1.")
    if sum_to_one and abs(sum(odds.values()) - 1) > 0.01:
        raise RowError(place, "Probabilities have the sum 1.")


def _likeliest(odds: Mapping[str, float], names: Sequence[str], expected: Expected) -> dict[str, Any]:
    """Returns the answer that these probabilities speak for."""
    if expected.kind.learner is Learner.SIGMOID:
        chosen = [k for k, name in enumerate(names) if odds.get(name, 0) >= 0.5]
    else:
        chosen = [names.index(max(odds, key=lambda name: odds[name]))]
    return expected.kind.value_of(chosen, expected.schema)


def checked_votes(entries: Any, expected: Expected) -> list[Vote]:
    """Returns one answer a person; whether she is in the project is looked up later."""
    votes: dict[str, Vote] = {}
    for number, one in enumerate(_entries(entries, "annotations")):
        field, annotator = f"annotations.{number}", one.get("annotator")
        if not isinstance(annotator, str) or not annotator:
            raise RowError(f"{field}.annotator", "A username is expected.")
        check_text(annotator, f"{field}.annotator")
        if annotator in votes:
            raise RowError(f"{field}.annotator", "Two answers of one person to one item.")
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
        raise RowError(field, "A time looks like 2026-01-31T12:00:00Z.") from error
    if parsed.year < 1970:
        raise RowError(field, "A time before 1970 is not believed.")
    return parsed

"""One row from outside → one checked draft of an item. Pure: no database, no files."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from json.encoder import encode_basestring
from typing import Any

from annotation.errors import InvalidValue
from annotation.kinds.base import Kind

MAX_TEXT = 100_000
MAX_EXTERNAL_ID = 200
MAX_METADATA_BYTES = 16 * 1024
MAX_PER_ITEM = 100
FIELDS = frozenset(("external_id", "data", "gold", "predictions", "metadata", "annotations"))

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


class RowError(Exception):
    """Why a row is refused: the field and a sentence. The rest of the batch is not touched."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


@dataclass(frozen=True)
class Schema:
    """What answers must look like in the project."""

    kind: Kind
    classes: Sequence[str]


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


@dataclass(slots=True)
class Draft:
    """An item that may be stored. `data` and `metadata` are JSON texts; the hash is of the canonical data."""

    index: int
    external_id: str | None
    data: str
    metadata: str
    content_hash: bytes
    length: int
    gold: dict[str, Any] | None = None
    votes: list[Vote] = field(default_factory=list)
    predictions: list[Outside] = field(default_factory=list)


def read_row(index: int, row: Any, schema: Schema) -> Draft:
    """Returns the draft; raises RowError for the first thing that is wrong."""
    if not isinstance(row, dict):
        raise RowError("", "An item is an object.")
    if not row.keys() <= FIELDS:
        unknown = min(map(str, row.keys() - FIELDS))
        raise RowError(unknown[:100], f"There is no such field. Known: {', '.join(sorted(FIELDS))}.")
    data, length = _data(row.get("data"))
    draft = Draft(
        index,
        _external_id(row.get("external_id")),
        data,
        _metadata(row.get("metadata")),
        hashlib.blake2b(data.encode(), digest_size=16).digest(),
        length,
    )
    if row.get("gold") is not None:
        draft.gold = _value(row["gold"], schema, "gold")
    if row.get("predictions"):
        draft.predictions = _predictions(row["predictions"], schema)
    if row.get("annotations"):
        draft.votes = _votes(row["annotations"], schema)
    return draft


def check_text(text: str, field: str) -> None:
    """Raises RowError for characters that PostgreSQL or UTF-8 cannot hold; nothing is stored silently changed."""
    if "\0" in text:
        raise RowError(field, "A NUL character cannot be stored.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise RowError(field, f"Not valid Unicode at character {error.start + 1}.") from error


def _data(data: Any) -> tuple[str, int]:
    if not isinstance(data, dict) or not isinstance(text := data.get("text"), str):
        raise RowError("data.text", 'An item needs {"data": {"text": "…"}}.')
    check_text(text, "data.text")
    if not text.strip():
        raise RowError("data.text", "The text is empty.")
    if len(text) > MAX_TEXT:
        raise RowError("data.text", f"The text has {len(text):,} characters; at most {MAX_TEXT:,} are taken.")
    if len(data) == 1:
        return f'{{"text":{encode_basestring(text)}}}', len(text)
    _json({name: value for name, value in data.items() if name != "text"}, "data")
    return _encode(data), len(text)


def _external_id(name: Any) -> str | None:
    if name is None:
        return None
    if not isinstance(name, str) or not name:
        raise RowError("external_id", "An external_id is a text that is not empty.")
    if len(name) > MAX_EXTERNAL_ID:
        raise RowError("external_id", f"An external_id has at most {MAX_EXTERNAL_ID} characters.")
    check_text(name, "external_id")
    return name


def _metadata(metadata: Any) -> str:
    if not metadata and (metadata is None or isinstance(metadata, dict)):
        return "{}"
    if not isinstance(metadata, dict):
        raise RowError("metadata", "Metadata is an object.")
    return _json(metadata, "metadata")


def _json(value: Any, field: str) -> str:
    """Returns the value as JSON text of a bounded size."""
    try:
        text = _encode(value)
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise RowError(field, "It holds text that is not valid Unicode.") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise RowError(field, "It cannot be written as JSON.") from error
    if size > MAX_METADATA_BYTES:
        raise RowError(field, f"It is {size:,} bytes of JSON; at most {MAX_METADATA_BYTES:,} are taken.")
    if "\\u0000" in text and _holds_nul(value):
        raise RowError(field, "A NUL character cannot be stored.")
    return text


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(name) or _holds_nul(one) for name, one in value.items())
    return isinstance(value, list) and any(map(_holds_nul, value))


def _value(value: Any, schema: Schema, field: str) -> dict[str, Any]:
    try:
        return schema.kind.canonical(value, schema.classes)
    except InvalidValue as error:
        raise RowError(field, error.message) from error


def _entries(entries: Any, field: str) -> Sequence[Mapping[str, Any]]:
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise RowError(field, "A list of objects is expected.")
    if len(entries) > MAX_PER_ITEM:
        raise RowError(field, f"At most {MAX_PER_ITEM} are taken.")
    return entries


def _predictions(entries: Any, schema: Schema) -> list[Outside]:
    found: dict[str, Outside] = {}
    for number, one in enumerate(_entries(entries, "predictions")):
        field = f"predictions.{number}"
        model = one.get("model", "")
        if not isinstance(model, str) or len(model) > 100:
            raise RowError(f"{field}.model", "A model's name is a text of at most 100 characters.")
        check_text(model, f"{field}.model")
        if model in found:
            raise RowError(f"{field}.model", "Two predictions of one model.")
        found[model] = _prediction(model, one, schema, field)
    return list(found.values())


def _prediction(model: str, one: Mapping[str, Any], schema: Schema, field: str) -> Outside:
    odds = one.get("class_probabilities")
    if odds is None:
        return Outside(model, _value(one.get("value"), schema, f"{field}.value"), None)
    place = f"{field}.class_probabilities"
    if not isinstance(odds, dict) or not odds or not odds.keys() <= set(schema.classes):
        raise RowError(place, f"It names classes of the project: {', '.join(schema.classes)}.")
    numbers = all(isinstance(p, int | float) and not isinstance(p, bool) and 0 <= p <= 1 for p in odds.values())
    if not numbers or abs(sum(odds.values()) - 1) > 0.01:
        raise RowError(place, "Probabilities are numbers from 0 to 1 with the sum 1.")
    likeliest = max(odds, key=lambda name: odds[name])
    value = one.get("value", {"class": likeliest})
    return Outside(model, _value(value, schema, f"{field}.value"), {name: float(p) for name, p in odds.items()})


def _votes(entries: Any, schema: Schema) -> list[Vote]:
    votes: dict[str, Vote] = {}
    for number, one in enumerate(_entries(entries, "annotations")):
        field, annotator = f"annotations.{number}", one.get("annotator")
        if not isinstance(annotator, str) or not annotator:
            raise RowError(f"{field}.annotator", "A username is expected.")
        check_text(annotator, f"{field}.annotator")
        if annotator in votes:
            raise RowError(f"{field}.annotator", "Two answers of one person to one item.")
        value = _value(one.get("value"), schema, f"{field}.value")
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

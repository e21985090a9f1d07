"""One row from outside → one checked draft of an item. Pure: no database, no files."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from json.encoder import encode_basestring
from typing import Any

from annotation.errors import InvalidValue
from annotation.kinds import Kind
from annotation.operations.transfer.answers import (
    Expected,
    RowError,
    Vote,
    check_text,
    checked_value,
    checked_votes,
)
from annotation.operations.transfer.predicted import Outside, checked_predictions
from annotation.sentences import say
from annotation.troubles import reportable

MAX_EXTERNAL_ID = 200
MAX_METADATA_BYTES = 16 * 1024
FIELDS = frozenset(("external_id", "data", "gold", "predictions", "metadata", "annotations"))
_WITHOUT_ANSWERS = frozenset(("external_id", "data", "metadata"))

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


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


def read_row(index: int, row: Any, expected: Expected) -> Draft:
    """Returns the draft; raises RowError for the first thing that is wrong."""
    if not isinstance(row, dict):
        raise RowError("", say("row.object", "An item is an object."))
    if not row.keys() <= FIELDS:
        unknown = min(map(str, row.keys() - FIELDS))
        known = say("row.field", "There is no such field. Known: {known}.", known=", ".join(sorted(FIELDS)))
        raise RowError(reportable(unknown[:100]), known)
    data, length = _data(row.get("data"), expected.kind)
    draft = Draft(
        index,
        _external_id(row.get("external_id")),
        data,
        _metadata(row.get("metadata")),
        hashlib.blake2b(data.encode(), digest_size=16).digest(),
        length,
    )
    if not row.keys() <= _WITHOUT_ANSWERS:
        _add_answers(draft, row, replace(expected, data=row["data"]))
    return draft


def _add_answers(draft: Draft, row: dict[str, Any], expected: Expected) -> None:
    """Adds what the row says that its item's answer is; raises RowError for the first thing that is wrong."""
    if row.get("gold") is not None:
        draft.gold = checked_value(row["gold"], expected, "gold")
    if row.get("predictions"):
        draft.predictions = checked_predictions(row["predictions"], expected)
    if row.get("annotations"):
        draft.votes = checked_votes(row["annotations"], expected)


def _data(data: Any, kind: Kind) -> tuple[str, int]:
    """Returns the data as JSON text and its length. What is shown has limits of its own; the rest is like metadata."""
    try:
        part, length = kind.checked_item(data if isinstance(data, dict) else {})
    except InvalidValue as error:
        raise RowError(next(iter(error.fields)), error.message) from error
    if data.keys() == {"text"}:
        return f'{{"text":{encode_basestring(data["text"])}}}', length
    _json({name: value for name, value in data.items() if name != part}, "data")
    return _encode(data), length


def _external_id(name: Any) -> str | None:
    if name is None:
        return None
    if not isinstance(name, str) or not name:
        raise RowError("external_id", say("row.id", "An external_id is a text that is not empty."))
    if len(name) > MAX_EXTERNAL_ID:
        english = "An external_id has at most {n} characters."
        raise RowError("external_id", say("row.id_too_long", english, n=MAX_EXTERNAL_ID))
    check_text(name, "external_id")
    return name


def _metadata(metadata: Any) -> str:
    if not metadata and (metadata is None or isinstance(metadata, dict)):
        return "{}"
    if not isinstance(metadata, dict):
        raise RowError("metadata", say("row.metadata", "Metadata is an object."))
    return _json(metadata, "metadata")


def _json(value: Any, field: str) -> str:
    """Returns the value as JSON text of a bounded size."""
    try:
        text = _encode(value)
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise RowError(field, say("row.unicode", "It holds text that is not valid Unicode.")) from error
    except (ValueError, TypeError, RecursionError) as error:
        raise RowError(field, say("row.json", "It cannot be written as JSON.")) from error
    if size > MAX_METADATA_BYTES:
        english = "It is {n:,} bytes of JSON; at most {most:,} are taken."
        raise RowError(field, say("row.bytes", english, n=size, most=MAX_METADATA_BYTES))
    if "\\u0000" in text and _holds_nul(value):
        raise RowError(field, say("text.nul", "A NUL character cannot be stored."))
    return text


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(name) or _holds_nul(one) for name, one in value.items())
    return isinstance(value, list) and any(map(_holds_nul, value))

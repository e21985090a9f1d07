"""Which column or field of a file means what."""

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from annotation.errors import BadRequest
from annotation.operations.transfer.reading import ENCODINGS, Unreadable
from annotation.sentences import say
from annotation.troubles import reportable

DELIMITERS = (",", ";", "\t", "|")
MAX_METADATA_COLUMNS = 100
_NAMES = ("text", "second_text", "external_id", "gold", "annotation")
_KNOWN = {*_NAMES, "metadata", "header", "delimiter", "encoding"}
_EXTERNAL_ID_NAMES = ("external_id", "id")


@dataclass(frozen=True)
class Mapping:
    """Names of columns (CSV) or fields (JSONL; a dot goes into an object). Without `text` the usual names are tried.

    `header` None means: look. In a CSV file without header the columns are called "1", "2", ….
    `second_text` is the other text of a pair to compare, `annotation` a column with answers of the person who imports.
    """

    text: str | None = None
    second_text: str | None = None
    external_id: str | None = None
    gold: str | None = None
    annotation: str | None = None
    metadata: tuple[str, ...] = field(default=())
    header: bool | None = None
    delimiter: str | None = None
    encoding: str | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"metadata": list(self.metadata)}


def checked_mapping(given: AnyMapping[str, Any] | None) -> Mapping:
    """Returns the mapping; raises BadRequest naming what is wrong with its shape."""
    given = given if given is not None else {}
    if not isinstance(given, dict):
        raise _wrong("mapping", "It is an object.")
    unknown = set(map(str, given)) - _KNOWN
    if unknown:
        raise _wrong(f"mapping.{reportable(min(unknown)[:100])}", f"Unknown. Known: {', '.join(sorted(_KNOWN))}.")
    for name in _NAMES:
        if given.get(name) is not None and not _is_name(given[name]):
            raise _wrong(f"mapping.{name}", "The name of a column or null.")
    columns = given.get("metadata") or []
    if not isinstance(columns, list | tuple) or len(columns) > MAX_METADATA_COLUMNS or not all(map(_is_name, columns)):
        raise _wrong("mapping.metadata", f"A list of at most {MAX_METADATA_COLUMNS} names of columns.")
    if given.get("header") not in (None, True, False):
        raise _wrong("mapping.header", "True, false or null.")
    for name, allowed in (("delimiter", DELIMITERS), ("encoding", ENCODINGS)):
        if given.get(name) is not None and given[name] not in allowed:
            raise _wrong(f"mapping.{name}", f"One of {', '.join(map(repr, allowed))}.")
    return Mapping(**({**given, "metadata": tuple(columns)}))


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200 and "\0" not in value and value.isprintable()


def _wrong(place: str, message: str) -> BadRequest:
    return BadRequest(f"{place}: {message}", fields={place: message})


@dataclass(frozen=True)
class Columns:
    """A mapping found in a header: places instead of names."""

    count: int
    text: int
    second_text: int | None
    external_id: int | None
    gold: int | None
    annotation: int | None
    metadata: tuple[tuple[str, int], ...]
    has_header: bool


def find_columns(first: Sequence[str], mapping: Mapping) -> Columns:
    """Returns where the mapped columns are, given the first record; raises Unreadable when one is missing."""
    names = [cell.strip() for cell in first]
    wanted = [name for name in (getattr(mapping, part) for part in _NAMES) if name is not None]
    wanted += mapping.metadata
    numbers = [str(place) for place in range(1, len(names) + 1)]
    has_header = mapping.header
    if has_header is None:
        has_header = set(wanted) <= set(names) if wanted else "text" in map(str.lower, names) or len(names) > 1
        has_header = has_header or not set(wanted) <= set(numbers)
    places = {name: place for place, name in reversed(list(enumerate(names if has_header else numbers)))}
    for name in wanted:
        if name not in places:
            shown = ", ".join(list(places)[::-1][:20])[:500]
            english = "There is no column {name!r}. The file has: {columns}."
            raise Unreadable(say("file.no_column", english, name=name, columns=reportable(shown)))
    return Columns(
        count=len(names),
        text=places[mapping.text] if mapping.text is not None else _guess_text(places),
        second_text=places[mapping.second_text] if mapping.second_text is not None else None,
        external_id=_guess_external_id(places, mapping),
        gold=places[mapping.gold] if mapping.gold is not None else None,
        annotation=places[mapping.annotation] if mapping.annotation is not None else None,
        metadata=tuple((name, places[name]) for name in mapping.metadata),
        has_header=has_header,
    )


def _guess_text(places: dict[str, int]) -> int:
    by_lower = {name.lower(): place for name, place in places.items()}
    if "text" in by_lower:
        return by_lower["text"]
    if len(places) == 1:
        return 0
    english = "There is no column called text; say in the mapping which one holds the text."
    raise Unreadable(say("file.no_text", english))


def _guess_external_id(places: dict[str, int], mapping: Mapping) -> int | None:
    if mapping.external_id is not None:
        return places[mapping.external_id]
    if mapping.text is not None:
        return None
    return next((places[name] for name in _EXTERNAL_ID_NAMES if name in places), None)

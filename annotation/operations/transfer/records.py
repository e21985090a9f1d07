"""Text of a CSV or JSONL file → rows in the shape that `items/` takes, numbered as the file's owner counts them."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from annotation.kinds import Kind
from annotation.kinds.cells import answer_in
from annotation.operations.transfer.answers import RowError
from annotation.operations.transfer.mapping import DELIMITERS, Columns, Mapping, find_columns
from annotation.operations.transfer.reading import MAX_LINE, Lines, TooLong, Unreadable
from annotation.operations.transfer.rows import FIELDS
from annotation.sentences import say

MAX_COLUMNS = 1_000
MAX_DEPTH = 64

# A field may be as long as a line: what is too long for an item is then refused as a row, with its number.
csv.field_size_limit(MAX_LINE)


@dataclass(frozen=True)
class Importer:
    """Whose answers a file brings, and to which kind of question."""

    username: str
    kind: Kind

    def answer(self, cell: Any) -> Any:
        return answer_in(self.kind, cell)

    def annotation(self, cell: Any) -> dict[str, Any]:
        return {"annotator": self.username, "value": self.answer(cell)}


Record = tuple[int, dict[str, Any] | RowError]


def csv_records(text: io.TextIOWrapper, mapping: Mapping, importer: Importer) -> Iterator[Record]:
    """Yields each record after the header with its number (the first record of the file is 1; blank lines count).

    Raises Unreadable when nothing after this point can be trusted, as after a quote that is never closed.
    """
    records = _raw_records(Lines(text), mapping.delimiter)
    number, header = next(((number, cells) for number, cells in records if not _is_blank(cells)), (1, None))
    if header is None:
        raise Unreadable(say("file.empty", "The file is empty."))
    if isinstance(header, RowError):
        raise Unreadable(header.message, number)
    if len(header) > MAX_COLUMNS:
        english = "The file has {n:,} columns; at most {most:,} are taken."
        raise Unreadable(say("file.columns", english, n=len(header), most=MAX_COLUMNS), number)
    columns = find_columns(header, mapping)
    if not columns.has_header:
        yield number, _from_cells(header, columns, importer)
    for number, cells in records:
        if isinstance(cells, RowError):
            yield number, cells
        elif len(cells) == columns.count:
            yield number, _from_cells(cells, columns, importer)
        elif not _is_blank(cells):
            english = "{n:,} columns where the first row has {first:,}."
            yield number, RowError("", say("row.columns", english, n=len(cells), first=columns.count))


def _is_blank(cells: list[str] | RowError) -> bool:
    return not isinstance(cells, RowError) and not any(map(str.strip, cells))


def _raw_records(lines: Lines, delimiter: str | None) -> Iterator[tuple[int, list[str] | RowError]]:
    reader = csv.reader(lines, delimiter=delimiter or _sniff(lines.peek()), strict=True)
    number = 0
    while True:
        number, lines_before = number + 1, lines.count
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except (csv.Error, TooLong) as error:
            # What follows a record that went wrong over several lines, or inside quotes, cannot be told apart from it.
            if lines.count - lines_before > 1 or lines.quotes % 2:
                english = "A quote that opens here is not closed properly; nothing from here on was read."
                raise Unreadable(say("file.quote", english), number) from error
            yield number, RowError("", say("row.not_csv", "Not CSV: {why}.", why=str(error)))


def _sniff(line: str) -> str:
    """Returns the delimiter that splits the line into most parts; a comma when none does."""

    def n_parts(delimiter: str) -> int:
        return len(next(csv.reader([line], delimiter=delimiter), []))

    return max(DELIMITERS, key=n_parts)


def _from_cells(cells: list[str], columns: Columns, importer: Importer) -> dict[str, Any]:
    first = cells[columns.text]
    shown = {"text": first} if columns.second_text is None else {"texts": [first, cells[columns.second_text]]}
    row: dict[str, Any] = {"data": shown}
    if columns.external_id is not None:
        row["external_id"] = cells[columns.external_id] or None
    if columns.gold is not None and cells[columns.gold].strip():
        row["gold"] = importer.answer(cells[columns.gold])
    if columns.annotation is not None and cells[columns.annotation].strip():
        row["annotations"] = [importer.annotation(cells[columns.annotation])]
    if columns.metadata:
        row["metadata"] = {name: cells[place] for name, place in columns.metadata}
    return row


def jsonl_records(text: io.TextIOWrapper, mapping: Mapping, importer: Importer) -> Iterator[Record]:
    """Yields each line that is not blank with its number; raises Unreadable for a file that is not line by line."""
    lines, number, n_found = Lines(text), 0, 0
    if lines.peek().lstrip().startswith("["):
        raise Unreadable(say("file.list", "One JSON object a line is expected; this file is one list."), 1)
    while True:
        number += 1
        try:
            line = next(lines)
            if not line.isspace():
                n_found += 1
                yield number, _from_object(_parsed(line), mapping, importer)
        except StopIteration:
            break
        except TooLong as error:
            yield number, RowError("", error.message)
        except RowError as error:
            yield number, error
    if not n_found:
        raise Unreadable(say("file.empty", "The file is empty."))


def _parsed(line: str) -> dict[str, Any]:
    if line.count("{") + line.count("[") > MAX_DEPTH and _depth(line) > MAX_DEPTH:
        raise RowError("", say("row.nested", "Nested deeper than {n}.", n=MAX_DEPTH))
    try:
        value = _DECODER.decode(line)
    except json.JSONDecodeError as error:
        english = "Not JSON: {why} at character {n}."
        raise RowError("", say("row.not_json_at", english, why=error.msg, n=error.pos + 1)) from error
    except ValueError as error:
        raise RowError("", say("row.not_json", "Not JSON: {why}.", why=str(error))) from error
    if not isinstance(value, dict):
        raise RowError("", say("row.no_object", "A JSON object is expected on each line."))
    return value


def _depth(line: str) -> int:
    """Returns an upper bound: brackets inside texts count too."""
    depth = deepest = 0
    for character in line:
        depth += (character in "{[") - (character in "]}")
        deepest = max(deepest, depth)
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name appears twice in one object")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)


def _from_object(row: dict[str, Any], mapping: Mapping, importer: Importer) -> dict[str, Any]:
    """Returns an item as `items/` takes it: the object itself when it has that shape, else its mapped fields."""
    if mapping.text is None and isinstance(row.get("data"), dict):
        return {name: row[name] for name in FIELDS if name in row}
    found: dict[str, Any] = {"data": _shown_in(row, mapping)}
    name = _field(row, mapping.external_id) if mapping.external_id else row.get("external_id", row.get("id"))
    if mapping.external_id or mapping.text is None:
        found["external_id"] = str(name) if isinstance(name, int) and not isinstance(name, bool) else name
    if mapping.gold and (gold := _field(row, mapping.gold)) is not None:
        found["gold"] = importer.answer(gold)
    if mapping.annotation and (answer := _field(row, mapping.annotation)) is not None:
        found["annotations"] = [importer.annotation(answer)]
    if mapping.metadata:
        found["metadata"] = {name: _field(row, name) for name in mapping.metadata}
    return found


def _shown_in(row: dict[str, Any], mapping: Mapping) -> dict[str, Any]:
    if mapping.second_text is not None:
        return {"texts": [_field(row, mapping.text or "text"), _field(row, mapping.second_text)]}
    if mapping.text is None and "text" not in row:
        return {name: row[name] for name in ("texts", "image") if name in row} or {"text": None}
    return {"text": _field(row, mapping.text or "text")}


def _field(row: dict[str, Any], name: str) -> Any:
    """Returns a field by name, or by a path of names with dots; None when there is none."""
    if name in row:
        return row[name]
    value: Any = row
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value

"""Export rows → text: JSONL as it is, CSV that a spreadsheet does not execute."""

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from json.encoder import encode_basestring
from typing import IO, Any

from annotation.operations.transfer.export_rows import Answer, ExportRow, Revision

_COLUMNS = (
    "id", "external_id", "text", "metadata", "annotation_id", "annotator", "value", "revision", "seconds", "stream",
    "probability", "created_at", "updated_at", "consensus", "consensus_probability", "consensus_status", "gold",
    "probability_wrong", "decision", "suggestion", "suggestion_probability",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Batches = Iterable[list[ExportRow]]


def write_jsonl(out: IO[str], batches: Batches) -> int:
    """Writes one object a line; returns the number of annotations written."""
    n_annotations = 0
    for rows in batches:
        out.write("".join(map(_line, rows)))
        n_annotations += sum(len(row.annotations) for row in rows)
    return n_annotations


def _line(row: ExportRow) -> str:
    annotations = ",".join(map(_annotation, row.annotations))
    consensus = "null"
    if row.consensus_value is not None:
        consensus = (
            f'{{"value":{row.consensus_value},"probability":{_number(row.consensus_probability)},'
            f'"status":"{row.consensus_status}"}}'
        )
    gold = f',"gold":{row.gold}' if row.gold is not None else ""
    reviews = f',"reviews":[{",".join(row.reviews)}]' if row.reviews else ""
    name = "null" if row.external_id is None else encode_basestring(row.external_id)
    return (
        f'{{"id":{row.id},"external_id":{name},"data":{row.data},"metadata":{row.metadata},'
        f'"annotations":[{annotations}],"consensus":{consensus}{gold}{reviews}}}\n'
    )


def _annotation(one: Answer) -> str:
    revisions = "" if one.revisions is None else f',"revisions":[{",".join(map(_revision, one.revisions))}]'
    return (
        f'{{"id":{one.id},"annotator":{encode_basestring(one.annotator)},"value":{one.value},'
        f'"revision":{one.revision},"seconds":{_number(one.seconds)},"stream":"{one.stream}",'
        f'"probability":{_number(one.probability)},"created_at":"{one.created_at}",'
        f'"updated_at":"{one.updated_at}","probability_wrong":{_number(one.probability_wrong)},'
        f'"suggestion":{one.suggestion or "null"}{revisions}}}'
    )


def _revision(one: Revision) -> str:
    return (
        f'{{"revision":{one.revision},"value":{one.value},"seconds":{_number(one.seconds)},'
        f'"created_at":"{one.created_at}"}}'
    )


def _number(value: float | None) -> str:
    return "null" if value is None else repr(value)


def write_csv(out: IO[str], batches: Batches) -> int:
    """Writes one row an annotation, and one for each item without; returns the number of annotations written.

    A cell that a spreadsheet would take for a formula starts with an apostrophe; JSONL is exact.
    """
    writer, n_annotations = csv.writer(out, lineterminator="\r\n"), 0
    writer.writerow(_COLUMNS)
    for rows in batches:
        for row in rows:
            answers: Sequence[Answer | None] = row.annotations or [None]
            writer.writerows(_cells(row, answer) for answer in answers)
            n_annotations += len(row.annotations)
    return n_annotations


def _cells(row: ExportRow, one: Answer | None) -> list[Any]:
    item = [row.id, row.external_id, _shown(row.data), "" if row.metadata == "{}" else row.metadata]
    answer: list[Any] = [None] * 9
    if one is not None:
        answer = [
            one.id, one.annotator, _plain(one.value), one.revision, one.seconds, one.stream, one.probability,
            one.created_at, one.updated_at,
        ]  # fmt: skip
    truth = [_plain(row.consensus_value), row.consensus_probability, row.consensus_status, _plain(row.gold)]
    decision = json.loads(row.reviews[-1])["decision"] if row.reviews else None
    doubt = [None if one is None else one.probability_wrong, decision]
    return [_safe(cell) for cell in (*item, *answer, *truth, *doubt, *_suggested(one))]


def _suggested(one: Answer | None) -> list[Any]:
    """Returns what the person was shown before she answered, and how likely it was held."""
    if one is None or one.suggestion is None:
        return [None, None]
    shown = json.loads(one.suggestion)
    return [_plain(json.dumps(shown["value"], ensure_ascii=False)), shown["probability"]]


def _shown(data: str) -> str:
    """Returns the item's text; of an item without, what it shows instead as JSON, or its image's name."""
    item = json.loads(data)
    if isinstance(item.get("text"), str):
        return str(item["text"])
    if "texts" in item:
        return json.dumps(item["texts"], ensure_ascii=False)
    image = str(item.get("image", ""))
    return "(image)" if image.startswith("data:") else image


def _plain(value: str | None) -> Any:
    """Returns the class, point, text or side of an answer that is only one of these; other answers stay JSON."""
    if value is None:
        return None
    ((_, part),) = json.loads(value).items()
    return value if isinstance(part, list) else part


def _safe(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


WRITERS: dict[str, Callable[[IO[str], Batches], int]] = {"jsonl": write_jsonl, "csv": write_csv}

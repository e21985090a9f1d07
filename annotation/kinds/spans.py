"""`spans`: labelled stretches of a text. The answer is {"spans": [{"start", "end", "class"}]}, end not included.

Offsets count code points of the text. None at all is an answer: there is nothing to mark.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from annotation.errors import InvalidValue
from annotation.kinds.answers import agreement, checked_class, needed_classes, shaped
from annotation.kinds.base import Answer, Data, Learner, Mark, Merged, Schema
from annotation.kinds.items import Shown, text_item
from annotation.kinds.marks import Line, matched_share, merged_marks

MAX_SPANS = 10_000
PARTS = {"start", "end", "class"}


class Spans:
    name = "spans"
    learner = Learner.TAGGER
    reads_item = True

    def checked_classes(self, names: Sequence[str]) -> Sequence[str]:
        return needed_classes(names, 1)

    def checked_item(self, data: Data) -> Shown:
        return text_item(data)

    def canonical(self, value: Any, schema: Schema, data: Data | None) -> dict[str, Any]:
        """The spans by start, end and class; refuses the same span twice, and overlaps if the project does."""
        given = shaped(value, "spans", '{"spans": [{"start": 0, "end": 5, "class": "…"}]}')
        if not isinstance(given, list) or len(given) > MAX_SPANS:
            raise InvalidValue(f"spans is a list, of {MAX_SPANS:,} at most.", fields={"value.spans": "not such a list"})
        length = len(data["text"]) if data else 0
        spans = [_span(one, schema, length, f"value.spans.{place}") for place, one in enumerate(given)]
        order = sorted(range(len(spans)), key=lambda place: _key(spans[place]))
        for before, after in itertools.pairwise(order):
            if _key(spans[before]) == _key(spans[after]):
                raise _wrong(f"value.spans.{after}", "the same span twice")
        if not schema.spans_overlap:
            _refuse_overlaps(spans, order)
        return {"spans": [spans[place] for place in order]}

    def renamed(self, value: Answer, rename: Callable[[str], str | None]) -> dict[str, Any] | None:
        """Spans of a gone class drop out; where two classes became one, equal spans become one."""
        spans = {
            _key(span): span
            for span in (one | {"class": rename(one["class"])} for one in value["spans"])
            if span["class"] is not None
        }
        return {"spans": [spans[key] for key in sorted(spans)]}

    def distance(self, one: Answer, other: Answer, schema: Schema) -> float:
        """One minus the F1 of matched spans, each counting as its overlap."""
        return 1 - matched_share(one["spans"], other["spans"], span_overlap)

    def overlap(self, one: Mark, other: Mark) -> float:
        return span_overlap(one, other)

    def merge(self, answers: Sequence[Answer], weights: Sequence[float], schema: Schema) -> Merged:
        """The spans that more than half of the weight has marked, without overlaps where the project forbids them."""
        found = merged_marks([one["spans"] for one in answers], weights, span_overlap)
        if not schema.spans_overlap:
            found = _without_overlaps(found)
        value = {"spans": sorted((dict(mark) for mark, _ in found), key=_key)}
        return agreement(value, answers, weights, lambda one, other: self.distance(one, other, schema))

    def columns(self, schema: Schema) -> list[str]:
        return list(schema.classes)

    def targets(self, value: Answer, schema: Schema) -> tuple[int, ...] | None:
        named = {span["class"] for span in value["spans"]}
        return tuple(k for k, name in enumerate(schema.classes) if name in named)

    def value_of(self, targets: Sequence[int], schema: Schema) -> dict[str, Any]:
        raise ValueError("spans are more than their classes")


def span_overlap(one: Mark, other: Mark) -> float:
    """Returns intersection over union of the characters."""
    common = min(one["end"], other["end"]) - max(one["start"], other["start"])
    union = max(one["end"], other["end"]) - min(one["start"], other["start"])
    return float(max(0, common) / union)


def _span(given: Any, schema: Schema, length: int, place: str) -> Mark:
    if not isinstance(given, dict) or set(given) != PARTS:
        raise _wrong(place, "a span is {start, end, class}")
    for name in ("start", "end"):
        if isinstance(given[name], bool) or not isinstance(given[name], int):
            raise _wrong(f"{place}.{name}", "must be a whole number")
    if given["start"] < 0:
        raise _wrong(f"{place}.start", "lies before the text")
    if given["end"] > length:
        raise _wrong(f"{place}.end", f"lies outside the text of {length:,} characters")
    if given["start"] >= given["end"]:
        raise _wrong(f"{place}.end", "must be larger than start")
    name = checked_class(given["class"], schema.classes, f"{place}.class")
    return {"start": given["start"], "end": given["end"], "class": name}


def _refuse_overlaps(spans: Sequence[Mark], order: Sequence[int]) -> None:
    reached = 0
    for place in order:
        if spans[place]["start"] < reached:
            raise _wrong(f"value.spans.{place}", "overlaps another span, which this project does not allow")
        reached = max(reached, spans[place]["end"])


def _without_overlaps(found: Sequence[tuple[Mark, float]]) -> list[tuple[Mark, float]]:
    kept: list[tuple[Mark, float]] = []
    line = Line()
    for mark, share in sorted(found, key=lambda pair: (-pair[1], _key(pair[0]))):
        if not any(span_overlap(mark, kept[place][0]) > 0 for place in line.near(mark)):
            kept.append((mark, share))
            line.add(mark)
    return kept


def _key(span: Mark) -> tuple[int, int, str]:
    return span["start"], span["end"], span["class"]


def _wrong(place: str, message: str) -> InvalidValue:
    number = int(place.split(".")[2]) + 1
    return InvalidValue(f"Span {number}: {message}.", fields={place: message})

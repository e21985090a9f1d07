"""`spans`: labelled stretches of a text. The answer is {"spans": [{"start", "end", "class"}]}, end not included.

Offsets count code points of the text. None at all is an answer: there is nothing to mark.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from annotation.kinds.answers import agreement, checked_class, checked_marks, needed_classes, shaped, wrong_mark
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
        length = len(data["text"]) if data else 0
        marks = checked_marks(given, "spans", MAX_SPANS)
        spans = [_span(one, schema, length, f"value.spans.{place}") for place, one in enumerate(marks)]
        order = sorted(range(len(spans)), key=lambda place: _key(spans[place]))
        for before, after in itertools.pairwise(order):
            if _key(spans[before]) == _key(spans[after]):
                raise wrong_mark("Span", f"value.spans.{after}", "answer.span_twice", "the same span twice")
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
        raise wrong_mark("Span", place, "answer.span_parts", "a span is {{start, end, class}}")
    for name in ("start", "end"):
        if isinstance(given[name], bool) or not isinstance(given[name], int):
            raise wrong_mark("Span", f"{place}.{name}", "answer.span_whole", "must be a whole number")
    if given["start"] < 0:
        raise wrong_mark("Span", f"{place}.start", "answer.span_before", "lies before the text")
    if given["end"] > length:
        english = "lies outside the text of {length:,} characters"
        raise wrong_mark("Span", f"{place}.end", "answer.span_outside", english, length=length)
    if given["start"] >= given["end"]:
        raise wrong_mark("Span", f"{place}.end", "answer.span_end", "must be larger than start")
    name = checked_class(given["class"], schema.classes, f"{place}.class")
    return {"start": given["start"], "end": given["end"], "class": name}


def _refuse_overlaps(spans: Sequence[Mark], order: Sequence[int]) -> None:
    reached = 0
    for place in order:
        if spans[place]["start"] < reached:
            english = "overlaps another span, which this project does not allow"
            raise wrong_mark("Span", f"value.spans.{place}", "answer.span_overlaps", english)
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

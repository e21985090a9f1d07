"""Answers in few words, for reports and flags: what differs between two of them is named."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from annotation.kinds.base import Mark
from annotation.sentences import Sentence, say

LONGEST_SHOWN = 60
LONGEST_QUOTED = 40
MOST_NAMED = 3
MARKS = ("spans", "boxes")
QUOTES = """
    SELECT item.id, said.first, said.past, substr(item.data->>'text', said.first + 1, least(said.past - said.first, %s))
    FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS said (item, first, past)
    JOIN annotation_item item ON item.id = said.item
"""

# What the spans of one item hold, by start and end.
Quotes = Mapping[tuple[int, int], str]
Answer = Mapping[str, Any]


def shown(value: Answer) -> str:
    """Returns an answer in few words."""
    ((name, part),) = value.items()
    if name == "classes":
        return " + ".join(part) or say("mark.no_class", "none of them")
    if name == "spans":
        return say("mark.a_span", "1 span") if len(part) == 1 else say("mark.spans", "{n} spans", n=len(part))
    if name == "boxes":
        return say("mark.a_box", "1 box") if len(part) == 1 else say("mark.boxes", "{n} boxes", n=len(part))
    return _shortened(str(part), LONGEST_SHOWN)


def told_apart(one: Answer, other: Answer, quotes: Quotes) -> tuple[str, str]:
    """Returns two answers in few words that say what differs: of as many marks those that only one of them has."""
    own, others = differing(one, other)
    if not own:
        return shown(one), shown(other)
    told = _named(own, quotes, is_placed=False), _named(others, quotes, is_placed=False)
    return told if told[0] != told[1] else (_named(own, quotes, is_placed=True), _named(others, quotes, is_placed=True))


def differing(one: Answer, other: Answer) -> tuple[list[Mark], list[Mark]]:
    """Returns the marks that only the one and only the other answer has; none where they have not equally many."""
    ((name, own),), ((_, others),) = one.items(), other.items()
    if name not in MARKS or len(own) != len(others):
        return [], []
    return [mark for mark in own if mark not in others], [mark for mark in others if mark not in own]


def quoted(pairs: Iterable[tuple[int, Answer, Answer]]) -> dict[int, dict[tuple[int, int], str]]:
    """Returns {item id: quotes} of the spans that telling apart (item id, answer, answer) would name."""
    named = [(item, mark) for item, one, other in pairs for side in differing(one, other) for mark in side[:MOST_NAMED]]
    spans = [(item, mark["start"], mark["end"]) for item, mark in named if "start" in mark]
    found: dict[int, dict[tuple[int, int], str]] = {item: {} for item, _, _ in spans}
    if spans:
        with connection.cursor() as cursor:
            cursor.execute(QUOTES, [LONGEST_QUOTED + 1, *(list(part) for part in zip(*spans, strict=True))])
            for item, start, end, text in cursor.fetchall():
                found[item][start, end] = " ".join(_shortened(text or "", LONGEST_QUOTED).split())
    return found


def _named(marks: Sequence[Mark], quotes: Quotes, *, is_placed: bool) -> Sentence:
    named = [_mark(mark, quotes, is_placed=is_placed) for mark in marks[:MOST_NAMED]]
    if len(named) == 1:
        return named[0]
    parts: dict[str, Any] = dict(zip(("first", "second", "third"), named, strict=False))
    if len(named) == 2:
        return say("mark.two", "{first}, {second}", **parts)
    if len(marks) == MOST_NAMED:
        return say("mark.three", "{first}, {second}, {third}", **parts)
    return say("mark.many", "{first}, {second}, {third}, {n} more", n=len(marks) - MOST_NAMED, **parts)


def _mark(mark: Mark, quotes: Quotes, *, is_placed: bool) -> Sentence:
    if "start" not in mark:
        numbers = {name: f"{mark[name]:g}" for name in ("x", "y", "width", "height")}
        return say("mark.box", "{name} at ({x}, {y}), {width} by {height}", name=mark["class"], **numbers)
    text = quotes.get((mark["start"], mark["end"]), "…")
    if not is_placed:
        return say("mark.span", "{name} “{text}”", name=mark["class"], text=text)
    english = "{name} “{text}” from {start} to {end}"
    return say("mark.span_placed", english, name=mark["class"], text=text, start=mark["start"], end=mark["end"])


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most] + "…"

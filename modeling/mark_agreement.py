"""How far two people agree on marks, spans of text or boxes: F1 by several readings of "the same"."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from modeling.agreement import Coefficient
from modeling.overlap import Floats, iou, one_to_one

NO_MARKS = "neither of the two marked anything"

Mark = tuple[float | str, ...]  # (start, end, class) or (x1, y1, x2, y2, class)
Document = tuple[Sequence[Mark], Sequence[Mark]]


@dataclass(frozen=True, slots=True)
class _Side:
    edges: Floats
    names: list[Hashable]


def exact_f1(documents: Sequence[Document], *, by_class: bool = True) -> Coefficient:
    """F1 of marks with the same edges, and the same class unless `by_class` is False.

    `documents` holds what the one and the other marked in each. F1 counts marks over all documents, is symmetric, and
    documents in which neither marked anything do not count.
    """
    return _f1(documents, by_class, lambda overlaps: 2 * [len(one_to_one(overlaps, at_least=1.0))])


def matched_f1(documents: Sequence[Document], *, by_class: bool = True, at_least: float = 0.5) -> Coefficient:
    """F1 of marks matched one-to-one by an intersection over union of at least this much. As exact_f1 otherwise."""
    return _f1(documents, by_class, lambda overlaps: 2 * [len(one_to_one(overlaps, at_least=at_least))])


def relaxed_f1(documents: Sequence[Document], *, by_class: bool = True) -> Coefficient:
    """F1 of marks that touch any mark of the other. As exact_f1 otherwise."""

    def touched(overlaps: Floats) -> list[int]:
        return [int((overlaps > 0).any(axis=axis).sum()) for axis in (1, 0)]

    return _f1(documents, by_class, touched)


def character_f1(documents: Sequence[Document]) -> Coefficient:
    """F1 of the characters marked, each with its class."""
    shared, first, second = 0, 0, 0
    for pair in documents:
        one, other = (
            {(place, span[2]) for span in side for place in range(int(span[0]), int(span[1]))} for side in pair
        )
        shared, first, second = shared + len(one & other), first + len(one), second + len(other)
    return _score(shared, shared, first, second)


def _f1(documents: Sequence[Document], by_class: bool, matched: Callable[[Floats], list[int]]) -> Coefficient:
    found = np.zeros(4)
    for pair in documents:
        one, other = (_side(marks) for marks in pair)
        found[2:] += len(one.names), len(other.names)
        if one.names and other.names:
            overlaps = iou(one.edges, other.edges)
            if by_class:
                overlaps *= [[a == b for b in other.names] for a in one.names]
            found[:2] += matched(overlaps)
    return _score(*found)


def _side(marks: Sequence[Mark]) -> _Side:
    return _Side(np.array([mark[:-1] for mark in marks], dtype=np.float64), [mark[-1] for mark in marks])


def _score(matched_first: float, matched_second: float, first: float, second: float) -> Coefficient:
    """The harmonic mean of both people's shares of matched marks."""
    if first + second == 0:
        return Coefficient(None, undefined_because=NO_MARKS)
    if matched_first == 0 or matched_second == 0:
        return Coefficient(0.0)
    share, other = matched_first / first, matched_second / second
    return Coefficient(float(2 * share * other / (share + other)))

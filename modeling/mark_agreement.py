"""How far two people agree on marks, spans of text or boxes: F1 by several readings of "the same"."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from modeling.agreement import Bools, Coefficient, Ints, jackknifed
from modeling.overlap import Floats, iou, one_to_one

NO_MARKS = "neither of the two marked anything"

Mark = tuple[float | str, ...]  # (start, end, class) or (x1, y1, x2, y2, class)
Document = tuple[Sequence[Mark], Sequence[Mark]]


@dataclass(frozen=True, slots=True)
class _Side:
    edges: Floats
    names: list[Hashable]


def exact_f1(documents: Sequence[Document], *, by_class: bool = True, items: Ints | None = None) -> Coefficient:
    """F1 of marks with the same edges, and the same class unless `by_class` is False.

    `documents` holds what the one and the other marked in each. F1 counts marks over all documents, is symmetric, and
    documents in which neither marked anything do not count. `items` (n_documents,) says which documents are of one
    item, for the 90 % interval; without it each is an item of its own.
    """
    return _f1(documents, by_class, lambda overlaps: 2 * [len(one_to_one(overlaps, at_least=1.0))], items)


def matched_f1(documents: Sequence[Document], *, by_class: bool = True, at_least: float = 0.5) -> Coefficient:
    """F1 of marks matched one-to-one by an intersection over union of at least this much. As exact_f1 otherwise."""
    return _f1(documents, by_class, lambda overlaps: 2 * [len(one_to_one(overlaps, at_least=at_least))])


def relaxed_f1(documents: Sequence[Document], *, by_class: bool = True, items: Ints | None = None) -> Coefficient:
    """F1 of marks that touch any mark of the other. As exact_f1 otherwise."""

    def touched(overlaps: Floats) -> list[int]:
        return [int((overlaps > 0).any(axis=axis).sum()) for axis in (1, 0)]

    return _f1(documents, by_class, touched, items)


def character_f1(documents: Sequence[Document]) -> Coefficient:
    """F1 of the characters marked, each with its class."""
    counts = []
    for pair in documents:
        one, other = (
            {(place, span[2]) for span in side for place in range(int(span[0]), int(span[1]))} for side in pair
        )
        counts.append(2 * [len(one & other)] + [len(one), len(other)])
    return _over_items(np.array(counts, dtype=np.float64).reshape(-1, 4), None)


def _f1(
    documents: Sequence[Document], by_class: bool, matched: Callable[[Floats], list[int]], items: Ints | None = None
) -> Coefficient:
    counts = np.zeros((len(documents), 4))
    for row, pair in zip(counts, documents, strict=True):
        one, other = (_side(marks) for marks in pair)
        row[2:] = len(one.names), len(other.names)
        if one.names and other.names:
            overlaps = iou(one.edges, other.edges)
            if by_class:
                overlaps *= [[a == b for b in other.names] for a in one.names]
            row[:2] = matched(overlaps)
    return _over_items(counts, items)


def _over_items(counts: Floats, items: Ints | None) -> Coefficient:
    """F1 from the marks that either has matched and that either made (n_documents, 4)."""
    marked = counts[:, 2:].any(axis=1)
    counts, total = counts[marked], counts.sum(axis=0)
    if not len(counts):
        return Coefficient(None, undefined_because=NO_MARKS)
    item = np.arange(len(counts)) if items is None else np.unique(items[marked], return_inverse=True)[1]

    def without(rows: Bools) -> float:
        return _score(total - counts[rows].sum(axis=0))

    return jackknifed(_score(total), without, item, least=0.0)


def _side(marks: Sequence[Mark]) -> _Side:
    return _Side(np.array([mark[:-1] for mark in marks], dtype=np.float64), [mark[-1] for mark in marks])


def _score(counts: Floats) -> float:
    """The harmonic mean of both people's shares of matched marks; NaN where neither marked anything."""
    matched_first, matched_second, first, second = counts.tolist()
    if first + second == 0:
        return float("nan")
    if matched_first == 0 or matched_second == 0:
        return 0.0
    share, other = matched_first / first, matched_second / second
    return float(2 * share * other / (share + other))

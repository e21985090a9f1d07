"""Marks of several people on one item (spans, boxes): which of them mean the same, and what they amount to."""

import itertools
import math
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Sequence

from annotation.kinds.base import Mark

Overlap = Callable[[Mark, Mark], float]

# Marks of one class mean the same thing from this overlap (intersection over union) on.
SAME_FROM = 0.5
# Of spans that overlap a span, so many are held against it.
MOST_NEAR = 200


class Line:
    """Marks by where they lie along the text, or the width of the image: what overlaps a mark is looked for near it.

    Marks of like length lie in one row, so that a single long one does not bring all others near.
    """

    def __init__(self, marks: Sequence[Mark] = ()) -> None:
        self.rows: dict[int, list[tuple[float, float, int]]] = {}
        self.n_marks = 0
        for mark in marks:
            self.add(mark)

    def add(self, mark: Mark) -> None:
        """Takes the mark in; it is called by how many were there before."""
        start, end = _extent(mark)
        insort(self.rows.setdefault(_scale(mark), []), (start, end, self.n_marks))
        self.n_marks += 1

    def near(self, mark: Mark) -> Iterator[int]:
        """Yields all that overlap the mark, and maybe others; of spans MOST_NEAR at most, those first that lie most
        like it: where thousands overlap, all their pairs are more than can be looked at.

        Boxes above one another overlap along the width alone, so of those (a thousand an answer) all are yielded.
        """
        own = _scale(mark)
        scales = sorted(self.rows, key=lambda scale: (abs(scale - own), scale))
        found = itertools.chain.from_iterable(self._near_in(scale, mark) for scale in scales)
        return itertools.islice(found, MOST_NEAR) if "start" in mark else found

    def _near_in(self, scale: int, mark: Mark) -> Iterator[int]:
        row, (start, end) = self.rows[scale], _extent(mark)
        first = bisect_left(row, (start - math.ldexp(1.0, scale), end, -1))
        past = bisect_left(row, (end, end, -1))
        if "start" in mark:
            here = bisect_left(row, (start, end, -1))
            first, past = max(first, here - MOST_NEAR // 4), min(past, here + MOST_NEAR // 4)
        return (row[place][2] for place in range(first, past))


def _scale(mark: Mark) -> int:
    """The power of two above the mark's length."""
    start, end = _extent(mark)
    return math.frexp(end - start)[1]


def _extent(mark: Mark) -> tuple[float, float]:
    return (mark["start"], mark["end"]) if "start" in mark else (mark["x"], mark["x"] + mark["width"])


def matched_share(one: Sequence[Mark], other: Sequence[Mark], overlap: Overlap) -> float:
    """Returns the F1 of two people's marks: each matches at most one of the same class, best overlaps first.

    A match counts as its overlap, so equal marks give 1; nothing marked by both is agreement, 1.
    """
    if not one and not other:
        return 1.0
    line = Line(other)
    near = ((i, j) for i, mark in enumerate(one) for j in line.near(mark) if mark["class"] == other[j]["class"])
    shares = ((overlap(one[i], other[j]), i, j) for i, j in near)
    pairs = sorted((pair for pair in shares if pair[0] > 0), key=lambda pair: (-pair[0], pair[1], pair[2]))
    used_one, used_other, total = set[int](), set[int](), 0.0
    for share, i, j in pairs:
        if i not in used_one and j not in used_other:
            used_one.add(i)
            used_other.add(j)
            total += share
    return 2 * total / (len(one) + len(other))


def merged_marks(
    marks: Sequence[Sequence[Mark]], weights: Sequence[float], overlap: Overlap
) -> list[tuple[Mark, float]]:
    """Returns the marks that more than half of the weight supports, each with that share.

    Marks of one class that overlap by half are one cluster, to which everybody gives one mark at most; the cluster
    stands for the mark in it that is closest to the others.
    """
    total = sum(weights)
    kept = []
    for cluster in clusters(marks, weights, overlap):
        share = sum(weights[person] for person in cluster) / total
        if share > 0.5:
            kept.append((most_central(cluster, weights, overlap), share))
    return kept


def clusters(
    marks: Sequence[Sequence[Mark]], weights: Sequence[float], overlap: Overlap, *, by_class: bool = True
) -> list[dict[int, Mark]]:
    """Returns {person: mark} of the marks that overlap by half, grown around those of the heaviest people first.

    Of one class each, or else whatever their classes: the places at which somebody marked something.
    """
    found: list[dict[int, Mark]] = []
    line = Line()  # the first mark of each
    for person in sorted(range(len(marks)), key=lambda p: (-weights[p], repr(marks[p]))):
        for mark in marks[person]:
            near = [
                (overlap(mark, next(iter(found[place].values()))), -place)
                for place in line.near(mark)
                if person not in found[place]
                and (not by_class or next(iter(found[place].values()))["class"] == mark["class"])
            ]
            share, place = max(near, default=(0.0, 0))
            if share >= SAME_FROM:
                found[-place][person] = mark
            else:
                found.append({person: mark})
                line.add(mark)
    return found


def most_central(cluster: dict[int, Mark], weights: Sequence[float], overlap: Overlap) -> Mark:
    """Returns the mark that overlaps the others most, each by its person's weight."""

    def support(mark: Mark) -> float:
        return sum(weights[person] * overlap(mark, other) for person, other in cluster.items())

    return min(cluster.values(), key=lambda mark: (-round(support(mark), 12), repr(mark)))

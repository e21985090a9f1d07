"""Marks of several people on one item (spans, boxes): which of them mean the same, and what they amount to."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Sequence

from annotation.kinds.base import Mark

Overlap = Callable[[Mark, Mark], float]

# Marks of one class mean the same thing from this overlap (intersection over union) on.
SAME_FROM = 0.5


class Line:
    """Marks by where they lie along the text, or the width of the image: what overlaps a mark is looked for near it."""

    def __init__(self, marks: Sequence[Mark] = ()) -> None:
        self.places: list[tuple[float, int]] = []
        self.longest = 0.0
        for mark in marks:
            self.add(mark)

    def add(self, mark: Mark) -> None:
        """Takes the mark in; it is called by how many were there before."""
        start, end = _extent(mark)
        insort(self.places, (start, len(self.places)))
        self.longest = max(self.longest, end - start)

    def near(self, mark: Mark) -> Iterator[int]:
        """Yields all that overlap the mark, and maybe others."""
        start, end = _extent(mark)
        for place in range(bisect_left(self.places, (start - self.longest, -1)), len(self.places)):
            if self.places[place][0] >= end:
                return
            yield self.places[place][1]


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
    pairs = sorted(((overlap(one[i], other[j]), i, j) for i, j in near), key=lambda pair: (-pair[0], pair[1], pair[2]))
    used_one, used_other, total = set[int](), set[int](), 0.0
    for share, i, j in pairs:
        if share > 0 and i not in used_one and j not in used_other:
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

"""Marks of several people on one item (spans, boxes): which of them mean the same, and what they amount to."""

from collections.abc import Callable, Sequence

from annotation.kinds.base import Mark

Overlap = Callable[[Mark, Mark], float]

# Marks of one class mean the same thing from this overlap (intersection over union) on.
SAME_FROM = 0.5


def matched_share(one: Sequence[Mark], other: Sequence[Mark], overlap: Overlap) -> float:
    """Returns the F1 of two people's marks: each matches at most one of the same class, best overlaps first.

    A match counts as its overlap, so equal marks give 1; nothing marked by both is agreement, 1.
    """
    if not one and not other:
        return 1.0
    pairs = sorted(
        ((overlap(a, b), i, j) for i, a in enumerate(one) for j, b in enumerate(other) if a["class"] == b["class"]),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
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
    for person in sorted(range(len(marks)), key=lambda p: (-weights[p], repr(marks[p]))):
        for mark in marks[person]:
            near = [
                (overlap(mark, next(iter(one.values()))), -place)
                for place, one in enumerate(found)
                if person not in one and (not by_class or next(iter(one.values()))["class"] == mark["class"])
            ]
            share, place = max(near, default=(0.0, 0))
            if share >= SAME_FROM:
                found[-place][person] = mark
            else:
                found.append({person: mark})
    return found


def most_central(cluster: dict[int, Mark], weights: Sequence[float], overlap: Overlap) -> Mark:
    """Returns the mark that overlaps the others most, each by its person's weight."""

    def support(mark: Mark) -> float:
        return sum(weights[person] * overlap(mark, other) for person, other in cluster.items())

    return min(cluster.values(), key=lambda mark: (-round(support(mark), 12), repr(mark)))

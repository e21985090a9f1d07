"""How far two answers are apart, for Krippendorff's α: by order, by value, by ratio, or as sets.

Every function returns a matrix (K, K), symmetric, 0 on the diagonal, for `krippendorff_alpha(distances=…)`.
"""

from collections.abc import Hashable, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal

import numpy as np

from modeling.agreement import Floats, Ints, class_counts


def ordinal_distances(votes: Ints, n_classes: int) -> Floats:
    """Squared distances of ordered classes: how many annotations lie between two of them (Krippendorff 2004).

    Counts the votes of items with two votes or more, as α does; class numbers are in rising order.
    """
    counts = class_counts(votes, n_classes)
    used = counts[counts.sum(axis=1) > 1].sum(axis=0).astype(np.float64)
    place = np.cumsum(used) - used / 2
    return np.asarray((place[:, None] - place) ** 2)


def interval_distances(values: Sequence[float]) -> Floats:
    """Squared differences of the values of all classes."""
    places = np.asarray(values, dtype=np.float64)
    return np.asarray((places[:, None] - places) ** 2)


def ratio_distances(values: Sequence[float]) -> Floats:
    """Squared differences in proportion to the sums; two zeros are not apart. Raises ValueError on negative values."""
    places = np.asarray(values, dtype=np.float64)
    if (places < 0).any():
        raise ValueError("ratios need values of zero or more")
    total = places[:, None] + places
    return np.asarray(((places[:, None] - places) / np.where(total > 0, total, 1)) ** 2)


def set_distances(sets: Sequence[AbstractSet[Hashable]], metric: Literal["jaccard", "masi"]) -> Floats:
    """Distances of sets of classes, one row a set."""
    return np.array([[set_distance(a, b, metric) for b in sets] for a in sets]).reshape(len(sets), len(sets))


def set_distance(a: AbstractSet[Hashable], b: AbstractSet[Hashable], metric: Literal["jaccard", "masi"]) -> float:
    """1 - |a ∩ b| / |a ∪ b|; MASI (Passonneau 2006) also weighs how the sets lie: equal 1, one in the other 2/3,
    overlapping 1/3, apart 0. Two empty sets agree."""
    if a == b:
        return 0.0
    shared = len(a & b) / len(a | b)
    if metric == "jaccard":
        return 1 - shared
    lies = 2 / 3 if a <= b or b <= a else 1 / 3
    return 1 - shared * lies

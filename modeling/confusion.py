"""Which classes are given to the same items: a question for the guidelines.

Votes are an int array (n_votes, 3) of item, annotator, class.
"""

from dataclasses import dataclass

import numpy as np

from modeling.agreement import Ints, class_counts


@dataclass(frozen=True, slots=True)
class ConfusedPair:
    """Two classes given to the same items: on how many items, and which share of all disagreements that is."""

    first: int
    second: int
    n_items: int
    share: float


def confused_pairs(votes: Ints, n_classes: int, *, limit: int = 10) -> list[ConfusedPair]:
    """The pairs of classes given to the same items most often, most frequent first."""
    given = class_counts(votes, n_classes) > 0
    together = given.astype(np.float64).T @ given
    first, second = np.triu_indices(n_classes, 1)
    n_items = together[first, second].astype(np.int64)
    order = np.argsort(-n_items, kind="stable")[:limit]
    total = max(int(n_items.sum()), 1)
    return [
        ConfusedPair(int(first[i]), int(second[i]), int(n_items[i]), float(n_items[i]) / total)
        for i in order
        if n_items[i]
    ]


def items_with_both(votes: Ints, first: int, second: int, *, limit: int = 5) -> Ints:
    """Up to `limit` items to which people gave both classes, ascending."""
    return np.intersect1d(votes[votes[:, 2] == first, 0], votes[votes[:, 2] == second, 0])[:limit]

"""λ chosen in the loop: when to measure it again, and how far to follow what was found."""

from typing import NamedTuple

import numpy as np

from modeling.linear import Floats
from modeling.linear_fit import DEFAULT_L2, L2_GRID, choose_l2, next_l2

# It, and what else folds measure, is measured again when the labels have grown by this much.
GROWTH = 1.3
# With fewer labels than this the folds are too small to ask for more than the default λ: a rare class would drown.
MANY_LABELS = 200


class Penalty(NamedTuple):
    """λ, and with how many labels it was measured last (0: never)."""

    l2: float = DEFAULT_L2
    n_labels: int = 0

    def dump(self) -> dict[str, float]:
        """The same by the names under which a version keeps it."""
        return {"l2": self.l2, "l2_labels": self.n_labels}


def is_due(before: Penalty, n_labels: int) -> bool:
    """Whether the labels have grown enough since λ was measured."""
    return n_labels > 0 and n_labels >= GROWTH * before.n_labels


def remeasured(
    before: Penalty, X: Floats, targets: Floats, weights: Floats, *, rng: np.random.Generator, head: str = "softmax"
) -> Penalty:
    """λ one step further towards what folds prefer now; as before while it is not due."""
    n = len(targets)
    if not is_due(before, n):
        return before
    grid = L2_GRID if n >= MANY_LABELS else [l2 for l2 in L2_GRID if l2 <= DEFAULT_L2]
    chosen = choose_l2(X, targets, weights, rng=rng, head=head, grid=grid)
    return Penalty(next_l2(before.l2, chosen), n)

"""Has the world moved? Newest against older protected items, and what the pool holds against what was measured on."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modeling.evaluation import LEVEL, Interval, accuracy_interval, difference_interval, score_interval

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]

LEAST_A_SIDE = 10


class Shift(NamedTuple):
    """How much more of the pool the model puts into a class than of the sample; `is_clear`: beyond chance."""

    column: int
    difference: Interval
    is_clear: bool


def newest_against_older(is_right: Bools) -> Interval | None:
    """Accuracy on the newer half minus that on the older one, items oldest first; None with fewer than ten a side.

    Wholly below zero: the model is worse on what came in lately.
    """
    middle = len(is_right) // 2
    if middle < LEAST_A_SIDE:
        return None
    older, newer = is_right[:middle], is_right[middle:]
    return difference_interval(
        accuracy_interval(int(newer.sum()), len(newer)), accuracy_interval(int(older.sum()), len(older))
    )


def class_shift(pool: Floats, sample: Floats) -> Shift | None:
    """The class whose mean probability differs most for what chance allows, between pool and sample (n, n_classes).

    Bounds hold for all classes at once (Bonferroni). None with fewer than ten rows on either side or without a class.
    """
    n_classes = pool.shape[1]
    if min(len(pool), len(sample)) < LEAST_A_SIDE or not n_classes:
        return None
    level = 1 - (1 - LEVEL) / n_classes
    found = [
        difference_interval(ours, theirs)
        for ours, theirs in zip(_means(pool, level), _means(sample, level), strict=True)
    ]
    k = int(np.argmax([abs(one.estimate) / (one.high - one.low) for one in found]))
    return Shift(k, found[k], not found[k].low <= 0 <= found[k].high)


def _means(probabilities: Floats, level: float) -> list[Interval]:
    """The mean of each column with its interval, which has a width also where all rows say the same."""
    n, variances = len(probabilities), probabilities.var(axis=0, ddof=1, dtype=np.float64) / len(probabilities)
    means = probabilities.mean(axis=0, dtype=np.float64).clip(0, 1)
    return [score_interval(float(one), float(var), n, level) for one, var in zip(means, variances, strict=True)]

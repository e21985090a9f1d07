"""Has the world moved? Newest against older protected items, and what the pool holds against what was measured on."""

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modeling.evaluation import LEVEL, Interval, accuracy_interval, difference_interval

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
    """The class whose mean probability differs most, in standard errors, between pool and sample, both (n, n_classes).

    Bounds hold for all classes at once (Bonferroni). None with fewer than ten rows on either side or one class.
    """
    n_classes = pool.shape[1]
    if min(len(pool), len(sample)) < LEAST_A_SIDE or n_classes < 2:
        return None
    difference = pool.mean(axis=0) - sample.mean(axis=0)
    error = np.sqrt(pool.var(axis=0, ddof=1) / len(pool) + sample.var(axis=0, ddof=1) / len(sample)) + 1e-9
    k = int(np.abs(difference / error).argmax())
    half = NormalDist().inv_cdf(1 - (1 - LEVEL) / (2 * n_classes)) * float(error[k])
    found = Interval(float(difference[k]), float(difference[k]) - half, float(difference[k]) + half)
    return Shift(k, found, not found.low <= 0 <= found.high)

"""Two models on the same items: which is right more often?"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modeling.evaluation import Interval, accuracy_interval

Bools = npt.NDArray[np.bool_]


class Paired(NamedTuple):
    """Counts of items by who was right, and the second's accuracy minus the first's.

    `p_value` is the chance of such a gap or a greater one between equals.
    """

    n: int
    both_right: int
    only_first: int
    only_second: int
    both_wrong: int
    difference: Interval
    p_value: float


def paired_difference(first: Bools, second: Bools) -> Paired:
    """Compares two models on the same n ≥ 1 items by those on which they differ (McNemar 1947, 10.1007/BF02295996).

    The interval turns Wilson's bounds of the second's share among the items that only one got right into accuracy;
    without any such item it is what a single one more could change. Raises ValueError unless both have one length.
    """
    if first.shape != second.shape or not len(first):
        raise ValueError(f"{len(first)} and {len(second)} answers cannot be compared item by item")
    n, only_first, only_second = len(first), int((first & ~second).sum()), int((~first & second).sum())
    differing = only_first + only_second
    if differing:
        share = accuracy_interval(only_second, differing)
        bounds = Interval(*((2 * bound - 1) * differing / n for bound in share))
    else:
        bounds = Interval(0.0, -1 / n, 1 / n)
    return Paired(
        n=n,
        both_right=int((first & second).sum()),
        only_first=only_first,
        only_second=only_second,
        both_wrong=int((~first & ~second).sum()),
        difference=bounds,
        p_value=_sign_test(min(only_first, only_second), differing),
    )


def _sign_test(fewer: int, n: int) -> float:
    """The chance that a fair coin thrown n times splits at least so unevenly, two-sided and exact; 1 for n = 0."""
    ways, total = 1, 1
    for k in range(fewer):
        ways = ways * (n - k) // (k + 1)
        total += ways
    return min(1.0, float(2 * total / 2**n))

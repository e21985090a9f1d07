"""Two models on the same items: which is right more often?"""

import math
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modeling.evaluation import LEVEL, Interval

Bools = npt.NDArray[np.bool_]
Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


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

    The interval is Bonett and Price's (2012, DOI 10.3102/1076998611411915): Wald's after one more item for either side,
    so that it has a width where one of the two is never better alone. Raises ValueError unless both have one length.
    """
    if first.shape != second.shape or not len(first):
        raise ValueError(f"{len(first)} and {len(second)} answers cannot be compared item by item")
    n, only_first, only_second = len(first), int((first & ~second).sum()), int((~first & second).sum())
    return Paired(
        n=n,
        both_right=int((first & second).sum()),
        only_first=only_first,
        only_second=only_second,
        both_wrong=int((~first & ~second).sum()),
        difference=_difference(only_first, only_second, n),
        p_value=_sign_test(min(only_first, only_second), only_first + only_second),
    )


def _difference(only_first: int, only_second: int, n: int) -> Interval:
    first, second = (only_first + 1) / (n + 2), (only_second + 1) / (n + 2)
    half = Z * math.sqrt((first + second - (second - first) ** 2) / (n + 2))
    return Interval((only_second - only_first) / n, max(-1.0, second - first - half), min(1.0, second - first + half))


def _sign_test(fewer: int, n: int) -> float:
    """The chance that a fair coin thrown n times splits at least so unevenly, two-sided and exact; 1 for n = 0."""
    ways, total = 1, 1
    for k in range(fewer):
        ways = ways * (n - k) // (k + 1)
        total += ways
    return min(1.0, float(2 * total / 2**n))

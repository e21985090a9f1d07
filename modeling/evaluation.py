"""Measured quality → estimates with intervals, corrected for people's mistakes where these are known."""

import math
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]

# Of twenty runs at least eighteen must cover the truth: at 90 % that would be a toss of three coins, not a promise.
LEVEL = 0.95


class Interval(NamedTuple):
    """An estimate with its bounds."""

    estimate: float
    low: float
    high: float


def accuracy_interval(n_right: float, n: float, level: float = LEVEL) -> Interval:
    """The share right with Wilson's interval (1927, DOI 10.1080/01621459.1927.10502953); (0.5, 0, 1) for n = 0.

    Raises ValueError unless 0 ≤ n_right ≤ n.
    """
    if not 0 <= n_right <= n:
        raise ValueError(f"{n_right} right of {n}")
    if n == 0:
        return Interval(0.5, 0.0, 1.0)
    share = n_right / n
    return score_interval(share, share * (1 - share) / n, n, level)


def score_interval(estimate: float, variance: float, n: float, level: float = LEVEL) -> Interval:
    """An estimate from 0 to 1 out of n items with Wilson's interval, `variance` being the estimate's own.

    For a share right, whose variance is share × (1 - share) / n, it is Wilson's. Where items do not differ, as in a
    small sample without a mistake, the width comes from n alone: the next z² items may be otherwise. 0 to 1 for n = 0.
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    centre = (n * estimate + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * float(np.sqrt(n * n * variance + z * z / 4))
    return Interval(estimate, max(0.0, min(centre - half, estimate)), min(1.0, max(centre + half, estimate)))


def f1_interval(both: Ints, union: Ints, level: float = LEVEL) -> Interval:
    """F1 of what is said against what is true, from how much is in both and in either of them, by item (n_items,).

    F1 = 2J / (1 + J) with J = Σ both / Σ union, a ratio whose pairs go together by item (Cochran 1977, section 6.3).
    It is as certain as a share of so many equal pairs as have its variance (Kish 1965, section 11.7), never of more
    than there are; where items do not differ, as without a mistake, of so many items. Items with nothing in either say
    nothing, and (1, 0, 1) is said where there is no other.
    """
    both, union = both[union > 0], union[union > 0]
    if not len(union):
        return Interval(1.0, 0.0, 1.0)
    total = float(union.sum())
    share = float(both.sum()) / total
    variance = float(((both - share * union) ** 2).sum()) / total**2
    n = min(total, share * (1 - share) / variance) if variance else len(union)
    return Interval(*(2 * one / (1 + one) for one in accuracy_interval(share * n, n, level)))


def surest_low(n: float, level: float = LEVEL) -> float:
    """The lower bound, by Wilson, of a share of 1 seen in n > 0 items: no interval of so few begins above it."""
    return accuracy_interval(n, n, level).low


def expected_right(n: int, right: float, spread: float, scale: tuple[float, float], level: float) -> Interval:
    """The share of n > 0 items expected right, from Σ p (`right`) and Σ p (1 - p) (`spread`) of their probabilities.

    `scale` has the factors by which everybody's errors may be rarer or more frequent than estimated; the chance of the
    items is as wide as that of so many equal ones with this sum of p (1 - p), by Wilson. So a few items held for
    certain do not make certainty. The ends are whole items, for as many are right: half a mistake means none or one.
    """
    wrong = min(max(1 - right / n, 0.0), 1.0)
    equal = n * max(1.0, n * wrong * (1 - wrong) / max(spread, 0.5))
    bounds = [accuracy_interval(equal * (1 - min(1.0, wrong * factor)), equal, level) for factor in scale]
    low, high = min(bounds[1].low, 1 - wrong), max(bounds[0].high, 1 - wrong)
    return Interval(1 - wrong, math.floor(n * low) / n, math.ceil(n * high) / n)


def difference_interval(first: Interval, second: Interval) -> Interval:
    """`first` − `second` of independent samples, by squares and adds (Newcombe 1998, method 10)."""
    estimate = first.estimate - second.estimate
    below = np.hypot(first.estimate - first.low, second.high - second.estimate)
    above = np.hypot(first.high - first.estimate, second.estimate - second.low)
    return Interval(estimate, max(-1.0, estimate - float(below)), min(1.0, estimate + float(above)))


def corrected_accuracy(is_match: Bools, certainty: Floats, n_classes: int, level: float = LEVEL) -> Interval | None:
    """How often the model is right about the truth, from how often it says what people said.

    `is_match` (n,): model and people agree; `certainty` (n,): the probability that what people said is true. Rogan and
    Gladen's estimator (1978, DOI 10.1093/oxfordjournals.aje.a112510) with each item's own certainty: a right model
    agrees with probability c, a wrong one by chance, (1 − c)/(K − 1), if people and model err independently. Where
    they share their mistakes this is too high. Each item counts by how far these two are apart (least squares), so a
    guess counts for nothing, and the interval is that of so many items as have this weight (Kish 1965, section 11.7).
    None when people are hardly better than chance, or no item is given.
    """
    if not len(is_match) or n_classes < 2:
        return None
    by_chance = (1 - certainty) / (n_classes - 1)
    weight = np.maximum(certainty - by_chance, 0)
    if float((certainty - by_chance).mean()) < 1 / 3:
        return None
    share = weight / weight.sum()
    n = 1 / float(share @ share)
    measured = accuracy_interval(min(1.0, float(share @ is_match)) * n, n, level)
    chance, gap = float(share @ by_chance), float(share @ (certainty - by_chance))
    found = Interval(*(min(1.0, max(0.0, (bound - chance) / gap)) for bound in measured))
    return found._replace(low=min(found.low, surest_low(n, level)))


def unchecked_accuracy(is_match: Bools, uncertainty: Floats, n_classes: int, level: float = LEVEL) -> Interval:
    """How often the model is right about the truth where nothing says how often people err.

    `is_match` (n,): model and people agree; `uncertainty` (n,): how unsure the model is. Only limits are known (Manski
    2003, DOI 10.1007/b97478). Estimate and lower end are those where people never err. The upper end is that of a model
    which never errs on the surer half: so people are right as often as they agree with it there, r, and agree with a
    wrong model by chance, w = (1 − r)/(K − 1). Of the other half (agreement there − w)/(r − w) are then right, with the
    interval of a ratio (Katz et al. 1978, DOI 10.2307/2530610). Where people err more on what is hard for the model
    too, it may be better still.
    """
    agreement = accuracy_interval(int(is_match.sum()), len(is_match), level)
    if len(is_match) < 2 or n_classes < 2:
        return agreement._replace(high=1.0)
    n_sure = -(-len(is_match) // 2)
    is_sure = np.zeros(len(is_match), dtype=np.bool_)
    is_sure[np.argsort(uncertainty, kind="stable")[:n_sure]] = True
    sure, unsure = is_match[is_sure], is_match[~is_sure]
    most = _most_right(_share(unsure), len(unsure), _share(sure), n_sure, n_classes, level)
    high = (n_sure + len(unsure) * most) / len(is_match)
    return agreement._replace(high=max(agreement.high, high))


def _share(is_match: Bools) -> float:
    """The share of matches, half a match and half a miss added: neither 0 nor 1."""
    return float(is_match.sum() + 0.5) / (len(is_match) + 1)


def _most_right(unsure: float, n_unsure: int, sure: float, n_sure: int, n_classes: int, level: float) -> float:
    """The upper end of (unsure − w)/(sure − w), from 0 to 1, by its logarithm's standard error."""
    by_chance = (1 - sure) / (n_classes - 1)
    above, gap = unsure - by_chance, sure - by_chance
    if gap <= 0:
        return 1.0
    above = max(above, 1 / (n_unsure + 1))
    error = math.sqrt(unsure * (1 - unsure) / n_unsure / above**2 + sure * (1 - sure) / n_sure / gap**2)
    return min(1.0, above / gap * math.exp(NormalDist().inv_cdf((1 + level) / 2) * error))

"""Votes → how far people agree: percent, Krippendorff's α, Fleiss' κ, Gwet's AC1. Pairs of people are in `kappa`.

Votes are an int array (n_votes, 3) of item, annotator, class. A coefficient that is not defined says why, and has no
value.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from modeling.evaluation import surest_low
from modeling.later import special

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

N_GROUPS = 20
N_RESAMPLES = 400
NO_PAIRS = "no item has two annotations"
ONE_CLASS = "every annotation names the same class"
NO_DISTANCE = "all annotations stand at the same place"
UNEQUAL = "items have unequal numbers of annotations"


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A value with a 90 % interval, or the reason why there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None
    undefined_because: str | None = None


def class_counts(votes: Ints, n_classes: int) -> Ints:
    """How often each item with a vote got each class: (n_items_with_votes, n_classes)."""
    _, row = np.unique(votes[:, 0], return_inverse=True)
    n = int(row.max(initial=-1)) + 1
    return np.bincount(row * n_classes + votes[:, 2], minlength=n * n_classes).reshape(n, n_classes)


def percent_agreement(votes: Ints) -> float | None:
    """The mean share of agreeing pairs over the items with two votes or more; None when there is no such item."""
    counts = class_counts(votes, int(votes[:, 2].max(initial=0)) + 1)
    n = counts.sum(axis=1)
    counts, n = counts[n > 1], n[n > 1]
    if not len(n):
        return None
    return float(((counts * (counts - 1)).sum(axis=1) / (n * (n - 1))).mean())


def krippendorff_alpha(
    votes: Ints, n_classes: int, *, distances: Floats | None = None, rng: np.random.Generator | None = None
) -> Coefficient:
    """Krippendorff's α (2004, DOI 10.4135/9781071878781), missing votes allowed.

    `distances` (n_classes, n_classes) says how far two answers are apart, squared where the level has it so (see
    `modeling.distances`); without them every difference counts the same (nominal). With `rng` also a 90 % interval:
    items resampled with replacement (items with equal counts are drawn together).
    """
    counts = class_counts(votes, n_classes)
    counts = counts[counts.sum(axis=1) > 1]
    if not len(counts):
        return Coefficient(None, undefined_because=NO_PAIRS)
    apart = 1 - np.eye(n_classes) if distances is None else distances
    one_class = (counts.sum(axis=0) > 0).sum() == 1
    return _of_items(counts, partial(_alpha, distances=apart), rng, ONE_CLASS if one_class else NO_DISTANCE)


def _of_items(
    counts: Ints,
    values: Callable[[Ints, Floats], Floats],
    rng: np.random.Generator | None,
    otherwise: str,
    *,
    lone: Ints | None = None,
) -> Coefficient:
    """The coefficient of items with these counts (n_items, n_classes), or that it is not defined because `otherwise`.

    `values` makes of patterns of counts and of how often each occurs (n_resamples, n_patterns) the coefficients
    (n_resamples,), NaN where one is not defined. `lone` (n_classes,) are further items with one vote, by its class.
    """
    patterns, times = np.unique(counts, axis=0, return_counts=True)
    if lone is not None:
        one_vote = np.eye(len(lone), dtype=np.int64)[lone > 0]
        patterns, times = np.concatenate([patterns, one_vote]), np.concatenate([times, lone[lone > 0]])
    value = float(values(patterns, times[None].astype(np.float64))[0])
    if np.isnan(value):
        return Coefficient(None, undefined_because=otherwise)
    if rng is None:
        return Coefficient(value)
    drawn = rng.multinomial(int(times.sum()), times / times.sum(), size=N_RESAMPLES).astype(np.float64)
    resampled = values(patterns, drawn)
    # A resample in which only one class or no pair is left shows no disagreement.
    return with_bounds(value, np.where(np.isnan(resampled), 1.0, resampled), n_items=len(counts))


def with_bounds(value: float, resampled: Floats, *, n_items: int) -> Coefficient:
    """The value with the middle 90 % of its resamples (Efron 1979, DOI 10.1214/aos/1176344552).

    Resamples of items without a disagreement have none, however few those are: so the lower bound is never above
    Wilson's for n of n.
    """
    low, high = np.quantile(resampled, (0.05, 0.95))
    return Coefficient(value, min(float(low), surest_low(n_items, level=0.9), value), max(float(high), value))


def _alpha(patterns: Ints, times: Floats, distances: Floats) -> Floats:
    """α for every row of `times` (n_resamples, n_patterns); NaN where all answers are at one place."""
    n = patterns.sum(axis=1)
    disagreement = times @ (((patterns @ distances) * patterns).sum(axis=1) / (n - 1))
    used = times @ patterns
    expected = ((used @ distances) * used).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected > 0, 1 - (used.sum(axis=1) - 1) * disagreement / expected, np.nan)


def jackknifed(value: float, left_out: Callable[[Bools], float], item: Ints, *, least: float) -> Coefficient:
    """The value with its 90 % interval from the values without one group of items after the other (the jackknife: Tukey
    1958, DOI 10.1214/aoms/1177706647; by groups Kott 2001), with Student's t.

    item: (n,) the items, from 0, of the rows that the value is counted from; `left_out` makes the value without the
    rows marked (n,), NaN where it is not defined: then nothing is left that differs. `least` is the lowest value there
    is. A lone item leaves everything open.
    """
    n_items = int(item.max(initial=-1)) + 1
    n = min(N_GROUPS, n_items)
    if n < 2:
        return Coefficient(value, least, 1.0)
    without = np.nan_to_num([left_out(item % n == group) for group in range(n)], nan=1.0)
    half = float(special.stdtrit(n - 1, 0.95) * np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))
    low = min(value - half, surest_low(n_items, level=0.9), value)
    return Coefficient(value, max(low, least), min(value + half, 1.0))


def fleiss_kappa(votes: Ints, n_classes: int, *, rng: np.random.Generator | None = None) -> Coefficient:
    """Fleiss' κ (1971, DOI 10.1037/h0031619); defined only where every item has equally many votes. `rng` as for α."""
    counts = class_counts(votes, n_classes)
    n = counts.sum(axis=1)
    if not len(n) or n.max() < 2:
        return Coefficient(None, undefined_because=NO_PAIRS)
    if n.min() != n.max():
        return Coefficient(None, undefined_because=UNEQUAL)
    return _of_items(counts, _fleiss, rng, ONE_CLASS)


def _fleiss(patterns: Ints, times: Floats) -> Floats:
    shares = times @ patterns / (times @ patterns.sum(axis=1))[:, None]
    return _beyond_chance(times @ _agreeing(patterns) / times.sum(axis=1), (shares**2).sum(axis=1))


def gwet_ac1(votes: Ints, n_classes: int, *, rng: np.random.Generator | None = None) -> Coefficient:
    """Gwet's AC1 (2008, DOI 10.1348/000711006X126600), which stays sensible when one class is very common. `rng` as
    for α. Lone votes have no pair, and count in what chance would do."""
    _, item, n = np.unique(votes[:, 0], return_inverse=True, return_counts=True)
    has_pair = n[item] > 1
    if not has_pair.any():
        return Coefficient(None, undefined_because=NO_PAIRS)
    if n_classes < 2:
        return Coefficient(None, undefined_because=ONE_CLASS)
    # Of lone votes there may be a million: they have no rows of their own.
    lone = np.bincount(votes[~has_pair, 2], minlength=n_classes)
    return _of_items(class_counts(votes[has_pair], n_classes), _gwet, rng, ONE_CLASS, lone=lone)


def _gwet(patterns: Ints, times: Floats) -> Floats:
    n = patterns.sum(axis=1, keepdims=True)
    shares = times @ (patterns / n) / times.sum(axis=1, keepdims=True)
    by_chance = (shares * (1 - shares)).sum(axis=1) / (patterns.shape[1] - 1)
    with np.errstate(invalid="ignore"):  # a resample of lone votes has no pairs
        observed = times @ _agreeing(patterns) / (times @ (n[:, 0] > 1))
    return _beyond_chance(observed, by_chance)


def _agreeing(patterns: Ints) -> Floats:
    """The share of agreeing pairs of each pattern (n_patterns,), 0 for a lone vote."""
    n = patterns.sum(axis=1)
    return np.asarray((patterns * (patterns - 1)).sum(axis=1) / np.maximum(n * (n - 1), 1))


def _beyond_chance(observed: Floats, by_chance: Floats) -> Floats:
    """(observed - by chance) / (1 - by chance) of agreements in 0..1; NaN where chance alone explains all."""
    left = 1 - by_chance
    return np.asarray(np.where(left > 1e-12, (observed - by_chance) / np.where(left > 1e-12, left, 1), np.nan))

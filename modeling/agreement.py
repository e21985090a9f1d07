"""Votes → how far people agree: percent, Krippendorff's α, Fleiss' κ, Gwet's AC1. Pairs of people are in `kappa`.

Votes are an int array (n_votes, 3) of item, annotator, class. A coefficient that is not defined says why, and has no
value.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modeling.evaluation import surest_low

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

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
    patterns, times = np.unique(counts, axis=0, return_counts=True)
    value = float(_alpha(patterns, times[None].astype(np.float64), apart)[0])
    if np.isnan(value):
        one_class = (counts.sum(axis=0) > 0).sum() == 1
        return Coefficient(None, undefined_because=ONE_CLASS if one_class else NO_DISTANCE)
    if rng is None:
        return Coefficient(value)
    drawn = rng.multinomial(int(times.sum()), times / times.sum(), size=N_RESAMPLES).astype(np.float64)
    resampled = _alpha(patterns, drawn, apart)
    # A resample in which only one class is left shows no disagreement.
    return with_bounds(value, np.where(np.isnan(resampled), 1.0, resampled), n_items=int(times.sum()))


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


def fleiss_kappa(votes: Ints, n_classes: int) -> Coefficient:
    """Fleiss' κ (1971, DOI 10.1037/h0031619); defined only where every item has equally many votes."""
    counts = class_counts(votes, n_classes)
    n = counts.sum(axis=1)
    if not len(n) or n.max() < 2:
        return Coefficient(None, undefined_because=NO_PAIRS)
    if n.min() != n.max():
        return Coefficient(None, undefined_because=UNEQUAL)
    share = counts.sum(axis=0) / counts.sum()
    return beyond_chance(percent_agreement(votes) or 0.0, float(share @ share))


def gwet_ac1(votes: Ints, n_classes: int) -> Coefficient:
    """Gwet's AC1 (2008, DOI 10.1348/000711006X126600), which stays sensible when one class is very common."""
    observed = percent_agreement(votes)
    if observed is None:
        return Coefficient(None, undefined_because=NO_PAIRS)
    if n_classes < 2:
        return Coefficient(None, undefined_because=ONE_CLASS)
    counts = class_counts(votes, n_classes)
    share = (counts / counts.sum(axis=1, keepdims=True)).mean(axis=0)
    return beyond_chance(observed, float((share * (1 - share)).sum() / (n_classes - 1)))


def beyond_chance(observed: float, expected: float) -> Coefficient:
    """(observed - expected) / (1 - expected) of two agreements in 0..1; undefined where chance alone explains all."""
    if expected >= 1 - 1e-12:
        return Coefficient(None, undefined_because=ONE_CLASS)
    return Coefficient((observed - expected) / (1 - expected))

"""Votes → how far people agree: percent, Krippendorff's α, Cohen's and Fleiss' κ, Gwet's AC1, for nominal classes.

Votes are an int array (n_votes, 3) of item, annotator, class. A coefficient that is not defined says why, and has no
value.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

N_RESAMPLES = 400
NO_PAIRS = "no item has two annotations"
ONE_CLASS = "every annotation names the same class"


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A value with a 90 % interval, or the reason why there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None
    undefined_because: str | None = None


@dataclass(frozen=True, slots=True)
class ConfusedPair:
    """Two classes given to the same items: on how many items, and which share of all disagreements that is."""

    first: int
    second: int
    n_items: int
    share: float


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


def krippendorff_alpha(votes: Ints, n_classes: int, *, rng: np.random.Generator | None = None) -> Coefficient:
    """Krippendorff's nominal α (2004, DOI 10.4135/9781071878781), missing votes allowed.

    With `rng` also a 90 % interval: items resampled with replacement (items with equal counts are drawn together).
    """
    counts = class_counts(votes, n_classes)
    counts = counts[counts.sum(axis=1) > 1]
    if not len(counts):
        return Coefficient(None, undefined_because=NO_PAIRS)
    patterns, times = np.unique(counts, axis=0, return_counts=True)
    value = float(_alpha(patterns, times[None].astype(np.float64))[0])
    if np.isnan(value):
        return Coefficient(None, undefined_because=ONE_CLASS)
    if rng is None:
        return Coefficient(value)
    drawn = rng.multinomial(int(times.sum()), times / times.sum(), size=N_RESAMPLES).astype(np.float64)
    resampled = _alpha(patterns, drawn)
    # A resample in which only one class is left shows no disagreement.
    low, high = np.quantile(np.where(np.isnan(resampled), 1.0, resampled), (0.05, 0.95))
    return Coefficient(value, min(float(low), value), max(float(high), value))


def _alpha(patterns: Ints, times: Floats) -> Floats:
    """α for every row of `times` (n_resamples, n_patterns); NaN where a single class is used."""
    n = patterns.sum(axis=1)
    disagreement = times @ ((n**2 - (patterns**2).sum(axis=1)) / (n - 1))
    used = times @ patterns
    total = used.sum(axis=1)
    expected = total**2 - (used**2).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected > 0, 1 - (total - 1) * disagreement / expected, np.nan)


def fleiss_kappa(votes: Ints, n_classes: int) -> Coefficient:
    """Fleiss' κ (1971, DOI 10.1037/h0031619); defined only where every item has equally many votes."""
    counts = class_counts(votes, n_classes)
    n = counts.sum(axis=1)
    if not len(n) or n.max() < 2:
        return Coefficient(None, undefined_because=NO_PAIRS)
    if n.min() != n.max():
        return Coefficient(None, undefined_because="items have unequal numbers of annotations")
    share = counts.sum(axis=0) / counts.sum()
    return _beyond_chance(percent_agreement(votes) or 0.0, float(share @ share))


def gwet_ac1(votes: Ints, n_classes: int) -> Coefficient:
    """Gwet's AC1 (2008, DOI 10.1348/000711006X126600), which stays sensible when one class is very common."""
    observed = percent_agreement(votes)
    if observed is None:
        return Coefficient(None, undefined_because=NO_PAIRS)
    if n_classes < 2:
        return Coefficient(None, undefined_because=ONE_CLASS)
    counts = class_counts(votes, n_classes)
    share = (counts / counts.sum(axis=1, keepdims=True)).mean(axis=0)
    return _beyond_chance(observed, float((share * (1 - share)).sum() / (n_classes - 1)))


def cohen_kappa(votes: Ints, n_classes: int) -> Coefficient:
    """Cohen's κ (1960, DOI 10.1177/001316446002000104) of every two people, weighted by the items they share."""
    first, second = vote_pairs(votes)
    if not len(first):
        return Coefficient(None, undefined_because=NO_PAIRS)
    a, b = votes[first], votes[second]
    swap = a[:, 1] > b[:, 1]
    left, right = np.where(swap[:, None], b, a), np.where(swap[:, None], a, b)
    people, pair = np.unique(np.stack([left[:, 1], right[:, 1]], axis=1), axis=0, return_inverse=True)
    n_pairs, agreed = len(people), (left[:, 2] == right[:, 2]).astype(np.float64)
    n = np.bincount(pair, minlength=n_pairs)
    observed = np.bincount(pair, weights=agreed, minlength=n_pairs) / n
    margins = [
        np.bincount(pair * n_classes + side[:, 2], minlength=n_pairs * n_classes).reshape(n_pairs, n_classes)
        / n[:, None]
        for side in (left, right)
    ]
    expected = (margins[0] * margins[1]).sum(axis=1)
    defined = expected < 1 - 1e-12
    if not defined.any():
        return Coefficient(None, undefined_because=ONE_CLASS)
    kappa = (observed[defined] - expected[defined]) / (1 - expected[defined])
    return Coefficient(float(np.average(kappa, weights=n[defined])))


def vote_pairs(votes: Ints) -> tuple[Ints, Ints]:
    """Every two votes on one item, as two arrays of vote numbers."""
    order = np.argsort(votes[:, 0], kind="stable")
    item = votes[order, 0]
    firsts, seconds = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for lag in range(1, int(np.bincount(np.unique(item, return_inverse=True)[1]).max(initial=0))):
        same = np.flatnonzero(item[lag:] == item[:-lag])
        firsts.append(order[same])
        seconds.append(order[same + lag])
    return np.concatenate(firsts), np.concatenate(seconds)


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


def _beyond_chance(observed: float, expected: float) -> Coefficient:
    if expected >= 1 - 1e-12:
        return Coefficient(None, undefined_because=ONE_CLASS)
    return Coefficient((observed - expected) / (1 - expected))

"""Agreement of two people at a time: Cohen's κ, plain and weighted, and Scott's π.

Votes are an int array (n_votes, 3) of item, annotator, class. With more than two people, each value is the mean over
all pairs of people, weighted by the items they share.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from modeling.agreement import NO_PAIRS, ONE_CLASS, Bools, Coefficient, Floats, Ints, jackknifed

Weights = Literal["linear", "quadratic"]


def cohen_kappa(votes: Ints, n_classes: int, *, weights: Weights | None = None) -> Coefficient:
    """Cohen's κ (1960, DOI 10.1177/001316446002000104), weighted for ordered classes (1968, DOI 10.1037/h0026256)."""
    return _over_pairs(votes, _costs(n_classes, weights), pooled=False)


def scott_pi(votes: Ints, n_classes: int) -> Coefficient:
    """Scott's π (1955, DOI 10.1086/266577): chance by the class shares of both people together."""
    return _over_pairs(votes, _costs(n_classes, None), pooled=True)


def _costs(n_classes: int, weights: Weights | None) -> Floats:
    """What it costs when one says row and the other column, 0 on the diagonal."""
    places = np.arange(n_classes, dtype=np.float64)
    apart = np.abs(places[:, None] - places)
    if weights is None:
        return (apart > 0).astype(np.float64)
    return apart if weights == "linear" else apart**2


def _over_pairs(votes: Ints, costs: Floats, *, pooled: bool) -> Coefficient:
    """1 - observed cost / cost by chance of every two people, averaged over those for whom it is defined."""
    met = _met(votes)
    if not len(met.pair):
        return Coefficient(None, undefined_because=NO_PAIRS)
    total = met.sums(slice(None), costs)
    value = _mean_of(total, costs, pooled=pooled)
    if np.isnan(value):
        return Coefficient(None, undefined_because=ONE_CLASS)

    def without(rows: Bools) -> float:
        rest = [part - gone for part, gone in zip(total, met.sums(rows, costs), strict=True)]
        return _mean_of(rest, costs, pooled=pooled)

    return jackknifed(value, without, met.item, least=-1.0)


@dataclass(frozen=True, slots=True)
class _Met:
    """Where two people answered one item (n,): the item's number among these, which two they are, what each said."""

    item: Ints
    pair: Ints
    one: Ints
    other: Ints
    n_pairs: int

    def sums(self, rows: Any, costs: Floats) -> list[Floats]:
        """By two people: how often they met, what their differences cost, and what either said (n_pairs, n_classes)."""
        pair, one, other, k = self.pair[rows], self.one[rows], self.other[rows], len(costs)
        n = np.bincount(pair, minlength=self.n_pairs).astype(np.float64)
        cost = np.bincount(pair, weights=costs[one, other], minlength=self.n_pairs).astype(np.float64)
        said = (np.bincount(pair * k + side, minlength=self.n_pairs * k) for side in (one, other))
        return [n, cost, *(part.reshape(-1, k).astype(np.float64) for part in said)]


def _met(votes: Ints) -> _Met:
    first, second = vote_pairs(votes)
    a, b = votes[first], votes[second]
    swap = (a[:, 1] > b[:, 1])[:, None]
    left, right = np.where(swap, b, a), np.where(swap, a, b)
    people, pair = np.unique(np.stack([left[:, 1], right[:, 1]], axis=1), axis=0, return_inverse=True)
    item = np.unique(left[:, 0], return_inverse=True)[1]
    return _Met(item, pair.ravel(), left[:, 2], right[:, 2], len(people))


def _mean_of(sums: list[Floats], costs: Floats, *, pooled: bool) -> float:
    """The mean over all two people, by how often they met; NaN where it is defined for nobody."""
    n, cost, one, other = sums
    if pooled:
        one = other = (one + other) / 2
    by_chance = ((one @ costs) * other).sum(axis=1) / np.maximum(n, 1)
    defined = by_chance > 1e-12
    if not defined.any():
        return float("nan")
    return float(np.average(1 - cost[defined] / by_chance[defined], weights=n[defined]))


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

"""Agreement of two people at a time: Cohen's κ, plain and weighted, and Scott's π.

Votes are an int array (n_votes, 3) of item, annotator, class. With more than two people, each value is the mean over
all pairs of people, weighted by the items they share.
"""

from typing import Literal

import numpy as np

from modeling.agreement import NO_PAIRS, ONE_CLASS, Coefficient, Floats, Ints

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
    first, second = vote_pairs(votes)
    if not len(first):
        return Coefficient(None, undefined_because=NO_PAIRS)
    a, b = votes[first], votes[second]
    swap = (a[:, 1] > b[:, 1])[:, None]
    left, right = np.where(swap, b, a), np.where(swap, a, b)
    people, pair = np.unique(np.stack([left[:, 1], right[:, 1]], axis=1), axis=0, return_inverse=True)
    n = np.bincount(pair, minlength=len(people))
    observed = np.bincount(pair, weights=costs[left[:, 2], right[:, 2]], minlength=len(people)) / n
    one, other = (_shares(pair, side[:, 2], n, len(costs)) for side in (left, right))
    if pooled:
        one = other = (one + other) / 2
    chance = np.einsum("pk,kl,pl->p", one, costs, other)
    defined = chance > 1e-12
    if not defined.any():
        return Coefficient(None, undefined_because=ONE_CLASS)
    return Coefficient(float(np.average(1 - observed[defined] / chance[defined], weights=n[defined])))


def _shares(pair: Ints, answers: Ints, n: Ints, n_classes: int) -> Floats:
    flat = np.bincount(pair * n_classes + answers, minlength=len(n) * n_classes)
    return flat.reshape(len(n), n_classes) / n[:, None]


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

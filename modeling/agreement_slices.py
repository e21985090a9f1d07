"""Where people agree and where not: by class, by person, by two people, by period; every share with an interval.

Votes are an int array (n_votes, 3) of item, annotator, class. Agreement here is the share of pairs of answers to one
item that are the same; what a coefficient makes of it is in `agreement`.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from modeling.agreement import Coefficient, Floats, Ints, class_counts, krippendorff_alpha
from modeling.kappa import vote_pairs

Z90 = 1.6448536269514722
NOBODY_ELSE = "nobody else answered the same items"


@dataclass(frozen=True, slots=True)
class Share:
    """A share of agreeing pairs over `n_items` items with a 90 % interval, or None where there is no pair."""

    value: float | None
    low: float | None
    high: float | None
    n_items: int


@dataclass(frozen=True, slots=True)
class TwoPeople:
    """How far two people agree on the items that both answered."""

    first: int
    second: int
    agreement: Share


@dataclass(frozen=True, slots=True)
class Period:
    """Agreement on the items whose last answer fell into the period."""

    period: int
    agreement: Share
    alpha: Coefficient


def by_class(votes: Ints, n_classes: int) -> list[Share]:
    """For each class: where one person named it, how often another did (Cicchetti and Feinstein 1990).

    Two answers that name the class count twice, one that names it once; items with one answer say nothing.
    """
    counts = class_counts(votes, n_classes)
    n = counts.sum(axis=1, keepdims=True)
    agreeing, pairs = counts * (counts - 1) / np.maximum(n - 1, 1), counts * (n > 1)
    return [share_of(agreeing[:, k], pairs[:, k].astype(np.float64)) for k in range(n_classes)]


def by_person(votes: Ints, n_annotators: int) -> list[Share]:
    """For each person: the share of others' answers to the same items that are hers, items counted alike."""
    agreeing, others = _others(votes)
    judged = others > 0
    share = agreeing[judged] / others[judged]
    person = votes[judged, 1]
    order = np.argsort(person, kind="stable")
    edges = np.searchsorted(person[order], np.arange(n_annotators + 1))
    own = [share[order[a:b]] for a, b in pairwise(edges)]
    return [share_of(part, np.ones(len(part))) for part in own]


def _others(votes: Ints) -> tuple[Floats, Floats]:
    """How many others gave each vote's answer to its item (n_votes,), and how many others answered it."""
    n_classes = int(votes[:, 2].max(initial=0)) + 1
    _, cell, n_same = np.unique(votes[:, 0] * n_classes + votes[:, 2], return_inverse=True, return_counts=True)
    _, item, n = np.unique(votes[:, 0], return_inverse=True, return_counts=True)
    return (n_same[cell] - 1).astype(np.float64), (n[item] - 1).astype(np.float64)


def by_two_people(votes: Ints, *, limit: int = 50) -> list[TwoPeople]:
    """Every two people with shared items, most items first."""
    first, second = vote_pairs(votes)
    people = np.sort(np.stack([votes[first, 1], votes[second, 1]], axis=1), axis=1)
    same = votes[first, 2] == votes[second, 2]
    pairs, place, n = np.unique(people, axis=0, return_inverse=True, return_counts=True)
    agreed = np.bincount(place.ravel(), weights=same, minlength=len(pairs))
    return [
        TwoPeople(int(pairs[row, 0]), int(pairs[row, 1]), wilson(agreed[row] / n[row], int(n[row])))
        for row in np.argsort(-n, kind="stable")[:limit]
    ]


def last_periods(votes: Ints, period: Ints) -> Ints:
    """For each vote the period of the last vote on its item (n_votes,). period: (n_votes,), not below 0."""
    last = np.zeros(int(votes[:, 0].max(initial=-1)) + 1, dtype=np.int64)
    np.maximum.at(last, votes[:, 0], period)
    return last[votes[:, 0]]


def by_period(votes: Ints, period: Ints, n_classes: int, *, rng: np.random.Generator) -> list[Period]:
    """Agreement period by period, rising. period: (n_votes,), that of each vote's item, as a number."""
    found = []
    for one in np.unique(period).tolist():
        own = votes[period == one]
        counts = class_counts(own, n_classes)
        n = counts.sum(axis=1)
        agreeing, pairs = (counts * (counts - 1)).sum(axis=1), n * (n - 1)
        share = share_of(agreeing[n > 1].astype(np.float64), pairs[n > 1].astype(np.float64))
        found.append(Period(one, share, krippendorff_alpha(own, n_classes, rng=rng)))
    return found


def share_of(agreeing: Floats, pairs: Floats) -> Share:
    """Σ agreeing / Σ pairs over items (n_items,), the interval from how items differ: pairs of one item go together.

    A ratio estimate with items as clusters (Cochran 1977, section 6.3), turned into the number of independent items
    that would be as uncertain, and that into Wilson's interval.
    """
    used = pairs > 0
    n_items, total = int(used.sum()), float(pairs.sum())
    if not n_items:
        return Share(None, None, None, 0)
    value = float(agreeing.sum()) / total
    variance = float(((agreeing[used] - value * pairs[used]) ** 2).sum()) / total**2
    independent = value * (1 - value) / variance if variance > 0 else float(n_items)
    found = wilson(value, min(max(independent, 1.0), float(total)))
    return Share(found.value, found.low, found.high, n_items)


def change_of(before: Share, after: Share) -> Share | None:
    """The difference of two shares of different answers with a 90 % interval over the items of both; None without.

    Newcombe's square-and-add of the two intervals (1998, DOI 10.1002/(SICI)1097-0258(19980430)17:8<873, method 10).
    """
    if before.value is None or before.low is None or before.high is None:
        return None
    if after.value is None or after.low is None or after.high is None:
        return None
    change = after.value - before.value
    down = np.hypot(after.value - after.low, before.high - before.value)
    up = np.hypot(after.high - after.value, before.value - before.low)
    return Share(change, float(change - down), float(change + up), before.n_items + after.n_items)


def wilson(value: float, n: float) -> Share:
    """Wilson's 90 % interval (1927, DOI 10.1080/01621459.1927.10502953) of a share seen n times."""
    z = Z90**2 / n
    middle, half = (value + z / 2) / (1 + z), np.sqrt(value * (1 - value) * z + z**2 / 4) / (1 + z)
    low, high = min(middle - half, value), max(middle + half, value)
    return Share(float(value), float(max(0.0, low)), float(min(1.0, high)), int(n))

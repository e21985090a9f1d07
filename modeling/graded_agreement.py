"""Agreement of answers that are more or less apart (sets, spans, boxes, texts), from their distances."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from modeling.agreement import N_RESAMPLES, NO_PAIRS, Coefficient, with_bounds
from modeling.agreement_slices import Period, Share, TwoPeople, share_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ONE_ANSWER = "every annotation is the same answer"


def graded_alpha(within: Floats, n_votes: Ints, expected: float, *, rng: np.random.Generator) -> Coefficient:
    """Krippendorff's α (2004, DOI 10.4135/9781071878781) for any distance, with a 90 % interval over resampled items.

    `within` (n_items,) is the mean distance of an item's pairs of answers, `n_votes` (n_items,) its answers, two or
    more; `expected` is the mean distance of pairs of answers whatever their items, which is taken as known.
    """
    if not len(within):
        return Coefficient(None, undefined_because=NO_PAIRS)
    if expected <= 0:
        return Coefficient(None, undefined_because=ONE_ANSWER)
    weights = n_votes.astype(np.float64)
    value = 1 - float(within @ weights / weights.sum()) / expected
    drawn = rng.integers(len(within), size=(N_RESAMPLES, len(within)))
    means = (within[drawn] * weights[drawn]).sum(axis=1) / weights[drawn].sum(axis=1)
    return with_bounds(value, 1 - means / expected, n_items=len(within))


@dataclass(frozen=True, slots=True)
class Pairs:
    """All pairs of answers to one item: item (n_pairs,), the two people and the rows of their votes (n_pairs, 2), and
    how close the answers are (n_pairs,), 0 to 1."""

    item: Ints
    people: Ints
    rows: Ints
    closeness: Floats

    def per_item(self) -> tuple[Ints, Floats, Ints]:
        """Returns the items that have pairs, by rising number, their mean closeness and their numbers of answers."""
        items, place, n_pairs = np.unique(self.item, return_inverse=True, return_counts=True)
        mean = np.bincount(place, weights=self.closeness, minlength=len(items)) / np.maximum(n_pairs, 1)
        # n answers make n (n - 1) / 2 pairs.
        return items, mean, np.asarray((1 + np.sqrt(1 + 8 * n_pairs)) / 2).round().astype(np.int64)


def closeness_within(pairs: Pairs, period: Ints) -> dict[int, Share]:
    """Returns the mean closeness of the pairs whose answers are both of one period; period: (n_votes,)."""
    first, second = period[pairs.rows].T
    within = first == second
    found = {}
    for one in np.unique(first[within]).tolist():
        own = within & (first == one)
        _, place, n = np.unique(pairs.item[own], return_inverse=True, return_counts=True)
        close = np.bincount(place, weights=pairs.closeness[own]).astype(np.float64)
        found[one] = share_of(close, n.astype(np.float64))
    return found


def closeness_by_person(pairs: Pairs, n_annotators: int) -> list[Share]:
    """For each person: how close others' answers to the same items are to hers, items counted alike."""
    person, item = pairs.people.T.ravel(), np.tile(pairs.item, 2)
    n_items = int(pairs.item.max(initial=-1)) + 1
    cells, place, n = np.unique(person * n_items + item, return_inverse=True, return_counts=True)
    mean = np.bincount(place, weights=np.tile(pairs.closeness, 2), minlength=len(cells)) / np.maximum(n, 1)
    edges = np.searchsorted(cells, np.arange(n_annotators + 1) * n_items)
    return [share_of(mean[a:b], np.ones(b - a)) for a, b in pairwise(edges.tolist())]


def closeness_by_two_people(pairs: Pairs, *, limit: int = 50) -> list[TwoPeople]:
    """Every two people with shared items, most items first."""
    two, place, n = np.unique(np.sort(pairs.people, axis=1), axis=0, return_inverse=True, return_counts=True)
    order = np.argsort(-n, kind="stable")[:limit]
    own = [pairs.closeness[place.ravel() == row] for row in order]
    return [
        TwoPeople(int(two[row, 0]), int(two[row, 1]), share_of(part, np.ones(len(part))))
        for row, part in zip(order.tolist(), own, strict=True)
    ]


def closeness_by_period(pairs: Pairs, period: Ints, expected: float, *, rng: np.random.Generator) -> list[Period]:
    """Closeness period by period, rising; `period` (n_items,) is that of an item's last answer.

    α of a period is held against the `expected` distance of the whole project, so that periods can be compared.
    """
    items, mean, n_votes = pairs.per_item()
    n_pairs = n_votes * (n_votes - 1) / 2
    found = []
    for one in np.unique(period[items]).tolist():
        own = period[items] == one
        alpha = graded_alpha(1 - mean[own], n_votes[own], expected, rng=rng)
        found.append(Period(one, share_of(mean[own] * n_pairs[own], n_pairs[own]), alpha))
    return found

"""Answers period by period: how many, how far people agree within each, and how right each person was."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from modeling.agreement_slices import Share, share_of
from modeling.votes import Floats, Ints


class Within(NamedTuple):
    """Answers of one period, and how far the pairs of answers on items that were answered twice in it agree."""

    period: int
    n_votes: int
    agreement: Share


class Stretch(NamedTuple):
    """One person's answers of one period: `right` is the mean chance of being right over `n_judged` of them."""

    annotator: int
    period: int
    n_votes: int
    n_judged: int
    right: float | None


def within_periods(votes: Ints, period: Ints) -> list[Within]:
    """Every period that has an answer, rising; two answers are a pair when both are to one item and of one period.

    votes: (n, 3) of item, annotator, class. period: (n,), weeks or versions of the guidelines as numbers.
    """
    periods, place = np.unique(period, return_inverse=True)
    item, cell = _numbered(place, votes[:, 0]), _numbered(place, votes[:, 0], votes[:, 2])
    first_item, first_cell = (np.unique(part, return_index=True)[1] for part in (item, cell))
    of_item, of_cell = np.bincount(item), np.bincount(cell)
    pairs = (of_item * (of_item - 1)).astype(np.float64)
    same = np.bincount(item[first_cell], weights=of_cell * (of_cell - 1), minlength=len(pairs)).astype(np.float64)
    n_votes = np.bincount(place, minlength=len(periods))
    # Items are numbered period by period.
    edges = np.searchsorted(place[first_item], np.arange(len(periods) + 1))
    shares = [share_of(same[a:b], pairs[a:b]) for a, b in pairwise(edges.tolist())]
    return [Within(int(periods[k]), int(n_votes[k]), share) for k, share in enumerate(shares)]


def stretches(annotators: Ints, period: Ints, right: Floats, counted: Ints) -> list[Stretch]:
    """Every person's periods, rising. right: (n,) P(answer is right); counted: (n,) 1 where anything else speaks."""
    cell = _numbered(annotators, period)
    first = np.unique(cell, return_index=True)[1]
    n, judged = np.bincount(cell), np.bincount(cell, weights=counted)
    hits = np.bincount(cell, weights=right * counted)
    return [
        Stretch(
            int(annotators[row]), int(period[row]), int(n[k]), int(judged[k]),
            float(hits[k] / judged[k]) if judged[k] else None,
        )
        for k, row in enumerate(first)
    ]  # fmt: skip


def _numbered(*columns: Ints) -> Ints:
    """The number of each row's combination of values (n,), in the order of the values."""
    number = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        values, place = np.unique(column, return_inverse=True)
        number = number * max(len(values), 1) + place
    return np.unique(number, return_inverse=True)[1]

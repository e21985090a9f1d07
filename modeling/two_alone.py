"""Two people who share items with nobody else: where they disagree, nothing tells which of them is right."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from modeling.evaluation import accuracy_interval
from modeling.skills import INTERVAL
from modeling.truth import Truth

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

# From so many known items on, that one of the two was right about, these tell how good she is, and by her the other.
ENOUGH_KNOWN = 100


@dataclass(frozen=True, slots=True)
class Alone:
    """Who is judged by one other person only (n_annotators,), items of two such people (n_items,), and those of
    them (n_items,) to which the two gave different answers. Known items are neither."""

    people: Bools
    items: Bools
    undecided: Bools


def pairs_alone(votes: Ints, truth: Truth, known: Bools) -> Alone:
    """Finds the pairs who share items with each other alone, neither of them right about a hundred known items.

    votes: (n, 3) item, annotator, class, one an item and annotator. known: (n_items,) whether the class is known.
    """
    item, person, answer = votes.T
    n_items, n_annotators = len(known), len(truth.accuracy)
    n_votes = np.where(known, 0, np.bincount(item, minlength=n_items))
    lowest, highest = _ends(item, person, n_items)
    shared = n_votes[item] > 1
    other = np.where(person == lowest[item], highest[item], lowest[item])[shared]
    first, last = _ends(person[shared], other, n_annotators)
    in_company = np.bincount(person[n_votes[item] > 2], minlength=n_annotators) > 0
    n_right = np.bincount(person[known[item] & (truth.p_wrong < 0.5)], minlength=n_annotators)
    alone = (first >= 0) & (first == last) & ~in_company & (n_right < ENOUGH_KNOWN)
    people = alone & alone[first]
    items = n_votes == 2
    items[item[~people[person]]] = False
    least, most = _ends(item, answer, n_items)
    return Alone(people, items, items & (least != most))


def _ends(group: Ints, value: Ints, n_groups: int) -> tuple[Ints, Ints]:
    """The least and the greatest value of each group (n_groups,); -1 for a group without values."""
    greatest = np.full(n_groups, -1)
    np.maximum.at(greatest, group, value)
    least = greatest.copy()
    np.minimum.at(least, group, value)
    return least, greatest


def spanning_both(truth: Truth, votes: Ints, known: Bools, alone: Alone) -> Truth:
    """The truth with intervals of accuracy, of people who are judged by one other alone, that hold what is so if she is
    the one who errs wherever they disagree, and what is so if the other is; by Wilson at their ends."""
    n_people = len(alone.people)
    rows = (alone.items | known)[votes[:, 0]]
    judged, right = votes[rows], 1 - truth.p_wrong[rows]
    agreed = alone.items[judged[:, 0]] & ~alone.undecided[judged[:, 0]]
    unsure = alone.undecided[judged[:, 0]]
    ends = (np.where(unsure, 0, right), np.where(unsure | agreed, 1, right))
    n, *hits = (np.bincount(judged[:, 1], weights=one, minlength=n_people) for one in (None, *ends))
    low, high = truth.accuracy_low.copy(), truth.accuracy_high.copy()
    for one in np.flatnonzero(alone.people & (n > 0)).tolist():
        least, most = (accuracy_interval(min(part[one], n[one]), n[one], INTERVAL) for part in hits)
        low[one], high[one] = min(low[one], least.low), max(high[one], most.high)
    return replace(truth, accuracy_low=low, accuracy_high=high)

"""Who copies from whom? Two people who make the same mistakes, beyond how often any two people here do."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modeling.kappa import vote_pairs
from modeling.votes import Floats, Ints

# An answer is a mistake when the consensus, this person's own say included, holds it for at most so likely.
MISTAKE = 0.35
# Of a copier's mistakes so many are the other's; the rest, like an honest person's, by chance.
COPIED = 0.7
LEAST_SAME = 5


@dataclass(frozen=True, slots=True)
class Copying:
    """Two people, `copier` mostly the later one on their `n_items` items; on `n_mistakes` of them one or both erred, on
    `n_same` both alike, where `expected` would be usual. `rows` are the copier's answers among those."""

    copier: int
    source: int
    n_items: int
    n_mistakes: int
    n_same: int
    expected: float
    log_odds: float
    rows: Ints


def copying_pairs(votes: Ints, posterior: Floats, *, least_log_odds: float) -> list[Copying]:
    """Every two people whose shared mistakes are so much likelier by copying than by chance, the likeliest first.

    votes: (n, 3) item, annotator, class, in the order in which they were given. posterior: (n_items, K). Agreement on
    what is right says nothing, two good people always agree; the same mistake does (Dong, Berti-Equille and Srivastava
    2009, DOI 10.14778/1687627.1687690). How often two people err alike where either errs follows from how often each
    errs in that class, times how much oftener all other pairs do: careless people and items that mislead everybody
    accuse nobody. The odds are lowered by the number of pairs looked at.
    """
    wrong = posterior[votes[:, 0], votes[:, 2]] <= MISTAKE
    early, late = _with_a_mistake(votes, wrong)
    if not len(early):
        return []
    people = np.sort(np.stack([votes[early, 1], votes[late, 1]], axis=1), axis=1)
    pairs, place = np.unique(people, axis=0, return_inverse=True)
    place = place.ravel()
    same = votes[early, 2] == votes[late, 2]
    by_skill = _alike_by_skill(votes, posterior.argmax(axis=1), wrong, early, late)
    n, s, e = (np.bincount(place, weights=part) for part in (np.ones(len(place)), same, by_skill))
    others = np.maximum((s.sum() - s + 1) / (e.sum() - e + 1), 1.0)
    usual = np.clip(others * e / n, 0.02, 0.9)
    copied = usual + (1 - usual) * COPIED
    log_odds = s * np.log(copied / usual) + (n - s) * np.log((1 - copied) / (1 - usual)) - np.log(len(pairs))
    found = np.flatnonzero((log_odds >= least_log_odds) & (s >= LEAST_SAME))
    return [
        _of_pair(votes, late[(place == one) & same], pairs[one], int(n[one]), float(usual[one]), float(log_odds[one]))
        for one in found[np.argsort(-log_odds[found], kind="stable")].tolist()
    ]


def _with_a_mistake(votes: Ints, wrong: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Every two votes on one item of which one is a mistake or both are, the earlier ones and the later ones."""
    doubted = np.flatnonzero(np.isin(votes[:, 0], votes[wrong, 0]))
    first, second = (doubted[side] for side in vote_pairs(votes[doubted]))
    erred = wrong[first] | wrong[second]
    return np.minimum(first, second)[erred], np.maximum(first, second)[erred]


def _alike_by_skill(votes: Ints, believed: Ints, wrong: npt.NDArray[np.bool_], early: Ints, late: Ints) -> Floats:
    """P(both the same mistake) / P(either errs) of each pair of votes, by how often each of them errs in the class."""
    n_people, n_classes = int(votes[:, 1].max()) + 1, int(max(votes[:, 2].max(), believed.max())) + 1
    true = believed[votes[:, 0]]
    cell = votes[:, 1] * n_classes + true
    size = n_people * n_classes
    rate = (np.bincount(cell, weights=wrong, minlength=size) + 1) / (np.bincount(cell, minlength=size) + 4)
    given = np.bincount((true * n_classes + votes[:, 2])[wrong], minlength=n_classes**2).reshape(n_classes, n_classes)
    alike = ((given + 0.1) ** 2).sum(axis=1) / (given + 0.1).sum(axis=1) ** 2
    one, other = rate[cell[early]], rate[cell[late]]
    return np.asarray(one * other * alike[true[early]] / (1 - (1 - one) * (1 - other)))


def _of_pair(votes: Ints, later: Ints, pair: Ints, n_mistakes: int, usual: float, log_odds: float) -> Copying:
    """later: the later answer of each mistake that both made."""
    second = int((votes[later, 1] == pair[1]).sum())
    copier, source = (pair[1], pair[0]) if 2 * second >= len(later) else (pair[0], pair[1])
    shared = np.intersect1d(*(votes[votes[:, 1] == one, 0] for one in pair))
    own = (votes[:, 1] == copier) & np.isin(votes[:, 0], votes[later, 0])
    n_items, expected = len(shared), usual * n_mistakes
    return Copying(int(copier), int(source), n_items, n_mistakes, len(later), expected, log_odds, np.flatnonzero(own))

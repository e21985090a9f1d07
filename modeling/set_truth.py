"""Sets of classes, judged one class at a time: each is a question of yes and no to the same people."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modeling.engine import believe_people
from modeling.error_range import Mistakes, mistakes_of

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SetBeliefs:
    """What is believed of sets: `p_in` (n_items, K), how probably each class is in each item's set; how probably each
    vote is right (n_votes,), all classes of it; `p_wrong` (n_votes,), that of its worst class; everybody's log odds of
    careless answers (n_annotators,); and how probably the set held for each item is wrong, between which ends."""

    p_in: Floats
    right: Floats
    p_wrong: Floats
    random_log_odds: Floats
    mistakes: Mistakes

    @property
    def probability(self) -> Floats:
        """(n_items,) that of the set of all classes that are more probable than not."""
        return np.asarray(np.maximum(self.p_in, 1 - self.p_in).prod(axis=1))


def believe_sets(
    votes: Ints, named: Bools, *, n_items: int, n_annotators: int, gold: Ints, calibrate_on: Ints
) -> SetBeliefs:
    """Judges every class by an inference of its own, calibrated alone.

    votes: (n, 3) item, annotator and the answer's row in `named` (n_answers, K), which says which classes it names;
    `gold` (m, 2) and its part `calibrate_on` are item and answer (see `believe_people`). The probability of a set is
    that of all its classes being right and no other missing, as if they were independent, and so it is at worst. At
    best all mistakes about an item fall together, and its set is as right as its most doubtful class (Fréchet's bound,
    1935): whoever takes one item for another errs in several classes at once. An answer is as wrong as its worst class,
    as right as all of them; a person looks careless as in the class in which that is plainest.
    """
    n_votes = np.bincount(votes[:, 0], minlength=n_items)
    n_votes[gold[:, 0]] = 0
    p_in, least, no_mistake = np.zeros((n_items, named.shape[1])), np.zeros(n_items), np.ones((2, n_items))
    right, worst, odds = np.ones(len(votes)), np.ones(len(votes)), np.full(n_annotators, -np.inf)
    known = np.isin(np.arange(n_items), gold[:, 0])
    for k in np.flatnonzero(named.any(axis=0)):
        asked, fixed, told = (_of_class(rows, named[:, k]) for rows in (votes, gold, calibrate_on))
        found = believe_people(
            asked, n_items=n_items, n_annotators=n_annotators, n_classes=2, gold=fixed, calibrate_on=told
        )
        p_in[:, k] = found.truth.posterior[:, 1]
        wrong = mistakes_of(found.truth.posterior, found, n_votes, known)
        least = np.maximum(least, wrong.least)
        no_mistake *= 1 - np.stack([wrong.expected, wrong.most])
        right *= 1 - found.truth.p_wrong
        worst = np.minimum(worst, 1 - found.truth.p_wrong)
        odds = np.maximum(odds, found.truth.random_log_odds)
    odds[~np.isfinite(odds)] = 0
    expected, most = 1 - no_mistake
    return SetBeliefs(p_in, right, 1 - worst, odds, Mistakes(expected, least, most))


def _of_class(rows: Ints, is_named: Bools) -> Ints:
    """Rows whose last column is an answer, with a yes (1) or no (0) to one class instead; is_named: (n_answers,)."""
    return np.column_stack([rows[:, :-1], is_named[rows[:, -1]]]).astype(np.int64)

"""How people answer, given what is probably true: confusion matrices shrunk to the average person's, and bounds."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modeling.later import special
from modeling.suspicion import DOUBT

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STRENGTH = 2.0
# How many of the average person's answers stand against somebody's own, for her hit rate over all classes.
HIT_STRENGTH = 16.0
PRIOR_RIGHT = 2.0
PRIOR_WRONG = 1.0
INTERVAL = 0.9


@dataclass(frozen=True, slots=True)
class Skills:
    """Expected `counts` of truth and answer (n_annotators, K, K), and the `centre` worth two answers a row that they
    are shrunk towards; the average person's `pool` (K, K) and `hit_rate`."""

    counts: Floats
    centre: Floats
    pool: Floats
    hit_rate: float

    @property
    def confusion(self) -> Floats:
        """P(answer | truth), (n_annotators, K, K)."""
        confusion = self.counts + STRENGTH * self.centre
        confusion /= confusion.sum(axis=2, keepdims=True)
        return np.maximum(confusion, 1e-9)

    @property
    def credible(self) -> Floats:
        """`confusion` as it speaks for the truth: no answer speaks against itself.

        Somebody who seems to be right less often than chance is taken for a guesser. With a few dozen answers that is
        nearly always true, and a consensus that believes the opposite of what people say loses more by it than it wins.
        """
        confusion = self.confusion
        return np.asarray(np.minimum(confusion, np.einsum("wkk->wk", confusion)[:, None, :]))

    def elsewhere(self, annotator: Ints, answer: Ints, own: Floats) -> Floats:
        """Log P(answer | truth) of each vote, as in `credible`, by what its author did on other items (n_votes, K).

        own: (n_votes, K), the vote's own part of the counts. Counted in, a vote speaks for itself: with few answers
        and many classes the author then looks like somebody who always answers so (leave-one-out as in collapsed
        inference, Asuncion et al. 2009, arXiv:1205.2662, "CVB0").
        """
        hits = self.counts[annotator, :, answer] - own + STRENGTH * self.centre[annotator, :, answer]
        rows = self.counts.sum(axis=2)[annotator] - own + STRENGTH
        logs = np.log(np.maximum(hits, 1e-9) / np.maximum(rows, 1e-9))
        return np.asarray(np.minimum(logs, logs[np.arange(len(answer)), answer, None]))


def fitted_skills(counts: Floats, answers: Ints, posterior: Floats) -> Skills:
    """Skills from expected counts (n_annotators, K, K) of truth and answer.

    answers: the classes of all votes, informative or not. The centre of a row is the average person's row, its odds of
    being right scaled to the annotator's own hit rate (itself shrunk to the average person's).
    """
    k = counts.shape[1]
    pool = counts.sum(axis=0) + _newcomers_confusion(answers, k)
    pool /= pool.sum(axis=1, keepdims=True)
    diagonal = np.diag(pool)
    hit_rate = float(diagonal @ posterior.mean(axis=0)) if len(posterior) else float(diagonal.mean())
    hits = np.einsum("wkk->w", counts)
    own = (hits + HIT_STRENGTH * hit_rate) / (counts.sum(axis=(1, 2)) + HIT_STRENGTH)
    odds = (_odds(own) / _odds(np.array(hit_rate)))[:, None] * _odds(diagonal)
    right = odds / (1 + odds)
    mistakes = pool * (1 - np.eye(k))
    mistakes /= np.maximum(mistakes.sum(axis=1, keepdims=True), 1e-12)
    centre = right[:, :, None] * np.eye(k) + (1 - right)[:, :, None] * mistakes
    return Skills(counts, centre, pool, hit_rate)


def honest_pool(skills: Skills, answers: Ints, weights: Floats) -> Floats:
    """The average person's P(answer | truth) (K, K) with each annotator's counts weighed (n_annotators,), 0 to 1."""
    pool = np.einsum("w,wkl->kl", weights, skills.counts) + _newcomers_confusion(answers, skills.counts.shape[1])
    return np.asarray(pool / pool.sum(axis=1, keepdims=True))


def _newcomers_confusion(answers: Ints, k: int) -> Floats:
    """Pseudo-counts (K, K) for the average person before any evidence: right, or else as common as the classes are.

    Wrong answers in proportion to the votes' shares, because then the shares explain themselves: with evenly spread
    mistakes a class rarer than the assumed error rate would be explained away as nothing but mistakes, where nobody
    overlaps.
    """
    share = (np.bincount(answers, minlength=k) + 1) / (len(answers) + k)
    idle = k * PRIOR_WRONG / (PRIOR_RIGHT * k + PRIOR_WRONG * (k - 1))
    weight = PRIOR_RIGHT * k + PRIOR_WRONG * (k - 1)
    return np.asarray(weight * ((1 - idle) * np.eye(k) + idle * share))


def _odds(rate: Floats) -> Floats:
    safe = np.clip(rate, 1e-4, 1 - 1e-4)
    return np.asarray(safe / (1 - safe))


def accuracy_bounds(accuracy: Floats, supported: Floats, annotator: Ints, n_classes: int) -> tuple[Floats, Floats]:
    """Bounds of a Beta distribution as wide as the votes' information about their annotator's accuracy allows.

    supported: (n_votes,), how probable the others find each answer. A vote is right with probability a × supported plus
    wrong with (1 - a) × (1 - supported) / (K - 1); its information is the squared slope of the logarithm, so a vote
    that the others cannot judge says little (observed information, Louis 1982). However sure the votes are, n of them
    without a mistake are no certainty: the lower bound is never above Wilson's for n of n.
    """
    supported = (1 - DOUBT) * supported + DOUBT / n_classes
    against = (1 - supported) / max(n_classes - 1, 1)
    own = accuracy[annotator]
    slope = (supported - against) / np.maximum(own * supported + (1 - own) * against, 1e-6)
    spread = accuracy * (1 - accuracy)
    information = np.bincount(annotator, weights=slope**2, minlength=len(accuracy)) * spread + STRENGTH
    tail = (1 - INTERVAL) / 2
    low, high = (special.betaincinv(accuracy * information, (1 - accuracy) * information, q) for q in (tail, 1 - tail))
    n = np.bincount(annotator, minlength=len(accuracy))
    surest = n / (n + float(special.ndtri(1 - tail)) ** 2)
    return np.minimum(np.minimum(low, surest), accuracy), np.maximum(high, accuracy)

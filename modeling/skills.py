"""How people answer, given what is probably true: confusion matrices shrunk to the average person's, and bounds."""

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

from modeling.suspicion import DOUBT

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STRENGTH = 2.0
PRIOR_RIGHT = 2.0
PRIOR_WRONG = 1.0
INTERVAL = 0.9


def confusions(counts: Floats, answers: Ints, posterior: Floats) -> tuple[Floats, Floats, float]:
    """Confusion matrices (n_annotators, K, K), the average person's (K, K), and the average person's hit rate.

    counts: (n_annotators, K, K), expected, of truth and answer. answers: the classes of all votes, informative or not.
    Each row is shrunk towards a centre worth two judgements: the average person's row, its odds of being right scaled
    to the annotator's own hit rate (itself shrunk to the average person's).
    """
    k = counts.shape[1]
    pool = counts.sum(axis=0) + _newcomers_confusion(answers, k)
    pool /= pool.sum(axis=1, keepdims=True)
    diagonal = np.diag(pool)
    hit_rate = float(diagonal @ posterior.mean(axis=0)) if len(posterior) else float(diagonal.mean())
    own = (np.einsum("wkk->w", counts) + STRENGTH * hit_rate) / (counts.sum(axis=(1, 2)) + STRENGTH)
    odds = (_odds(own) / _odds(np.array(hit_rate)))[:, None] * _odds(diagonal)
    right = odds / (1 + odds)
    mistakes = pool * (1 - np.eye(k))
    mistakes /= np.maximum(mistakes.sum(axis=1, keepdims=True), 1e-12)
    centre = right[:, :, None] * np.eye(k) + (1 - right)[:, :, None] * mistakes
    confusion = counts + STRENGTH * centre
    confusion /= confusion.sum(axis=2, keepdims=True)
    return np.maximum(confusion, 1e-9), pool, hit_rate


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
    that the others cannot judge says little (observed information, Louis 1982).
    """
    supported = (1 - DOUBT) * supported + DOUBT / n_classes
    against = (1 - supported) / max(n_classes - 1, 1)
    own = accuracy[annotator]
    slope = (supported - against) / np.maximum(own * supported + (1 - own) * against, 1e-6)
    spread = accuracy * (1 - accuracy)
    information = np.bincount(annotator, weights=slope**2, minlength=len(accuracy)) * spread + STRENGTH
    tail = (1 - INTERVAL) / 2
    low, high = (betaincinv(accuracy * information, (1 - accuracy) * information, q) for q in (tail, 1 - tail))
    return np.minimum(low, accuracy), np.maximum(high, accuracy)

"""Scores of the probabilities alone, for one class an item and for sets of classes."""

import numpy as np

from modeling import acquisition
from modeling.strategies.base import Candidates, Floats


def random(candidates: Candidates, rng: np.random.Generator) -> Floats:
    """Zeros: all are equal, and ties are broken by chance."""
    return np.zeros(candidates.n, dtype=np.float32)


def least_confidence(candidates: Candidates, rng: np.random.Generator) -> Floats:
    """1 - max p (Lewis and Gale 1994, DOI 10.1007/978-1-4471-2099-5_1)."""
    return acquisition.least_confidence(candidates.probabilities)


def margin(candidates: Candidates, rng: np.random.Generator) -> Floats:
    """1 - (p1 - p2) (Scheffer, Decomain and Wrobel 2001, DOI 10.1007/3-540-44816-0_31)."""
    return acquisition.margin(candidates.probabilities)


def entropy(candidates: Candidates, rng: np.random.Generator) -> Floats:
    """-Σ p log p in nats (Shannon 1948; Settles 2009, equation 4 of the survey)."""
    return acquisition.entropy(candidates.probabilities)


def min_confidence(candidates: Candidates, rng: np.random.Generator) -> Floats:
    """One minus the confidence in the least sure class (Esuli and Sebastiani 2009, 10.1007/978-3-642-00958-7_12)."""
    return _unsure(_confidence(candidates.probabilities).min(axis=1))


def average_confidence(candidates: Candidates, rng: np.random.Generator) -> Floats:
    """One minus the mean confidence over the classes (Esuli and Sebastiani 2009, 10.1007/978-3-642-00958-7_12)."""
    return _unsure(_confidence(candidates.probabilities).mean(axis=1))


def max_loss(candidates: Candidates, rng: np.random.Generator) -> Floats:
    """Hinge loss if nothing but the likeliest class were true (Li, Wang and Sung 2004, 10.1109/ICIP.2004.1421535)."""
    losses = _losses(candidates.probabilities)
    likeliest = candidates.probabilities.argmax(axis=1)
    return np.asarray(losses[np.arange(len(losses)), likeliest], dtype=np.float32)


def mean_max_loss(candidates: Candidates, rng: np.random.Generator) -> Floats:
    """Mean of that loss over the classes predicted, the likeliest where none is (Li, Wang and Sung 2004)."""
    probabilities = candidates.probabilities
    predicted = probabilities >= 0.5
    predicted[np.arange(len(probabilities)), probabilities.argmax(axis=1)] = True
    losses = (_losses(probabilities) * predicted).sum(axis=1) / predicted.sum(axis=1)
    return np.asarray(losses, dtype=np.float32)


def _confidence(probabilities: Floats) -> Floats:
    return np.asarray(np.maximum(probabilities, 1 - probabilities), dtype=np.float32)


def _unsure(confidence: Floats) -> Floats:
    return np.asarray(1 - confidence, dtype=np.float32)


def _losses(probabilities: Floats) -> Floats:
    """Σ_j max(0, 1 - y_j f_j) with log odds f and y_j = 1 for one class k only, for every k (n, n_classes)."""
    safe = np.clip(probabilities, 1e-6, 1 - 1e-6)
    odds = np.log(safe) - np.log1p(-safe)
    if_true, if_false = np.maximum(0, 1 - odds), np.maximum(0, 1 + odds)
    losses = if_false.sum(axis=1, keepdims=True) - if_false + if_true
    return np.asarray(losses, dtype=np.float32)

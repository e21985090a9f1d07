"""Probabilities (n, n_classes) → scores (n,): higher means more worth labelling."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Scores = npt.NDArray[np.float32]


def least_confidence(probabilities: Floats) -> Scores:
    """One minus the largest probability (Lewis and Gale 1994)."""
    return np.asarray(1 - probabilities.max(axis=1), dtype=np.float32)


def margin(probabilities: Floats) -> Scores:
    """One minus the gap between the two largest probabilities (Scheffer et al. 2001); zero with a single class."""
    if probabilities.shape[1] < 2:
        return np.zeros(len(probabilities), dtype=np.float32)
    if probabilities.shape[1] == 2:
        return np.asarray(1 - np.abs(probabilities[:, 0] - probabilities[:, 1]), dtype=np.float32)
    top = np.partition(probabilities, -2, axis=1)
    return np.asarray(1 - (top[:, -1] - top[:, -2]), dtype=np.float32)


def entropy(probabilities: Floats) -> Scores:
    """Shannon entropy in nats (Shannon 1948)."""
    safe = np.maximum(probabilities, 1e-12)
    return np.asarray(-(safe * np.log(safe)).sum(axis=1), dtype=np.float32)

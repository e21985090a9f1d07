"""What an answer costs: the wrapper that weighs a score by it."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

MOST = 2.0


def per_cost(scores: Floats, seconds: Floats) -> Floats:
    """Scores by the square root of the seconds over their median, held within ½ and 2.

    The root and the bounds matter: a plain division asks for short items only, and harms (Settles, Craven and Friedland
    2008 report the same). A score below zero is multiplied, so that a dearer item never gains. Raises ValueError
    unless all seconds are positive.
    """
    if not (seconds > 0).all():
        raise ValueError("seconds must be positive")
    if not len(seconds):
        return scores.copy()
    factor = np.clip(np.sqrt(seconds / np.median(seconds)), 1 / MOST, MOST)
    return np.asarray(np.where(scores >= 0, scores / factor, scores * factor), dtype=np.float32)

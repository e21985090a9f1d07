"""How good predictions are that are not one class out of several: sets of classes, and points in a row."""

import numpy as np
import numpy.typing as npt

from modeling.evaluation import Interval, f1_interval, score_interval

Floats = npt.NDArray[np.floating]
Bools = npt.NDArray[np.bool_]


def micro_f1(said: Bools, true: Bools) -> Interval:
    """F1 over all (item, class) pairs with a 95 % interval; (1, 0, 1) where nothing is said nor true.

    `said` and `true` are (n_items, n_classes).
    """
    return f1_interval((said & true).sum(axis=1), (said | true).sum(axis=1))


def closeness(probabilities: Floats, points: Floats, values: Floats) -> Interval:
    """One minus the mean distance of the expected value from the true point, as a share of the scale.

    With a 95 % interval over items, at least one. `points` (n_items,) are true, `values` (n_classes,) those of the
    columns.
    """
    length = max(float(values[-1] - values[0]), 1e-12)
    close = 1 - np.abs(probabilities @ values - points) / length
    return score_interval(float(close.mean()), float(close.var()) / len(close), len(close))

"""How good predictions are that are not one class out of several: sets of classes, and points in a row."""

import numpy as np
import numpy.typing as npt

from modeling.evaluation import Interval

Floats = npt.NDArray[np.floating]
Bools = npt.NDArray[np.bool_]

N_RESAMPLES = 400
SEED = 1


def micro_f1(said: Bools, true: Bools) -> Interval:
    """F1 over all (item, class) pairs, with a 90 % bootstrap interval over items; 1 where nothing is said nor true.

    `said` and `true` are (n_items, n_classes).
    """
    both = (said & true).sum(axis=1).astype(np.float64)
    either = (said.sum(axis=1) + true.sum(axis=1)).astype(np.float64)
    resampled = _drawn(len(said))
    return _interval(_f1(both.sum(), either.sum()), _f1(both[resampled].sum(axis=1), either[resampled].sum(axis=1)))


def _f1(both: npt.ArrayLike, either: npt.ArrayLike) -> npt.NDArray[np.float64]:
    total = np.asarray(either, dtype=np.float64)
    return np.asarray(np.where(total > 0, 2 * np.asarray(both) / np.maximum(total, 1e-12), 1.0))


def closeness(probabilities: Floats, points: Floats, values: Floats) -> Interval:
    """One minus the mean distance of the expected value from the true point, as a share of the scale.

    With a 90 % bootstrap interval over items. `points` (n_items,) are true, `values` (n_classes,) those of the columns.
    """
    length = max(float(values[-1] - values[0]), 1e-12)
    close = 1 - np.abs(probabilities @ values - points) / length
    return _interval(close.mean(), close[_drawn(len(close))].mean(axis=1))


def _drawn(n: int) -> npt.NDArray[np.int64]:
    return np.random.default_rng(SEED).integers(n, size=(N_RESAMPLES, n))


def _interval(estimate: npt.ArrayLike, resampled: Floats) -> Interval:
    value = float(np.asarray(estimate))
    low, high = np.quantile(resampled, (0.05, 0.95))
    return Interval(value, min(value, float(low)), max(value, float(high)))

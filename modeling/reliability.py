"""Do the model's probabilities mean what they say? One temperature, and bins of said against seen."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modeling.evaluation import Interval, score_interval
from modeling.later import optimize
from modeling.linear import sigmoid

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# With fewer held-out items than this one temperature is a guess.
LEAST_ITEMS = 30
MOST_LOG = float(np.log(5))
# The temperature is believed to be 1, give or take a factor of e^½, before anything is seen.
PRIOR_SPREAD = 0.5
N_BINS = 10


class Bin(NamedTuple):
    """`n` predictions said with a confidence from `low` to `high`: the mean of it, and the share that was right."""

    low: float
    high: float
    n: int
    confidence: float
    right: Interval


def temperature(logits: npt.NDArray[np.floating], true: Ints) -> float:
    """By which number, a fifth to five, to divide logits (n, n_classes) so that they foretell the true classes best.

    Temperature scaling (Guo et al. 2017, arXiv 1706.04599), drawn towards 1 by a prior. 1 with fewer than 30 items or
    one class.
    """
    if len(true) < LEAST_ITEMS or logits.shape[1] < 2:
        return 1.0

    def loss(log: float) -> float:
        return _loss(logits / np.exp(log), true) + 0.5 * (log / PRIOR_SPREAD) ** 2

    return float(
        np.exp(
            optimize.minimize_scalar(loss, bounds=(-MOST_LOG, MOST_LOG), method="bounded", options={"xatol": 0.01}).x
        )
    )


def set_temperature(logits: npt.NDArray[np.floating], true: Bools) -> float:
    """The same where an item may have several classes, each with a yes and a no; `true` is (n, n_classes)."""
    if len(true) < LEAST_ITEMS:
        return 1.0
    yes = logits.reshape(-1, 1)
    return temperature(np.hstack([np.zeros_like(yes), yes]), true.ravel().astype(np.int64))


def cross_fitted(logits: npt.NDArray[np.floating], true: Ints) -> Floats:
    """Tempered probabilities (n, n_classes), each half of the items with the temperature of the other half."""
    halves = [temperature(logits[half::2], true[half::2]) for half in (1, 0)]
    return np.exp(_log_softmax(_divided(logits, halves)))


def cross_fitted_sets(logits: npt.NDArray[np.floating], true: Bools) -> Floats:
    """The same where an item may have several classes; each probability is for itself."""
    return sigmoid(_divided(logits, [set_temperature(logits[half::2], true[half::2]) for half in (1, 0)]))


def reliability_bins(probabilities: npt.NDArray[np.floating], true: Ints) -> list[Bin]:
    """The bins of equal width that hold any prediction, by rising confidence of the likeliest class."""
    return bins_by_item(probabilities.max(axis=1), probabilities.argmax(axis=1) == true, np.arange(len(true)))


def set_bins(probabilities: npt.NDArray[np.floating], true: Bools) -> list[Bin]:
    """The same of every class's yes or no, whichever is likelier."""
    confidence = np.maximum(probabilities, 1 - probabilities)
    item = np.repeat(np.arange(len(true)), true.shape[1])
    return bins_by_item(confidence.ravel(), ((probabilities > 0.5) == true).ravel(), item)


def bins_by_item(confidence: npt.NDArray[np.floating], is_right: Bools, item: Ints) -> list[Bin]:
    """The same of any predictions, all three (n,). Those about one item are right or wrong together: the interval is of
    a ratio over items (Cochran 1977, section 6.3), which with one prediction an item is Wilson's."""
    place = np.minimum((confidence * N_BINS).astype(np.int64), N_BINS - 1)
    return [
        Bin(
            low=k / N_BINS,
            high=(k + 1) / N_BINS,
            n=int((place == k).sum()),
            confidence=float(confidence[place == k].mean()),
            right=_share_right(is_right[place == k], item[place == k]),
        )
        for k in np.unique(place).tolist()
    ]


def expected_calibration_error(bins: list[Bin]) -> float | None:
    """The mean gap between said and seen over all predictions (Naeini et al. 2015); None without any.

    With few items chance alone makes a gap: a perfect model of 60 items shows about 0.05.
    """
    n = sum(one.n for one in bins)
    return sum(one.n * abs(one.confidence - one.right.estimate) for one in bins) / n if n else None


def _share_right(is_right: Bools, item: Ints) -> Interval:
    group = np.unique(item, return_inverse=True)[1]
    n, right = np.bincount(group), np.bincount(group, weights=is_right)
    share = float(right.sum() / n.sum())
    return score_interval(share, float(((right - share * n) ** 2).sum() / n.sum() ** 2), len(n))


def _divided(logits: npt.NDArray[np.floating], halves: list[float]) -> Floats:
    """Even rows by the first temperature, odd ones by the second."""
    return np.asarray(logits / np.resize(halves, len(logits))[:, None], dtype=np.float64)


def _loss(logits: npt.NDArray[np.floating], true: Ints) -> float:
    return float(-_log_softmax(logits)[np.arange(len(true)), true].sum())


def _log_softmax(logits: npt.NDArray[np.floating]) -> Floats:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)), dtype=np.float64)

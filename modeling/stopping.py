"""Learning curves → labels saved, what the next labels will bring, and whether to stop."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modeling.evaluation import LEVEL, Interval

Ints = npt.NDArray[np.int64]

STABLE = 0.99
N_CHECKS = 3
# Shapes of the curve that are tried: quality = ceiling − drop × labels^−power.
POWERS = (0.25, 0.5, 1.0)
LEAST_POINTS = 3


class CurvePoint(NamedTuple):
    """Quality after `n_labels` labels, measured on `n_tested` items."""

    n_labels: int
    estimate: float
    low: float
    high: float
    n_tested: int


def labels_saved(active: Sequence[CurvePoint], control: Sequence[CurvePoint]) -> Interval | None:
    """How many labels fewer the active arm needed for the best level both arms have reached; negative is a loss.

    The bounds come from the two arms' bands, one taken at its best and the other at its worst. None while either arm
    has fewer than two points or an arm has not got beyond its first point.
    """
    if len(active) < 2 or len(control) < 2:
        return None
    level = min(max(p.estimate for p in active), max(p.estimate for p in control))
    fast, slow = _reach(active, level, 0.0), _reach(control, level, 0.0)
    if fast is None or slow is None or level <= max(active[0].estimate, control[0].estimate):
        return None
    low = (_reach(control, level, 1.0) or 0.0) - (_reach(active, level, -1.0) or float(active[-1].n_labels))
    high = (_reach(control, level, -1.0) or float(control[-1].n_labels)) - (_reach(active, level, 1.0) or 0.0)
    saved = slow - fast
    return Interval(saved, min(low, saved), max(high, saved))


def _reach(points: Sequence[CurvePoint], level: float, side: float) -> float | None:
    """Labels at which the curve (side 0), its lower (-1) or upper (1) band first reaches the level, interpolated."""
    ordered = sorted(points)
    xs = [float(p.n_labels) for p in ordered]
    ys = np.maximum.accumulate([(p.low, p.estimate, p.high)[int(side) + 1] for p in ordered])
    i = int(np.searchsorted(ys, level - 1e-12))
    if i == len(ys):
        return None
    if i == 0:
        return xs[0]
    return xs[i - 1] + (xs[i] - xs[i - 1]) * float((level - ys[i - 1]) / (ys[i] - ys[i - 1]))


def stability(previous: Ints, current: Ints, n_classes: int) -> float:
    """Cohen's κ between two models' classes for the same fixed items (Bloodgood and Vijay-Shanker 2009); 1 when equal.

    Raises ValueError when there is nothing to compare.
    """
    if previous.shape != current.shape or not len(previous):
        raise ValueError("stability compares predictions for the same items, at least one")
    observed = float((previous == current).mean())
    before, after = (np.bincount(classes, minlength=n_classes) / len(classes) for classes in (previous, current))
    expected = float(before @ after)
    return 1.0 if observed == 1.0 or expected == 1.0 else (observed - expected) / (1 - expected)


@dataclass(frozen=True, slots=True)
class StopAdvice:
    """Whether to stop, and the rise to expect of the next hundred labels (None while too little is measured).

    `code`: "no_measure", "go_on", "settled" (predictions no longer change) or "target_reached".
    """

    code: str
    expected_gain: Interval | None


def advise(stabilities: Sequence[float], points: Sequence[CurvePoint], *, target: float | None = None) -> StopAdvice:
    """Whether to stop: only when the last three stabilities reach 0.99, and never without a measurement.

    "target_reached" asks in addition that the latest interval contains the target or lies above it.
    """
    if not points:
        return StopAdvice("no_measure", None)
    gain = expected_gain(points)
    if len(stabilities) < N_CHECKS or min(stabilities[-N_CHECKS:]) < STABLE:
        return StopAdvice("go_on", gain)
    reached = target is not None and max(points).high >= target
    return StopAdvice("target_reached" if reached else "settled", gain)


def expected_gain(points: Sequence[CurvePoint], more: int = 100) -> Interval | None:
    """The rise to expect from `more` labels, by an inverse power law fitted to the curve.

    A point counts by the items that it was measured on, and more the newer it is. The law (Figueroa et al. 2012, DOI
    10.1186/1472-6947-12-8) is a straight line in labels^−power; of three powers the one with the least squared error is
    taken. Bounds: the line's residual error, so they tell how well the curve fits, not that the sample is small. Never
    negative, never beyond 1; None with fewer than three points.
    """
    ordered = sorted(points)
    if len({point.n_labels for point in ordered}) < LEAST_POINTS:
        return None
    n = np.array([max(point.n_labels, 1) for point in ordered], dtype=np.float64)
    y = np.array([point.estimate for point in ordered])
    weights = n * np.array([point.n_tested for point in ordered])
    _, slope, spread, power = min(_fitted(n**-power, y, weights, power) for power in POWERS)
    run = n[-1] ** -power - (n[-1] + more) ** -power
    half = NormalDist().inv_cdf((1 + LEVEL) / 2) * spread * run
    most = 1 - float(y[-1])
    return Interval(*(float(np.clip(gain, 0, most)) for gain in (slope * run, slope * run - half, slope * run + half)))


def _fitted(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], weights: npt.NDArray[np.float64], power: float
) -> tuple[float, float, float, float]:
    """Weighted squared error, the drop per x, its standard error, and the power of the line y = ceiling − drop × x."""
    share = weights / weights.sum()
    dx, dy = x - share @ x, y - share @ y
    scatter = max(float(share @ dx**2), 1e-18)
    slope = float(share @ (dx * dy)) / scatter
    error = float(share @ (dy - slope * dx) ** 2)
    return error, -slope, float(np.sqrt(error / scatter / max(len(x) - 2, 1))), power

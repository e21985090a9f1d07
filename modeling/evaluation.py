"""Measured quality → intervals, labels saved, and whether it pays to go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


class Interval(NamedTuple):
    """An estimate with its bounds."""

    estimate: float
    low: float
    high: float


class CurvePoint(NamedTuple):
    """Measured quality after `n_labels` labels."""

    n_labels: int
    estimate: float
    low: float
    high: float


def accuracy_interval(n_right: float, n: int, level: float = 0.9) -> Interval:
    """The share right with Wilson's interval (1927, DOI 10.1080/01621459.1927.10502953); (0.5, 0, 1) for n = 0.

    Raises ValueError unless 0 ≤ n_right ≤ n.
    """
    if not 0 <= n_right <= n:
        raise ValueError(f"{n_right} right of {n}")
    if n == 0:
        return Interval(0.5, 0.0, 1.0)
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = n_right / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    return Interval(share, max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share)))


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
    """`code`: "no_measure", "go_on", "settled" (predictions no longer change) or "target_reached"; a guessed gain."""

    code: str
    expected_gain: float | None


def advise(
    stabilities: Sequence[float],
    points: Sequence[CurvePoint],
    *,
    target: float,
    n_checks: int = 3,
    stable: float = 0.99,
) -> StopAdvice:
    """Whether to stop: only when the last `n_checks` stabilities reach `stable`, and never without a measurement.

    "target_reached" asks in addition that the latest interval contains the target or lies above it.
    """
    if not points:
        return StopAdvice("no_measure", None)
    gain = expected_gain(points)
    settled = len(stabilities) >= n_checks and min(stabilities[-n_checks:]) >= stable
    if not settled:
        return StopAdvice("go_on", gain)
    return StopAdvice("target_reached" if max(points).high >= target else "settled", gain)


def expected_gain(points: Sequence[CurvePoint], more: int = 100) -> float | None:
    """The rise to expect from `more` labels: the slope of quality in log labels over the latest half of the curve.

    Never negative; None with fewer than three points.
    """
    if len(points) < 3:
        return None
    latest = sorted(points)[-max(3, len(points) // 2) :]
    x = np.log([max(p.n_labels, 1) for p in latest])
    y = np.array([p.estimate for p in latest])
    if np.ptp(x) == 0:
        return None
    slope = float(np.polyfit(x, y, 1)[0])
    last = max(latest[-1].n_labels, 1)
    return max(0.0, min(slope * float(np.log((last + more) / last)), 1 - latest[-1].estimate))

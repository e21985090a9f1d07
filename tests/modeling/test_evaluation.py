"""Intervals, labels saved, and the advice to stop."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeling.evaluation import CurvePoint, accuracy_interval, advise, expected_gain, labels_saved, stability


def curve(*points: tuple[int, float]) -> list[CurvePoint]:
    return [CurvePoint(n, value, value - 0.02, value + 0.02) for n, value in points]


def test_wilson_by_hand() -> None:
    """8 of 10 at 95 %: the textbook interval 0.490 to 0.943."""
    estimate, low, high = accuracy_interval(8, 10, level=0.95)
    assert (estimate, round(low, 3), round(high, 3)) == (0.8, 0.49, 0.943)


def test_intervals_at_the_edges() -> None:
    assert accuracy_interval(0, 0) == (0.5, 0.0, 1.0)
    assert accuracy_interval(0, 5).low == 0.0 < accuracy_interval(0, 5).high
    assert accuracy_interval(5, 5).high == 1.0 > accuracy_interval(5, 5).low
    with pytest.raises(ValueError, match="right of"):
        accuracy_interval(3, 2)


@given(st.integers(0, 200), st.integers(0, 200))
def test_interval_contains_its_estimate(right: int, wrong: int) -> None:
    estimate, low, high = accuracy_interval(right, right + wrong)
    assert 0 <= low <= estimate <= high <= 1


@pytest.mark.parametrize("accuracy", [0.5, 0.85, 0.97])
def test_interval_covers_nine_times_in_ten(accuracy: float) -> None:
    right = np.random.default_rng(0).binomial(60, accuracy, 500)
    covered = [interval.low <= accuracy <= interval.high for interval in (accuracy_interval(int(r), 60) for r in right)]
    assert np.mean(covered) > 0.86


def test_labels_saved_by_hand() -> None:
    """Both reach 0.8: the active arm at 100, the other half-way between 200 and 400."""
    saved = labels_saved(curve((50, 0.6), (100, 0.8), (150, 0.9)), curve((50, 0.5), (200, 0.75), (400, 0.85)))
    assert saved is not None
    # the best level both reached is 0.85: 125 against 400
    assert saved.estimate == pytest.approx(400 - 125)
    assert saved.low <= saved.estimate <= saved.high


def test_labels_lost_are_negative() -> None:
    saved = labels_saved(curve((50, 0.5), (400, 0.8)), curve((50, 0.6), (100, 0.8)))
    assert saved is not None
    assert saved.estimate == pytest.approx(-300)


def test_labels_saved_needs_two_curves_that_rise() -> None:
    assert labels_saved(curve((50, 0.5)), curve((50, 0.5), (100, 0.7))) is None
    assert labels_saved([], []) is None
    assert labels_saved(curve((50, 0.5), (100, 0.5)), curve((50, 0.5), (100, 0.5))) is None


def test_stability() -> None:
    a = np.array([0, 0, 1, 1])
    assert stability(a, a, 2) == 1.0
    assert stability(np.zeros(3, int), np.zeros(3, int), 2) == 1.0
    # observed 0.75, chance 0.5 · 0.25 + 0.5 · 0.75 = 0.5
    assert stability(a, np.array([0, 1, 1, 1]), 2) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="at least one"):
        stability(np.zeros(0, int), np.zeros(0, int), 2)


def test_advice() -> None:
    rising, flat = curve((50, 0.6), (100, 0.7), (200, 0.8)), curve((100, 0.9), (200, 0.9), (400, 0.9))
    assert advise([1, 1, 1], [], target=0.9).code == "no_measure"
    assert advise([1, 0.9, 1], flat, target=0.9).code == "go_on"
    assert advise([1, 1], flat, target=0.9).code == "go_on"
    assert advise([0.5, 1, 1, 1], flat, target=0.9).code == "target_reached"
    assert advise([1, 1, 1], flat, target=0.99).code == "settled"
    assert advise([0.8], rising, target=0.9).expected_gain == pytest.approx(0.1 * np.log2(1.5), abs=1e-6)


def test_expected_gain_is_a_guess_within_bounds() -> None:
    assert expected_gain(curve((50, 0.6), (100, 0.7))) is None
    assert expected_gain(curve((100, 0.9), (200, 0.8), (400, 0.7))) == 0.0
    assert expected_gain(curve((100, 0.1), (110, 0.5), (120, 0.95))) == pytest.approx(0.05)

"""Labels saved, what comes next, and the advice to stop."""

import numpy as np
import pytest

from modeling.stopping import CurvePoint, advise, expected_gain, labels_saved, stability


def curve(*points: tuple[int, float]) -> list[CurvePoint]:
    return [CurvePoint(n, value, value - 0.02, value + 0.02, 100) for n, value in points]


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
    assert advise([1, 1, 1], flat).code == "settled", "without a target nothing is reached"
    assert advise([0.8], rising, target=0.9).expected_gain is not None


def test_expected_gain_is_a_guess_within_bounds() -> None:
    assert expected_gain(curve((50, 0.6), (100, 0.7))) is None
    assert expected_gain(curve((100, 0.9), (200, 0.8), (400, 0.7))) == (0, 0, 0)
    steep = expected_gain(curve((100, 0.1), (110, 0.5), (120, 0.95)))
    assert steep is not None
    assert steep.estimate == pytest.approx(0.05), "nothing is more than right"


@pytest.mark.parametrize("power", [0.25, 0.5, 1.0])
def test_expected_gain_follows_a_power_law_exactly(power: float) -> None:
    points = [(n, 0.9 - 0.8 * n**-power) for n in (20, 50, 100, 200)]
    gain = expected_gain(curve(*points))
    assert gain is not None
    assert gain == pytest.approx([0.8 * (200**-power - 300**-power)] * 3, abs=1e-5)


def test_a_point_measured_on_few_items_says_little() -> None:
    """Equal to leaving it out, where the others are measured on very many."""
    others = [CurvePoint(n, 0.9 - 0.8 * n**-0.5, 0, 1, 10**9) for n in (20, 50, 100, 200)]
    gain = expected_gain([CurvePoint(40, 0.2, 0, 1, 5), *others])
    assert gain == pytest.approx(expected_gain(others), abs=1e-3)
    assert gain != pytest.approx(expected_gain([CurvePoint(40, 0.2, 0, 1, 10**9), *others]), abs=1e-3)


def test_a_scattered_curve_has_a_wide_gain() -> None:
    gain = expected_gain(curve((50, 0.6), (100, 0.8), (150, 0.65), (200, 0.8), (250, 0.75)))
    assert gain is not None
    assert gain.low < gain.estimate < gain.high

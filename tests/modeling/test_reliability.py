"""Temperature, bins and drift."""

import numpy as np
import pytest

from modeling.drift import class_shift, newest_against_older
from modeling.evaluation import accuracy_interval
from modeling.linear import sigmoid, softmax
from modeling.reliability import (
    bins_by_item,
    cross_fitted,
    cross_fitted_sets,
    expected_calibration_error,
    reliability_bins,
    set_bins,
    set_temperature,
    temperature,
)


def spoken(n: int, scale: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are `scale` times too large, and classes drawn by the honest ones."""
    rng = np.random.default_rng(seed)
    honest = rng.normal(size=(n, 3)) * 2
    true = (honest + rng.gumbel(size=honest.shape)).argmax(axis=1)
    return (honest * scale).astype(np.float32), true


@pytest.mark.parametrize("scale", [0.4, 1.0, 2.5])
def test_temperature_finds_the_scale(scale: float) -> None:
    logits, true = spoken(2000, scale)
    assert temperature(logits, true) == pytest.approx(scale, rel=0.12)
    before = expected_calibration_error(reliability_bins(softmax(logits), true))
    after = expected_calibration_error(reliability_bins(cross_fitted(logits, true), true))
    assert before is not None
    assert after is not None
    assert after < 0.04
    assert after <= before + 0.01


def test_temperature_needs_items_and_classes() -> None:
    logits, true = spoken(29, 3.0)
    assert temperature(logits, true) == 1.0
    assert temperature(np.zeros((40, 1)), np.zeros(40, int)) == 1.0
    assert 0.2 < temperature(np.eye(3)[np.arange(60) % 3] * 9.0, np.arange(60) % 3) < 1, "always right: bounded"


def test_bins_by_hand() -> None:
    probabilities = np.array([[0.95, 0.05], [0.91, 0.09], [0.4, 0.6], [1.0, 0.0]])
    bins = reliability_bins(probabilities, np.array([0, 1, 1, 0]))
    assert [(round(one.low, 1), one.n, round(one.right.estimate, 3)) for one in bins] == [
        (0.6, 1, 1.0),
        (0.9, 3, 0.667),
    ]
    assert expected_calibration_error(bins) == pytest.approx((0.4 + 3 * abs((0.95 + 0.91 + 1) / 3 - 2 / 3)) / 4)
    assert expected_calibration_error([]) is None
    assert cross_fitted(*spoken(7, 1.0)).sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_classes_each_for_itself_are_tempered_together(scale: float) -> None:
    rng = np.random.default_rng(0)
    honest = rng.normal(size=(1500, 4)) * 2
    true = rng.random(honest.shape) < sigmoid(honest)
    logits = honest * scale
    assert set_temperature(logits, true) == pytest.approx(scale, rel=0.1)
    before = expected_calibration_error(set_bins(sigmoid(logits), true))
    after = expected_calibration_error(set_bins(cross_fitted_sets(logits, true), true))
    assert before is not None
    assert after is not None
    assert after < 0.02 < before
    assert set_temperature(logits[:29], true[:29]) == 1.0
    assert cross_fitted_sets(logits[:7], true[:7]) == pytest.approx(sigmoid(logits[:7]))


def test_a_yes_or_no_to_every_class_by_hand() -> None:
    """Of 0.95 and 0.03 both are said with confidence above 0.9: rightly for the first item, wrongly for the second."""
    said = np.array([[0.95, 0.03], [0.95, 0.03], [0.6, 0.4]])
    sure, vague = reversed(set_bins(said, np.array([[1, 0], [0, 1], [1, 1]]) > 0))
    assert (sure.n, sure.right.estimate, vague.n, vague.right.estimate) == (4, 0.5, 2, 0.5)
    assert sure.confidence == pytest.approx(0.96)
    # a mean of two items that go together: as uncertain as one right of two, not as two of four
    assert sure.right == pytest.approx(accuracy_interval(1, 2))
    assert vague.right.high - vague.right.low < 1


def test_one_prediction_an_item_is_wilson() -> None:
    (found,) = bins_by_item(np.full(9, 0.72), np.arange(9) < 7, np.arange(9))
    assert found.right == pytest.approx(accuracy_interval(7, 9))


def test_newest_against_older() -> None:
    assert newest_against_older(np.ones(19, bool)) is None
    worse = newest_against_older(np.arange(60) < 30)
    assert worse is not None
    assert worse.high < 0
    same = newest_against_older(np.arange(60) % 2 == 0)
    assert same is not None
    assert same.low < 0 < same.high


def test_class_shift_is_clear_only_when_it_is() -> None:
    rng = np.random.default_rng(0)
    pool, sample = rng.dirichlet((1, 1, 1), 2000), rng.dirichlet((1, 1, 1), 60)
    found = class_shift(pool, sample)
    assert found is not None
    assert not found.is_clear
    moved = class_shift(rng.dirichlet((1, 5, 1), 2000), sample)
    assert moved is not None
    assert (moved.column, moved.is_clear) == (1, True)
    assert class_shift(pool, sample[:9]) is None
    assert class_shift(pool[:, :0], sample[:, :0]) is None


def test_a_shift_has_a_width_where_everything_is_said_with_certainty() -> None:
    sure = np.eye(2)[np.zeros(40, int)]
    found = class_shift(sure, sure[:12])
    assert found is not None
    assert not found.is_clear
    assert found.difference.low < -0.1
    assert found.difference.high > 0.01

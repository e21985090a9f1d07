"""A sample without a mistake is no certainty: hand-worked bounds for everything that is shown with an interval."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeling.agreement import krippendorff_alpha
from modeling.comparison import paired_difference
from modeling.evaluation import (
    Interval,
    accuracy_interval,
    corrected_accuracy,
    expected_right,
    f1_interval,
    score_interval,
    surest_low,
)
from modeling.graded_agreement import graded_alpha
from modeling.head_metrics import closeness, micro_f1

Z2_95, Z2_90 = 3.841459, 2.705543


def test_nine_of_nine() -> None:
    """Wilson: n / (n + z²)."""
    assert surest_low(9) == pytest.approx(9 / (9 + Z2_95), abs=1e-6)
    assert surest_low(9, level=0.9) == pytest.approx(9 / (9 + Z2_90), abs=1e-6)


@given(st.integers(0, 50), st.integers(1, 50))
def test_with_the_variance_of_a_share_it_is_wilsons(right: int, wrong: int) -> None:
    n = right + wrong
    share = right / n
    assert score_interval(share, share * (1 - share) / n, n) == pytest.approx(accuracy_interval(right, n))


@given(st.floats(0, 1), st.floats(0, 0.25), st.integers(1, 1000))
def test_bounds_hold_their_estimate(estimate: float, variance: float, n: int) -> None:
    found = score_interval(estimate, variance, n)
    assert 0 <= found.low <= estimate <= found.high <= 1


def test_sets_that_are_all_right() -> None:
    """Nine items with one or two classes: J = 1, low = 9 / (9 + z²) = 0.7009, as F1 0.8242."""
    true = np.eye(3, dtype=bool)[np.arange(9) % 3] | np.eye(3, dtype=bool)[np.arange(9) // 3]
    assert micro_f1(true, true) == pytest.approx((1.0, 2 * 0.70086 / 1.70086, 1.0), abs=1e-4)


def test_sets_by_hand() -> None:
    """Pairs in both and in either: 1/1, 1/2, 0/1, 2/2. J = 4/6; residuals 1/3, -1/3, -2/3, 2/3, so the variance is
    (1 + 1 + 4 + 4) / 9 / 36, that of 7.2 pairs; there are six."""
    said = np.array([[1, 0], [1, 0], [0, 0], [1, 1], [0, 0]], dtype=bool)
    true = np.array([[1, 0], [1, 1], [1, 0], [1, 1], [0, 0]], dtype=bool)
    assert micro_f1(said, true) == pytest.approx([2 * one / (1 + one) for one in accuracy_interval(4, 6)])
    assert micro_f1(said, true).estimate == pytest.approx(0.8)


def test_spans_of_one_text_go_together() -> None:
    """Ten spans of one text found and ten of another missed: J = 1/2, residuals ±5, the variance that of two pairs."""
    found = f1_interval(np.array([10, 0]), np.array([10, 10]))
    assert found == pytest.approx([2 * one / (1 + one) for one in accuracy_interval(1, 2)])


def test_spans_that_are_all_right() -> None:
    """17 texts, one span each: 17 / (17 + z²) = 0.8157, as F1 0.8985."""
    ones = np.ones(17, dtype=np.int64)
    assert f1_interval(ones, ones) == pytest.approx((1.0, 2 * 0.81568 / 1.81568, 1.0), abs=1e-4)


@pytest.mark.parametrize("recall", [0.1, 0.7, 0.95])
def test_the_truth_is_held_nineteen_times_in_twenty(recall: float) -> None:
    """Texts that differ in how much they hold; every tenth span said is wrong."""
    rng, held, texts = np.random.default_rng(5), 0, 30
    for _ in range(300):
        true = rng.poisson(1.5 * rng.gamma(2, 0.5, texts))
        both, wrong = rng.binomial(true, recall), rng.poisson(recall / 6, texts)
        found = f1_interval(both, true + wrong)
        held += found.low <= 3 * recall / (1.5 + 1.5 * recall + recall / 6) <= found.high
    assert held >= 0.92 * 300


def test_nothing_said_nor_true_is_not_known() -> None:
    nothing = np.zeros((9, 2), dtype=bool)
    assert micro_f1(nothing, nothing) == (1.0, 0.0, 1.0)


def test_points_that_are_all_met() -> None:
    values = np.array([1.0, 2.0, 3.0])
    right = np.eye(3)[np.arange(9) % 3]
    assert closeness(right, values[np.arange(9) % 3], values) == pytest.approx((1.0, 9 / (9 + Z2_95), 1.0), abs=1e-6)


def test_points_are_surer_than_shares_where_they_differ_little() -> None:
    values, points = np.array([0.0, 10.0]), np.tile([0.0, 1.0], 50)
    found = closeness(np.tile([1.0, 0.0], (100, 1)), points, values)
    assert found.estimate == pytest.approx(0.95)
    assert accuracy_interval(95, 100).low < found.low - 0.02


def in_whole_items(found: Interval, n: int) -> tuple[float, float, float]:
    return found.estimate, math.floor(n * found.low) / n, math.ceil(n * found.high) / n


@pytest.mark.parametrize("n", [9, 60])
def test_an_export_of_items_held_for_certain(n: int) -> None:
    found = expected_right(n, float(n), 0.0, (0.5, 2.0), level=0.9)
    assert found == (1.0, math.floor(n * n / (n + Z2_90)) / n, 1.0)


def test_an_export_of_equal_items_is_as_sure_as_their_share() -> None:
    """A hundred items of 0.9, people's errors known exactly: Wilson's 90 of 100, 84.0 to 93.9, in whole items."""
    found = expected_right(100, 90.0, 9.0, (1.0, 1.0), level=0.9)
    assert found == pytest.approx(in_whole_items(accuracy_interval(90, 100, level=0.9), 100))


def test_an_export_where_only_some_are_in_doubt_is_surer() -> None:
    """Ninety known items and ten tosses of a coin: 2.5 instead of 4.75, as in 190 equal items."""
    found = expected_right(100, 95.0, 2.5, (1.0, 1.0), level=0.9)
    assert found == pytest.approx(in_whole_items(accuracy_interval(180.5, 190, level=0.9), 100))


def test_the_ends_are_whole_items() -> None:
    """Of ten items half a mistake is expected: none may well be wrong."""
    assert expected_right(10, 9.5, 0.475, (1.0, 1.0), level=0.9).high == 1.0


def test_errors_that_may_be_twice_as_frequent_lower_the_bound() -> None:
    found = expected_right(1000, 950.0, 47.5, (0.5, 2.0), level=0.9)
    assert found.low == in_whole_items(accuracy_interval(900, 1000, level=0.9), 1000)[1]
    assert found.high == in_whole_items(accuracy_interval(975, 1000, level=0.9), 1000)[2]


def test_a_correction_makes_no_certainty() -> None:
    """95 of 100 agree where people are right in 85 %: more than a perfect model would."""
    found = corrected_accuracy(np.arange(100) < 95, np.full(100, 0.85), 2)
    assert found == pytest.approx((1.0, 100 / (100 + Z2_95), 1.0), abs=1e-6)


def test_two_models_by_hand() -> None:
    """Five more right out of 50, none the other way: 6/52 and 1/52, 0.0962 ± 1.96 × √((7/52 - (5/52)²) / 52)."""
    first, second = np.arange(50) < 40, np.arange(50) < 45
    found = paired_difference(first, second).difference
    assert found.estimate == pytest.approx(0.1)
    assert (found.low, found.high) == pytest.approx((0.0962 - 0.0963, 0.0962 + 0.0963), abs=2e-4)


def test_one_model_better_on_every_item() -> None:
    found = paired_difference(np.zeros(4, bool), np.ones(4, bool)).difference
    assert found.estimate == found.high == 1.0
    assert found.low == pytest.approx(4 / 6 - 1.959964 * np.sqrt((1 - (4 / 6) ** 2) / 6))


@pytest.mark.parametrize(("p", "q"), [(0.02, 0.05), (0.1, 0.1), (0.0, 0.08), (0.3, 0.05)])
def test_differences_cover_the_truth(p: float, q: float) -> None:
    """4,000 pairs of models on 60 items that only the first, or only the second, gets right so often."""
    drawn = np.random.default_rng(0).multinomial(60, [p, q, 1 - p - q], size=4000)
    hit = 0
    for only_first, only_second, _ in np.unique(drawn, axis=0):
        n = int(((drawn[:, 0] == only_first) & (drawn[:, 1] == only_second)).sum())
        first = np.repeat([True, False, True], [only_first, only_second, 60 - only_first - only_second])
        second = np.repeat([False, True, True], [only_first, only_second, 60 - only_first - only_second])
        found = paired_difference(first, second).difference
        hit += n * (found.low <= q - p <= found.high)
    assert hit / 4000 >= 0.94


def test_agreement_on_few_items_is_no_certainty() -> None:
    """Three people say the same of nine items."""
    votes = np.array([(item, person, item % 2) for item in range(9) for person in range(3)])
    found = krippendorff_alpha(votes, 2, rng=np.random.default_rng(0))
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(9 / (9 + Z2_90), abs=1e-6)


def test_nor_is_that_of_graded_answers() -> None:
    found = graded_alpha(np.zeros(9), np.full(9, 2), 0.5, rng=np.random.default_rng(0))
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(9 / (9 + Z2_90), abs=1e-6)

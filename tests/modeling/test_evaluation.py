"""Intervals, and the correction for people's mistakes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeling.evaluation import (
    Interval,
    accuracy_interval,
    corrected_accuracy,
    difference_interval,
    unchecked_accuracy,
)
from modeling.truth import infer


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
def test_interval_covers_the_truth(accuracy: float) -> None:
    right = np.random.default_rng(0).binomial(60, accuracy, 500)
    covered = [interval.low <= accuracy <= interval.high for interval in (accuracy_interval(int(r), 60) for r in right)]
    assert np.mean(covered) >= 0.93


def test_difference_by_hand() -> None:
    """Newcombe's example (a): 56 of 70 against 48 of 80 at 95 %: 0.0524 to 0.3339."""
    found = difference_interval(accuracy_interval(56, 70), accuracy_interval(48, 80))
    assert [round(value, 4) for value in found] == [0.2, 0.0524, 0.3339]


def test_people_without_mistakes_need_no_correction() -> None:
    is_match = np.arange(60) < 51
    assert corrected_accuracy(is_match, np.ones(60), 3) == pytest.approx(accuracy_interval(51, 60))


def test_correction_by_hand() -> None:
    """People right 9 times in 10 of 3 classes: a right model agrees with 0.9, a wrong one with 0.05."""
    is_match = np.arange(100) < 73
    found = corrected_accuracy(is_match, np.full(100, 0.9), 3)
    assert isinstance(found, Interval)
    assert found.estimate == pytest.approx((0.73 - 0.05) / 0.85)


def test_unchecked_by_hand() -> None:
    """Of 3 classes, 40 of the 50 surest match (r = 40.5/51) and 30 of the other 50."""
    is_match = np.concatenate([np.arange(50) < 40, np.arange(50) < 30])
    estimate, low, high = unchecked_accuracy(is_match, np.arange(100.0), 3)
    assert (estimate, low) == accuracy_interval(70, 100)[:2]
    r, b = 40.5 / 51, 30.5 / 51
    w = (1 - r) / 2
    error = np.sqrt(b * (1 - b) / 50 / (b - w) ** 2 + r * (1 - r) / 50 / (r - w) ** 2)
    assert high == pytest.approx((50 + 50 * (b - w) / (r - w) * np.exp(1.95996 * error)) / 100, abs=1e-5)
    assert round(high, 3) == 0.993


@pytest.mark.parametrize(("n_right", "n"), [(0, 0), (0, 1), (1, 1), (0, 8), (8, 8), (3, 8)])
def test_unchecked_at_the_edges(n_right: int, n: int) -> None:
    """Whatever little there is, the interval holds that of people who never err."""
    found = unchecked_accuracy(np.arange(n) < n_right, np.zeros(n), 2)
    agreement = accuracy_interval(n_right, n)
    assert found[:2] == agreement[:2]
    assert agreement.high <= found.high <= 1


@pytest.mark.parametrize("wrong", [0.0, 0.1, 0.2])
def test_unchecked_covers_the_truth_whoever_errs(wrong: float) -> None:
    """A model sure where it is right, 0.85 in all; people's mistakes fall anywhere, of four classes."""
    rng, held = np.random.default_rng(1), []
    for _ in range(300):
        certainty = rng.uniform(0.7, 1.0, 80)
        is_right, errs = rng.random(80) < certainty, rng.random(80) < wrong
        is_match = np.where(errs, ~is_right & (rng.random(80) < 1 / 3), is_right)
        found = unchecked_accuracy(is_match, 1 - certainty, 4)
        held.append(found.low <= 0.85 <= found.high)
    assert np.mean(held) >= 0.93


def test_an_answer_that_is_a_guess_counts_for_nothing() -> None:
    """Of three classes a guess is right one time in three: whether the model says the same tells nothing of it."""
    is_match, certainty = np.arange(100) < 73, np.full(100, 0.9)
    guesses = np.full(40, 1 / 3)
    for agrees in (True, False):
        found = corrected_accuracy(np.append(is_match, np.full(40, agrees)), np.append(certainty, guesses), 3)
        assert found == pytest.approx(corrected_accuracy(is_match, certainty, 3))


def test_nothing_can_be_corrected_when_people_guess() -> None:
    assert corrected_accuracy(np.ones(50, bool), np.full(50, 0.5), 2) is None
    assert corrected_accuracy(np.zeros(0, bool), np.zeros(0), 2) is None


def truth_covered(seed: int, *, n_protected: int = 80, accuracy: float = 0.85, n_classes: int = 4) -> bool:
    """Three of five people, each wrong 5 to 25 times in 100, answer 500 items; the model knows nothing of them."""
    rng = np.random.default_rng(seed)
    true = rng.integers(n_classes, size=500)
    votes = []
    for item in range(500):
        for person in rng.permutation(5)[:3]:
            is_wrong = rng.random() < 0.05 + 0.05 * person
            votes.append((item, person, (true[item] + is_wrong * rng.integers(1, n_classes)) % n_classes))
    believed = infer(np.array(votes), n_items=500, n_annotators=5, n_classes=n_classes)
    sample = rng.permutation(500)[:n_protected]
    wrong = rng.random(n_protected) >= accuracy
    guesses = (true[sample] + wrong * rng.integers(1, n_classes, n_protected)) % n_classes
    posterior = believed.posterior[sample]
    found = corrected_accuracy(guesses == posterior.argmax(axis=1), posterior.max(axis=1), n_classes)
    assert found is not None
    return found.low <= accuracy <= found.high


def test_corrected_intervals_cover_the_truth_in_eighteen_of_twenty_runs() -> None:
    assert sum(truth_covered(seed) for seed in range(20)) >= 18

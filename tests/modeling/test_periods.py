"""Answers period by period, worked out by hand."""

import numpy as np
import pytest

from modeling.agreement_slices import Share, change_of, wilson
from modeling.periods import Stretch, stretches, within_periods


def test_pairs_count_within_a_period_only() -> None:
    """Item 0: a, a, b in period 3 and b in period 5. Item 1: a, a in period 5. Item 2 alone."""
    votes = np.array([[0, 0, 0], [0, 1, 0], [0, 2, 1], [0, 3, 1], [1, 0, 0], [1, 1, 0], [2, 0, 1]])
    period = np.array([3, 3, 3, 5, 5, 5, 9])
    found = within_periods(votes, period)
    assert [(one.period, one.n_votes, one.agreement.n_items) for one in found] == [(3, 3, 1), (5, 3, 1), (9, 1, 0)]
    assert [one.agreement.value for one in found] == [pytest.approx(1 / 3), 1.0, None]
    assert found[2].agreement == Share(None, None, None, 0)
    assert found[0].agreement.low < 1 / 3 < found[0].agreement.high
    order = np.random.default_rng(0).permutation(7)
    assert within_periods(votes[order], period[order]) == found
    assert within_periods(votes[:0], period[:0]) == []


def test_the_change_between_two_periods_has_an_interval() -> None:
    """56 of 70 against 48 of 80: Newcombe's worked example (1998, table II, a), here with 90 instead of 95 %."""
    before, after = wilson(48 / 80, 80), wilson(56 / 70, 70)
    change = change_of(before, after)
    assert change is not None
    assert change.value == pytest.approx(0.2)
    assert (change.low, change.high) == (pytest.approx(0.0765, abs=0.002), pytest.approx(0.3139, abs=0.002))
    assert change_of(Share(None, None, None, 0), after) is None
    back = change_of(after, before)
    assert back is not None
    assert (back.low, back.high) == (pytest.approx(-change.high), pytest.approx(-change.low))


def test_how_right_each_person_was() -> None:
    people, period = np.array([0, 0, 1, 0, 1]), np.array([7, 7, 7, 8, 8])
    right, counted = np.array([0.9, 0.5, 0.2, 0.6, 0.4]), np.array([1, 1, 1, 0, 1])
    assert stretches(people, period, right, counted) == [
        Stretch(0, 7, 2, 2, pytest.approx(0.7)),
        Stretch(0, 8, 1, 0, None),
        Stretch(1, 7, 1, 1, pytest.approx(0.2)),
        Stretch(1, 8, 1, 1, pytest.approx(0.4)),
    ]

"""Answers period by period, worked out by hand."""

import numpy as np
import pytest

from modeling.periods import Stretch, Within, stretches, within_periods


def test_pairs_count_within_a_period_only() -> None:
    """Item 0: a, a, b in period 3 and b in period 5. Item 1: a, a in period 5. Item 2 alone."""
    votes = np.array([[0, 0, 0], [0, 1, 0], [0, 2, 1], [0, 3, 1], [1, 0, 0], [1, 1, 0], [2, 0, 1]])
    period = np.array([3, 3, 3, 5, 5, 5, 9])
    found = within_periods(votes, period)
    assert found == [Within(3, 3, 1, pytest.approx(1 / 3)), Within(5, 3, 1, 1.0), Within(9, 1, 0, None)]
    order = np.random.default_rng(0).permutation(7)
    assert within_periods(votes[order], period[order]) == found
    assert within_periods(votes[:0], period[:0]) == []


def test_how_right_each_person_was() -> None:
    people, period = np.array([0, 0, 1, 0, 1]), np.array([7, 7, 7, 8, 8])
    right, counted = np.array([0.9, 0.5, 0.2, 0.6, 0.4]), np.array([1, 1, 1, 0, 1])
    assert stretches(people, period, right, counted) == [
        Stretch(0, 7, 2, 2, pytest.approx(0.7)),
        Stretch(0, 8, 1, 0, None),
        Stretch(1, 7, 1, 1, pytest.approx(0.2)),
        Stretch(1, 8, 1, 1, pytest.approx(0.4)),
    ]

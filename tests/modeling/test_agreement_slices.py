"""Agreement by class, person, two people and period, worked by hand."""

import numpy as np
import pytest

from modeling.agreement import percent_agreement
from modeling.agreement_slices import by_class, by_period, by_person, by_two_people, last_periods, share_of, wilson

# Items: aab (people 0, 1, 2), ab (0, 1), b alone.
VOTES = np.array([[0, 0, 0], [0, 1, 0], [0, 2, 1], [1, 0, 0], [1, 1, 1], [2, 0, 1]])


def test_by_hand():
    """a: in the first item 2·1/2 of 2, in the second 0 of 1; b: 0 of 1 and 0 of 1."""
    assert [one.value for one in by_class(VOTES, 2)] == [pytest.approx(1 / 3), 0]
    assert [one.n_items for one in by_class(VOTES, 2)] == [2, 2]
    assert [one.value for one in by_person(VOTES, 4)] == [pytest.approx(0.25), pytest.approx(0.25), 0, None]
    first = by_two_people(VOTES)[0]
    assert (first.first, first.second, first.agreement.value, first.agreement.n_items) == (0, 1, 0.5, 2)
    assert len(by_two_people(VOTES, limit=2)) == 2


def test_periods_go_by_the_last_answer():
    period = last_periods(VOTES, np.array([1, 2, 2, 1, 1, 2]))
    found = by_period(VOTES, period, 2, rng=np.random.default_rng(0))
    assert [one.period for one in found] == [1, 2]
    assert found[0].agreement.value == 0
    assert found[1].agreement.value == pytest.approx(percent_agreement(VOTES[:3]))
    assert found[1].alpha.value is not None


def test_nothing_shared_says_nothing():
    none = np.zeros((0, 3), dtype=np.int64)
    assert by_class(none, 2)[0].value is None
    assert by_two_people(none) == []
    assert by_period(none, none[:, 0], 2, rng=np.random.default_rng(0)) == []
    assert by_person(VOTES[5:], 1)[0].value is None


def test_wilson_by_hand():
    """18 of 20: middle (0.9 + 0.0676) / 1.1353, half the root of 0.09 · 0.1353 + 0.0046 over 1.1353."""
    found = wilson(0.9, 20)
    assert found.low == pytest.approx(0.7386, abs=1e-3)
    assert found.high == pytest.approx(0.9664, abs=1e-3)
    assert wilson(1.0, 5).high == pytest.approx(1)


def test_intervals_cover_although_pairs_of_one_item_go_together():
    rng = np.random.default_rng(0)
    inside = []
    for _ in range(200):
        easy = rng.random(60) < 0.7  # on easy items all four say the same, on hard ones everybody guesses
        counts = np.where(easy[:, None], [4, 0], rng.binomial(4, 0.5, 60)[:, None] * [1, -1] + [0, 4])
        agreeing, pairs = (counts * (counts - 1)).sum(axis=1).astype(float), np.full(60, 12.0)
        found = share_of(agreeing, pairs)
        truth = 0.7 + 0.3 * 0.5
        inside.append((found.low or 0) <= truth <= (found.high or 0))
    assert np.mean(inside) >= 0.86

"""Agreement of answers that are more or less alike, in parts: worked by hand."""

import numpy as np
import pytest

from modeling.graded_agreement import (
    Pairs,
    closeness_by_period,
    closeness_by_person,
    closeness_by_two_people,
    closeness_within,
    graded_alpha,
)

# Item 0: three people, item 2: two. Votes 0 1 2 are of item 0, votes 3 4 of item 2.
PAIRS = Pairs(
    item=np.array([0, 0, 0, 2]),
    people=np.array([[0, 1], [0, 2], [1, 2], [1, 0]]),
    rows=np.array([[0, 1], [0, 2], [1, 2], [3, 4]]),
    closeness=np.array([1.0, 0.4, 0.1, 0.6]),
)
NOBODY = Pairs(np.zeros(0, int), np.zeros((0, 2), int), np.zeros((0, 2), int), np.zeros(0))


def test_items_by_hand() -> None:
    items, mean, n_votes = PAIRS.per_item()
    assert items.tolist() == [0, 2]
    assert mean == pytest.approx([0.5, 0.6])
    assert n_votes.tolist() == [3, 2]


def test_people_by_hand() -> None:
    ann, bob, cem, dan = closeness_by_person(PAIRS, 4)
    assert ann.value == pytest.approx((0.7 + 0.6) / 2)
    assert bob.value == pytest.approx((0.55 + 0.6) / 2)
    assert cem.value == pytest.approx(0.25)
    assert (ann.n_items, cem.n_items, dan.n_items, dan.value) == (2, 1, 0, None)
    assert ann.low < ann.value < ann.high


def test_two_people_by_hand() -> None:
    first, *others = closeness_by_two_people(PAIRS)
    assert (first.first, first.second, first.agreement.n_items) == (0, 1, 2)
    assert first.agreement.value == pytest.approx(0.8)
    assert [(one.first, one.second) for one in others] == [(0, 2), (1, 2)]
    assert len(closeness_by_two_people(PAIRS, limit=1)) == 1


def test_periods_by_hand() -> None:
    early, late = closeness_by_period(PAIRS, np.array([5, -1, 7]), 0.8, rng=np.random.default_rng(0))
    assert (early.period, late.period) == (5, 7)
    assert early.agreement.value == pytest.approx(0.5)
    assert early.alpha.value == pytest.approx(1 - 0.5 / 0.8)
    assert late.alpha.value == pytest.approx(1 - 0.4 / 0.8)
    (alone,) = closeness_by_period(PAIRS, np.array([5, -1, 5]), 0.8, rng=np.random.default_rng(0))
    assert alone.agreement.value == pytest.approx(2.1 / 4)


def test_within_a_period_both_answers_must_lie() -> None:
    within = closeness_within(PAIRS, np.array([1, 1, 2, 2, 2]))
    assert {period: share.value for period, share in within.items()} == pytest.approx({1: 1.0, 2: 0.6})
    assert closeness_within(PAIRS, np.array([1, 2, 3, 4, 5])) == {}


def test_nobody_in_common() -> None:
    rng = np.random.default_rng(0)
    assert [one.value for one in closeness_by_person(NOBODY, 2)] == [None, None]
    assert closeness_by_two_people(NOBODY) == []
    assert closeness_by_period(NOBODY, np.zeros(0, int), 0.5, rng=rng) == []
    _, mean, n_votes = NOBODY.per_item()
    assert graded_alpha(1 - mean, n_votes, 0.5, rng=rng).undefined_because == "no item has two annotations"


def test_the_order_of_pairs_changes_nothing() -> None:
    order = np.random.default_rng(1).permutation(4)
    mixed = Pairs(PAIRS.item[order], PAIRS.people[order][:, ::-1], PAIRS.rows[order], PAIRS.closeness[order])
    for one, other in zip(closeness_by_person(PAIRS, 3), closeness_by_person(mixed, 3), strict=True):
        assert one.value == pytest.approx(other.value)
    assert {(t.first, t.second, t.agreement.n_items) for t in closeness_by_two_people(mixed)} == {
        (0, 1, 2), (0, 2, 1), (1, 2, 1)
    }  # fmt: skip

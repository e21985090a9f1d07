"""Patterns in a row, and speed."""

import numpy as np
import pytest

from modeling.behavior import repetitive_log_odds, too_fast


@pytest.mark.parametrize("cycle", [[1], [0, 1], [0, 1, 2], [2, 2, 0, 1]])
def test_patterns_are_noticed_in_20_answers(cycle: list[int]) -> None:
    assert repetitive_log_odds(np.resize(cycle, 20), np.full(3, 1 / 3)) > np.log(10)


def test_honest_answers_are_not() -> None:
    rng = np.random.default_rng(0)
    prior = np.array([0.7, 0.2, 0.1])
    odds = [repetitive_log_odds(rng.choice(3, 40, p=prior), prior) for _ in range(200)]
    assert np.mean(np.array(odds) > np.log(10)) <= 0.02


def test_always_the_common_class_is_weak_evidence() -> None:
    assert repetitive_log_odds(np.zeros(20, int), np.array([0.95, 0.05])) < np.log(10)
    assert repetitive_log_odds(np.zeros(1, int), np.array([0.5, 0.5])) == 0.0


def test_a_class_thought_impossible_is_finite() -> None:
    assert np.isfinite(repetitive_log_odds(np.ones(5, int), np.array([1.0, 0.0])))


def test_hasty_people_are_found_and_the_quick_are_not() -> None:
    rng = np.random.default_rng(0)
    typical = [4.0, 5.0, 6.0, 2.5]
    seconds = np.concatenate([np.exp(rng.normal(np.log(s), 0.4, 100)) for s in typical] + [np.full(2000, 0.4)])
    people = np.concatenate([np.repeat(np.arange(4), 100), np.full(2000, 4)])
    speed = too_fast(seconds, people, n_annotators=6)
    assert speed.is_too_fast.tolist() == [False, False, False, False, True, False]
    assert speed.hasty_share[4] == 1.0
    assert speed.hasty_share[5] == 0.0
    assert 0.3 <= speed.floor_seconds <= 5 / 3


def test_few_answers_or_unknown_times_accuse_nobody() -> None:
    assert not too_fast(np.full(19, 0.1), np.zeros(19, int), n_annotators=1).is_too_fast.any()
    unknown = too_fast(np.array([np.nan, 0.0, -1.0]), np.zeros(3, int), n_annotators=1)
    assert unknown.floor_seconds == 0.3
    assert not unknown.is_too_fast.any()

"""Patterns in a row, and speed."""

import numpy as np
import pytest

from modeling.behavior import repetitive_log_odds, too_fast
from modeling.suspicion import certainty_if_looked
from modeling.truth import infer


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


def test_certainty_is_that_of_whoever_looks() -> None:
    """Odds of 19 to 1 for a guess, after 1 to 19 before: of six classes, as likely looked at (0.8) as guessed (1/6)."""
    odds = np.array([np.log(19), -50.0, 50.0])
    votes = np.array([(0, 0, 1), (1, 1, 1), (2, 0, 1), (2, 1, 1), (3, 2, 1), (4, 2, 1)])
    found = certainty_if_looked(np.full(6, 0.8), votes, odds, np.array([(4, 1)]), 6)
    assert found == pytest.approx([(0.8 + 1 / 6) / 2, 0.8, 0.8, 1 / 6, 0.8, 0.8])


def lone_answers_of_a_guesser(seed: int) -> float:
    """Two careful people and one who guesses share forty items; then each answers forty alone: how sure hers are."""
    rng = np.random.default_rng(seed)
    true = rng.integers(6, size=160)
    said = {0: true, 1: np.where(rng.random(160) < 0.05, (true + 1) % 6, true), 2: rng.integers(6, size=160)}
    alone = [(40 + 40 * person + k, person) for person in said for k in range(40)]
    asked = [(item, person) for item in range(40) for person in said] + alone
    votes = np.array([(item, person, said[person][item]) for item, person in asked])
    truth = infer(votes, n_items=160, n_annotators=3, n_classes=6)
    certainty = certainty_if_looked(truth.posterior.max(axis=1), votes, truth.random_log_odds, None, 6)
    assert truth.posterior.max(axis=1)[120:].mean() > 0.25
    assert certainty[:120] == pytest.approx(truth.posterior.max(axis=1)[:120], abs=0.001)
    return float(certainty[120:].mean())


def test_a_lone_answer_of_somebody_who_guesses_is_not_taken_for_skilled() -> None:
    """Of eight such people one guessed right so often that skill alone is believed in part."""
    found = sorted(lone_answers_of_a_guesser(seed) for seed in range(8))
    assert found[:7] == pytest.approx([1 / 6] * 7, abs=0.02)
    assert found[7] < 0.36

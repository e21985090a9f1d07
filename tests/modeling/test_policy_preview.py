from typing import Any

import numpy as np
import pytest

from modeling.engine import believe_people
from modeling.policy_preview import expected_course
from modeling.votes import places_of

SIZES = {"n_items": 200, "n_annotators": 5, "n_classes": 2}


def played(accuracy: float) -> np.ndarray:
    """Five people answer two hundred items each, one after the other."""
    rng = np.random.default_rng(3)
    truth = rng.integers(2, size=200)
    said = np.where(rng.random((5, 200)) < accuracy, truth, 1 - truth)
    return np.array([[item, person, said[person, item]] for person in range(5) for item in range(200)])


def shuffled(rng: np.random.Generator, accuracy: float) -> tuple[np.ndarray, np.ndarray]:
    """The same in any order of people, and the truth."""
    truth = rng.integers(2, size=200)
    said = np.where(rng.random((5, 200)) < accuracy, truth, 1 - truth)
    rows = [[item, person, said[person, item]] for item in range(200) for person in rng.permutation(5).tolist()]
    return np.array(rows), truth


def test_a_fixed_overlap_costs_itself():
    assert expected_course(played(0.8), **SIZES, overlap=3, max_votes=3, target=0.9).votes_per_item == (3, 3, 3)


def test_asking_again_costs_less_than_always_and_brings_more_than_never():
    votes = played(0.8)
    fixed, again = (expected_course(votes, **SIZES, overlap=2, max_votes=most, target=0.9) for most in (2, 5))
    assert 2 < again.votes_per_item.low < again.votes_per_item.estimate < again.votes_per_item.high < 5
    assert again.right.estimate > fixed.right.estimate
    assert again.right.low < again.right.estimate < again.right.high
    assert again.seen_up_to == 5


def test_a_higher_target_costs_more():
    courses = [expected_course(played(0.8), **SIZES, overlap=2, max_votes=5, target=t) for t in (0.7, 0.9, 0.99)]
    costs = [course.votes_per_item.estimate for course in courses]
    assert costs == sorted(costs)


def test_beyond_the_data_the_doubt_lasts_and_too_little_says_nothing():
    votes = played(0.8)
    far = expected_course(votes, **SIZES, overlap=2, max_votes=8, target=0.99)
    assert far.seen_up_to == 5
    assert far.votes_per_item.low < 6 < far.votes_per_item.estimate <= far.votes_per_item.high <= 8
    assert expected_course(votes[:20], **SIZES, overlap=1, max_votes=3, target=0.9) is None


def played_out(said: np.ndarray, *, overlap: int, max_votes: int, target: float) -> tuple[np.ndarray, np.ndarray]:
    """What is believed where the rule is played, and each item's votes; said: (n_votes, 3) in the order of asking."""
    place, asked = places_of(said[:, 0]), np.full(SIZES["n_items"], overlap)
    while True:
        posterior = believe_people(said[place < asked[said[:, 0]]], **SIZES).truth.posterior
        again = (posterior.max(axis=1) < target) & (asked < max_votes)
        if not again.any():
            return posterior, asked
        asked += again


def really(said: np.ndarray, truth: np.ndarray, **rule: Any) -> tuple[float, float]:
    """Votes an item and the share right where the rule is played."""
    posterior, asked = played_out(said, **rule)
    return float(asked.mean()), float((posterior.argmax(axis=1) == truth).mean())


@pytest.mark.parametrize("accuracy", [0.7, 0.85])
def test_the_intervals_hold_what_happens(accuracy: float) -> None:
    """What the rule costs and brings on average, among items of which the project's own answers tell."""
    rule = {"overlap": 2, "max_votes": 5, "target": 0.9}
    rng = np.random.default_rng(0)
    cost, right = np.mean([really(*shuffled(rng, accuracy), **rule) for _ in range(10)], axis=0)
    courses = [expected_course(shuffled(rng, accuracy)[0], **SIZES, **rule) for _ in range(5)]
    assert sum(one.votes_per_item.low <= cost <= one.votes_per_item.high for one in courses) >= 4
    assert sum(one.right.low <= right <= one.right.high for one in courses) == 5


def test_what_the_rule_did_not_ask_for_is_told_by_what_it_did() -> None:
    """Answers given under the rule say of it what answers to all items say."""
    rule = {"overlap": 2, "max_votes": 5, "target": 0.9}
    said, truth = shuffled(np.random.default_rng(1), 0.85)
    course = expected_course(said, **SIZES, **rule)
    cost, _ = really(said, truth, **rule)
    assert course.votes_per_item.estimate == pytest.approx(cost)


@pytest.mark.parametrize("seed", range(3))
def test_more_answers_for_all_are_told_by_what_was_sure_with_fewer_too(seed: int) -> None:
    """Under a rule that asks again, the items with three answers are the doubtful ones."""
    said, truth = shuffled(np.random.default_rng(seed), 0.8)
    _, asked = played_out(said, overlap=2, max_votes=5, target=0.9)
    recorded = said[places_of(said[:, 0]) < asked[said[:, 0]]]
    _, right = really(said, truth, overlap=3, max_votes=3, target=0.9)
    course = expected_course(recorded, **SIZES, overlap=3, max_votes=3, target=0.9, usual=2)
    assert course.votes_per_item == (3, 3, 3)
    assert course.right.low <= right <= course.right.high
    assert course.right.estimate == pytest.approx(right, abs=0.06)

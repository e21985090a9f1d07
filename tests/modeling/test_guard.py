"""The guard falls back where the model's questions do not pay, and only there; random draws decide."""

import numpy as np
import pytest

from modeling.guard import CHECKS_TO_FALL_BACK, CHECKS_TO_RETURN, Arm, Guard, check, is_due


def arm(n: int, noise: float, seed: int) -> Arm:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, n)
    X = (np.eye(6)[y] + 0.4 * rng.normal(size=(n, 6))).astype(np.float32)
    wrong = rng.random(n) < noise
    given = np.where(wrong, (y + 1) % 3, y)
    return Arm(X, np.eye(3, dtype=np.float32)[given], np.ones(n, dtype=np.float32))


def history(active_noise: float, random_noise: float, n_checks: int, before: Guard | None = None) -> list[Guard]:
    """Random labels of which some are wrong stand for questions that teach less, and the other way round."""
    found = []
    for i in range(1, n_checks + 1):
        random = arm(100, 0.0, seed=i)
        taught = arm(100, random_noise, seed=100 + i)
        both = Arm(*(np.concatenate(pair) for pair in zip(taught, random, strict=True)))
        before = check(
            before, arm(200, active_noise, seed=200 + i), both, np.arange(200) >= 100, n_labels=100 * i, l2=1.0,
            rng=np.random.default_rng(i),
        )  # fmt: skip
        found.append(before)
    return found


def test_questions_that_teach_wrongly_are_held_back_after_three_looks() -> None:
    states = history(0.9, 0.0, CHECKS_TO_FALL_BACK)
    assert [state.fallen_back for state in states] == [False, False, True]
    assert all(state.high < 0 for state in states)
    assert states[0].n_compared == 160


def test_questions_that_teach_better_are_trusted_again() -> None:
    held = history(0.9, 0.0, CHECKS_TO_FALL_BACK)[-1]
    states = history(0.0, 0.9, CHECKS_TO_RETURN, held)
    assert [state.fallen_back for state in states] == [True, False]
    assert all(state.low <= state.gain <= state.high for state in states)
    assert all(state.gain > 0 for state in states)


def test_a_gain_in_between_starts_the_count_again() -> None:
    twice = history(0.9, 0.0, 2)[-1]
    assert twice.streak == 2
    once_good = history(0.0, 0.9, 1, twice)[-1]
    assert (once_good.streak, once_good.fallen_back) == (0, False)


def test_a_tie_speaks_for_neither() -> None:
    twice = history(0.9, 0.0, 2)[-1]
    same = arm(100, 0.0, seed=1)
    easy = Arm((8 * same.targets @ np.eye(3, 6)).astype(np.float32), same.targets, same.weights)
    tied = check(twice, easy, easy, np.arange(100) >= 50, n_labels=300, l2=0.1, rng=np.random.default_rng(0))
    assert (tied.gain, tied.streak, tied.fallen_back) == (0.0, 0, False)


@pytest.mark.parametrize(
    ("last", "n_labels", "n_random", "due"),
    [(None, 100, 40, True), (None, 99, 40, False), (None, 500, 37, False), (None, 500, 38, True), (310, 399, 50, False),
     (310, 400, 50, True)],
)  # fmt: skip
def test_every_hundred_labels_with_random_draws_enough(
    last: int | None, n_labels: int, n_random: int, due: bool
) -> None:
    before = Guard(last, 30, 0.0, 0.0, 0.0, 0, False) if last else None
    assert is_due(before, n_labels, n_random) is due


def test_the_state_survives_json() -> None:
    state = history(0.0, 0.0, 1)[0]
    assert Guard(**state.dump()) == state

"""The guard falls back where the model's questions do not pay, and only there; random draws decide."""

import numpy as np
import pytest

from modeling.guard import (
    CHECKS_TO_FALL_BACK,
    CHECKS_TO_RETURN,
    Arm,
    Guard,
    compare,
    goodness,
    is_due,
    next_state,
    paired,
    shares,
)


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
        rng = np.random.default_rng(i)
        gain = compare(arm(200, active_noise, seed=200 + i), both, np.arange(200) >= 100, l2=1.0, rng=rng)
        before = next_state(before, gain, 100 * i)
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
    found = compare(easy, easy, np.arange(100) >= 50, l2=0.1, rng=np.random.default_rng(0))
    tied = next_state(twice, found, 300)
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


def head_arm(head: str, n: int, noise: float, seed: int) -> Arm:
    """Answers that the vectors tell, but for a share of wrong ones, in the shape of the head."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4)).astype(np.float32)
    score = X[:, 0]
    if head == "sigmoid":
        targets = X[:, :3] > 0.3
        targets ^= (rng.random(n) < noise)[:, None]
    elif head == "ordinal":
        point = np.digitize(score, [-0.8, 0.0, 0.8])
        targets = np.eye(4)[np.where(rng.random(n) < noise, 3 - point, point)]
    else:
        second = (score > 0) ^ (rng.random(n) < noise)
        targets = np.eye(2)[second.astype(int)]
    return Arm(X, targets.astype(np.float32), np.ones(n, dtype=np.float32))


@pytest.mark.parametrize("head", ["sigmoid", "ordinal", "preference"])
def test_every_head_is_compared_by_its_own_measure(head: str) -> None:
    good, bad = head_arm(head, 200, 0.0, seed=1), head_arm(head, 200, 0.9, seed=2)
    random = head_arm(head, 120, 0.0, seed=3)
    rng, is_protected = np.random.default_rng(4), np.arange(120) >= 60
    worse = compare(bad, random, is_protected, l2=0.3, rng=rng, head=head)
    assert worse.high < 0
    assert worse.n_compared == 96
    same = compare(good, random, is_protected, l2=0.3, rng=rng, head=head)
    assert abs(same.gain) < 0.1
    assert same.low <= same.gain <= same.high


def test_measures_worked_by_hand() -> None:
    """Two ratings of 0 to 4, one expected a step away; three items of which one has the first class, none the other."""
    ordinal = np.array([[0, 1, 0, 0, 0], [0, 0, 0, 0, 1]], dtype=np.float32)
    truth = np.array([[1, 0, 0, 0, 0], [0, 0, 0, 0, 1]], dtype=np.float32)
    assert goodness(ordinal, truth, "ordinal").ravel().tolist() == [0.75, 1.0]
    assert shares(truth, "ordinal").ravel().tolist() == [0.5, 0.5]

    sets = np.array([[1, 0], [0, 0], [0, 0]], dtype=np.float32)
    said = np.array([[0.9, 0.2], [0.8, 0.4], [0.1, 0.6]], dtype=np.float32)
    assert goodness(said, sets, "sigmoid").tolist() == [[1, 1], [0, 1], [1, 0]]
    # yes of the first class, its no, no of the second class: a third each
    assert np.allclose(shares(sets, "sigmoid"), [[1 / 3, 1 / 9], [1 / 6, 1 / 9], [1 / 6, 1 / 9]])

    classes = np.array([[1, 0], [1, 0], [1, 0], [0, 1]], dtype=np.float32)
    assert np.allclose(shares(classes, "softmax").ravel(), [1 / 6, 1 / 6, 1 / 6, 1 / 2])


def test_the_interval_is_that_of_a_paired_mean() -> None:
    """Of four equal rows one is better by one: mean 1/4, variance (3/16) / 4; Wilson's of 5/8 with a quarter of it."""
    found = paired(np.array([[1.0], [0], [0], [0]]), np.full((4, 1), 0.25), 40)
    assert (found.gain, found.n_compared) == (0.25, 40)
    z = 1.644854
    centre, half = (4 * 5 / 8 + z**2 / 2) / (4 + z**2), z / (4 + z**2) * np.sqrt(16 * 3 / 256 + z**2 / 4)
    assert found.low == pytest.approx(2 * (centre - half) - 1, abs=1e-4)
    assert found.high == pytest.approx(2 * (centre + half) - 1, abs=1e-4)


@pytest.mark.parametrize("difference", [-1.0, 0.0, 1.0])
def test_rows_that_all_say_the_same_leave_doubt(difference: float) -> None:
    few, many = (paired(np.full((n, 1), difference), np.full((n, 1), 1 / n), n) for n in (10, 1000))
    assert 0.2 < few.high - few.low < 0.5
    assert 0.001 < many.high - many.low < 0.01
    assert few.low <= difference <= few.high
    none = shares(np.zeros((0, 5), np.float32), "ordinal")
    assert paired(none, none, 80) == (0, -1, 1, 80), "nothing was tested"


def test_rows_that_weigh_little_count_little() -> None:
    """Nine rows of one class and one of the other: the one has half of the weight, so they count as 3.6."""
    share = shares(np.eye(2, dtype=np.float32)[[0] * 9 + [1]], "softmax")
    found, even = (paired(np.zeros((10, 1)), one, 10) for one in (share, np.full((10, 1), 0.1)))
    assert found.high - found.low > 1.5 * (even.high - even.low)

import numpy as np
import pytest

from modeling.second_opinions import doubtful, expected_gain, two_step_gain

GOOD = np.array([[0.9, 0.1], [0.2, 0.8]])


def test_hand_worked():
    """p = (0.6, 0.4): max(.54, .08) + max(.06, .32) - .6 = .26."""
    assert expected_gain(np.array([[0.6, 0.4]]), GOOD) == pytest.approx([0.26])


def test_an_answer_that_cannot_turn_the_consensus_is_worth_nothing():
    sure = np.array([[0.95, 0.05]])
    assert expected_gain(sure, GOOD) == pytest.approx([0])
    assert two_step_gain(sure, GOOD)[0] > 0


def test_who_does_not_look_tells_nothing():
    careless = np.array([[0.7, 0.3], [0.7, 0.3]])
    rows = np.random.default_rng(1).dirichlet([1, 1], size=50)
    assert two_step_gain(rows, careless) == pytest.approx(np.zeros(50), abs=1e-12)


def test_properties():
    rng = np.random.default_rng(2)
    posterior, confusion = rng.dirichlet(np.ones(4), size=200), rng.dirichlet(np.ones(4), size=4)
    gains = two_step_gain(posterior, confusion)
    assert ((gains >= 0) & (gains <= 1 - posterior.max(axis=1))).all()
    order, classes = rng.permutation(200), rng.permutation(4)
    assert two_step_gain(posterior[order], confusion) == pytest.approx(gains[order])
    assert two_step_gain(posterior[:, classes], confusion[np.ix_(classes, classes)]) == pytest.approx(gains)
    perfect = two_step_gain(posterior, np.eye(4))
    assert perfect == pytest.approx(1 - posterior.max(axis=1))


def test_doubt_has_a_floor_and_a_ceiling():
    posterior = np.array([[0.9, 0.1], [0.9, 0.1], [0.99, 0.01], [0.5, 0.5]])
    found = doubtful(posterior, np.array([1, 3, 1, 0]), target=0.95, max_votes=3)
    assert found.tolist() == [True, False, False, False]

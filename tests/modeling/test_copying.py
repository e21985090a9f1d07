"""Copying: the same mistakes beyond what any two people share, and nobody accused for being good or for hard items."""

import numpy as np

from modeling.copying import Copying, copying_pairs
from modeling.engine import believe_people
from tests.modeling.test_truth import simulate

CUT = float(np.log(1000))


def team(seed: int, *, skills: list[float], copied: float = 0.0, hard: float = 0.0) -> np.ndarray:
    """Votes of everybody on 120 items, in time order; the last one repeats the first's answer in a share of them. On
    the `hard` share of items everybody who errs says the same."""
    rng = np.random.default_rng(seed)
    truth, votes = simulate(skills, 120, 4, len(skills), rng)
    votes = votes[np.lexsort((votes[:, 1], votes[:, 0]))]
    answers = votes[:, 2].reshape(120, len(skills))
    misled = rng.random(120) < hard
    errs = (answers != truth[:, None]) & misled[:, None]
    answers = np.where(errs, ((truth + 1) % 4)[:, None], answers)
    repeats = rng.random(120) < copied
    answers[repeats, -1] = answers[repeats, 0]
    return np.column_stack([votes[:, :2], answers.ravel()])


def found(votes: np.ndarray) -> list[Copying]:
    n_people = int(votes[:, 1].max()) + 1
    beliefs = believe_people(votes, n_items=120, n_annotators=n_people, n_classes=4)
    return copying_pairs(votes, beliefs.truth.posterior, least_log_odds=CUT)


def test_whoever_repeats_a_colleague_is_found_with_the_mistakes_both_made() -> None:
    for seed in range(10):
        votes = team(seed, skills=[0.75, 0.8, 0.8, 0.85, 0.8, 0.8], copied=0.9)
        (pair,) = found(votes)
        assert (pair.copier, pair.source) == (5, 0)
        assert pair.n_same > 3 * pair.expected
        assert (votes[pair.rows, 1] == 5).all()
        assert len(pair.rows) == pair.n_same
        assert pair.n_items == 120


def test_nobody_is_accused_of_being_good_or_of_hard_items() -> None:
    for seed in range(10):
        assert not found(team(seed, skills=[0.98, 0.98, 0.7, 0.7, 0.7]))
        assert not found(team(seed, skills=[0.8] * 6, hard=0.5))
        assert not found(team(seed, skills=[0.75, 0.7, 0.25, 0.25, 0.8, 0.8]))


def test_names_and_nothing() -> None:
    votes = team(0, skills=[0.75, 0.8, 0.8, 0.85, 0.8, 0.8], copied=0.9)
    renamed = votes.copy()
    renamed[:, 1] = 5 - votes[:, 1]
    (one,), (other,) = found(votes), found(renamed)
    assert (one.copier, one.source, one.n_same) == (5 - other.copier, 5 - other.source, other.n_same)
    assert abs(one.log_odds - other.log_odds) < 1e-9
    assert copying_pairs(np.zeros((0, 3), np.int64), np.zeros((0, 2)), least_log_odds=CUT) == []
    assert copying_pairs(np.array([[0, 0, 1]]), np.array([[1.0, 0.0]]), least_log_odds=CUT) == []

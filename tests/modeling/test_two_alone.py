"""Two people who share items with nobody else: nothing tells who of them is right."""

import numpy as np
import pytest

from benchmarks.export_coverage import Team, even
from modeling.engine import believe_people
from modeling.truth import Truth, infer
from modeling.two_alone import pairs_alone

SIZES = {"n_items": 6, "n_annotators": 4, "n_classes": 3}
PAIR = [(0, 0, 0), (0, 1, 0), (1, 0, 1), (1, 1, 2), (2, 0, 0), (3, 1, 0)]
NONE_KNOWN = np.zeros(6, dtype=np.bool_)


def alone(rows: list[tuple[int, int, int]], known: np.ndarray = NONE_KNOWN) -> tuple[list[int], list[int], list[int]]:
    votes = np.array(rows)
    found = pairs_alone(votes, infer(votes, **SIZES), known)
    people, items, undecided = (np.flatnonzero(one).tolist() for one in (found.people, found.items, found.undecided))
    return people, items, undecided


def test_a_pair_is_alone_with_the_items_that_both_answered():
    assert alone(PAIR) == ([0, 1], [0, 1], [1])


def test_two_pairs_are_each_alone():
    assert alone([*PAIR, (4, 2, 0), (4, 3, 1)]) == ([0, 1, 2, 3], [0, 1, 4], [1, 4])


@pytest.mark.parametrize("third", [[(4, 1, 0), (4, 2, 0)], [(0, 2, 0)]])
def test_a_third_person_with_either_of_them_ends_it(third):
    assert alone([*PAIR, *third]) == ([], [], [])


def test_a_known_item_is_no_company():
    known = np.arange(6) == 4
    assert alone([*PAIR, (4, 1, 0), (4, 2, 0)], known) == ([0, 1], [0, 1], [1])


def test_nobody_has_answered():
    votes = np.zeros((0, 3), dtype=np.int64)
    found = pairs_alone(votes, infer(votes, n_items=2, n_annotators=0, n_classes=2), np.zeros(2, dtype=np.bool_))
    assert not found.undecided.any()


def truth_of(team: Team, seed: int, n_known: int = 0) -> tuple[Truth, np.ndarray]:
    """What is believed, and the share of each one's answers that is right."""
    true, votes = team.answers(np.random.default_rng(seed))
    gold = np.column_stack([np.arange(n_known), true[:n_known]])
    sizes = {"n_items": len(true), "n_annotators": len(team.right), "n_classes": len(team.classes)}
    right = votes[:, 2] == true[votes[:, 0]]
    shares = np.bincount(votes[:, 1], weights=right) / np.bincount(votes[:, 1])
    return believe_people(votes, gold=gold, calibrate_on=gold, **sizes).truth, shares


@pytest.mark.parametrize(("right", "n_classes"), [((0.95, 0.6), 3), ((0.9, 0.9), 2), ((0.9, 0.01), 100)])
@pytest.mark.parametrize("seed", range(3))
def test_the_intervals_of_both_hold_how_right_they_are(right, n_classes, seed):
    found, shares = truth_of(Team(right, 2, even(n_classes)), seed)
    assert (found.accuracy_low <= shares).all()
    assert (shares <= found.accuracy_high).all()


def test_known_items_tell_them_apart():
    found, _ = truth_of(Team((0.95, 0.6), 2, even(3)), seed=0, n_known=150)
    assert found.accuracy_high[1] < found.accuracy_low[0]


def test_a_known_item_that_nobody_was_right_about_tells_nothing():
    found, _ = truth_of(Team((0.01, 0.01), 2, even(100)), seed=0, n_known=60)
    assert (found.accuracy_high > 0.7).all()

"""How far the expected share of right items may be off: people who err together, two of whom either may be right."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.export_coverage import TEAMS, Team, even, intervals
from modeling.engine import Beliefs, believe_people
from modeling.error_range import error_range, skill_range

NOBODY = np.zeros((0, 3), dtype=np.int64)


def beliefs(odds: list[float], *, dependence: float, plausible: tuple[float, float]) -> Beliefs:
    """About items of two classes, by the odds of the first one that two votes give before they are discounted."""
    found = believe_people(NOBODY, n_items=len(odds), n_annotators=0, n_classes=2)
    first = np.array(odds) / (1 + np.array(odds))
    truth = replace(found.truth, unfixed=np.column_stack([first, 1 - first]))
    return replace(found, truth=truth, dependence=dependence, plausible=plausible)


def test_by_hand() -> None:
    """Odds of 81 from two votes are 9 at dependence 1, wrong in a tenth; 81 at 0; 3 at 3, wrong in a quarter."""
    people = beliefs([81.0], dependence=1.0, plausible=(0.0, 3.0))
    found = error_range(np.array([[0.9, 0.1]]), people, np.array([2]), np.array([False]))
    assert found == pytest.approx((10 / 82, 2.5))


def test_one_vote_and_a_known_item_do_not_depend_on_anybody() -> None:
    people = beliefs([9.0, 9.0], dependence=1.0, plausible=(0.0, 3.0))
    found = error_range(np.array([[0.9, 0.1], [1.0, 0.0]]), people, np.array([1, 1]), np.array([False, True]))
    assert found == pytest.approx((1.0, 1.0))
    assert error_range(np.array([[1.0, 0.0]] * 2), people, np.array([1, 0]), np.array([True, False])) == (1.0, 1.0)


@pytest.mark.parametrize(("spoken", "wanted"), [(False, (0.5, 5.5)), (True, (1.0, 1.0))])
def test_what_two_alone_disagree_about_may_be_right_or_wrong(spoken: bool, wanted: tuple[float, float]) -> None:
    """Two items, each wrong in a tenth, one of them undecided: 0.1 to 1.1 mistakes instead of 0.2."""
    people = replace(beliefs([9.0, 9.0], dependence=0.0, plausible=(0.0, 0.0)), undecided=np.array([True, False]))
    found = error_range(np.array([[0.9, 0.1]] * 2), people, np.array([2, 2]), np.array([spoken, False]))
    assert found == pytest.approx(wanted)


def test_nobody_has_answered() -> None:
    found = believe_people(NOBODY, n_items=2, n_annotators=0, n_classes=2)
    assert skill_range(found.truth) == (1.0, 1.0)
    assert error_range(found.truth.posterior, found, np.zeros(2, int), np.zeros(2, bool)) == (1.0, 1.0)


def held(team: Team, seeds: int) -> int:
    """In how many teams, without known items, the interval holds the share that is right."""
    n_held = 0
    for seed in range(seeds):
        true, votes = team.answers(np.random.default_rng(seed))
        sizes = {"n_items": len(true), "n_annotators": len(team.right), "n_classes": len(team.classes)}
        found = believe_people(votes, **sizes)
        right = float((found.truth.posterior.argmax(axis=1) == true).mean())
        _, shown = intervals(found, votes, np.zeros(len(true), dtype=np.bool_))
        n_held += shown.low - 1e-9 <= right <= shown.high
    return n_held


@pytest.mark.parametrize("name", [name for name in TEAMS if "hard" not in name and "guess" not in name])
def test_the_interval_holds_what_is_right(name: str) -> None:
    assert held(TEAMS[name], 6) == 6


def test_the_interval_holds_where_every_tenth_item_is_hard() -> None:
    assert held(TEAMS["five, one item in ten hard"], 10) >= 8


@pytest.mark.parametrize("right", [(0.9, 0.02), (0.02, 0.02)])
def test_two_alone_with_many_classes(right: tuple[float, float]) -> None:
    assert held(Team(right, 2, even(50)), 5) == 5

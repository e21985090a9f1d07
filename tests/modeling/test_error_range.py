"""How far the expected share of right items may be off: people who err together, two of whom either may be right."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.export_coverage import LEAST_SURE, TEAMS, Team, even, holds, intervals
from modeling.engine import Beliefs, believe_people
from modeling.error_range import Mistakes, mistakes_of, scales_by_confidence, skill_range

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
    found = mistakes_of(np.array([[0.9, 0.1]]), people, np.array([2]), np.array([False]))
    assert found.expected == pytest.approx([0.1])
    assert (found.least, found.most) == (pytest.approx([1 / 82]), pytest.approx([0.25]))
    assert found.scale == pytest.approx((10 / 82, 2.5))


def test_one_vote_and_a_known_item_do_not_depend_on_anybody() -> None:
    people = beliefs([9.0, 9.0], dependence=1.0, plausible=(0.0, 3.0))
    found = mistakes_of(np.array([[0.9, 0.1], [1.0, 0.0]]), people, np.array([1, 0]), np.array([False, True]))
    assert found.scale == pytest.approx((1.0, 1.0))
    known = mistakes_of(np.array([[1.0, 0.0]] * 2), people, np.array([0, 0]), np.array([True, True]))
    assert known.scale == (1.0, 1.0)


@pytest.mark.parametrize(("spoken", "wanted"), [(False, (0.5, 5.5)), (True, (1.0, 1.0))])
def test_what_two_alone_disagree_about_may_be_right_or_wrong(spoken: bool, wanted: tuple[float, float]) -> None:
    """Two items, each wrong in a tenth, one of them undecided: 0.1 to 1.1 mistakes instead of 0.2."""
    first = np.array([True, False])
    people = replace(beliefs([9.0, 9.0], dependence=0.0, plausible=(0.0, 0.0)), shared_alone=first, undecided=first)
    found = mistakes_of(np.array([[0.9, 0.1]] * 2), people, np.array([2, 2]), np.array([spoken, False]))
    assert found.scale == pytest.approx(wanted)


def test_nobody_has_answered() -> None:
    found = believe_people(NOBODY, n_items=2, n_annotators=0, n_classes=2)
    assert skill_range(found.truth) == (1.0, 1.0)
    assert mistakes_of(found.truth.posterior, found, np.zeros(2, int), np.zeros(2, bool)).scale == (1.0, 1.0)


def test_who_errs_oftener_is_believed_less_the_more_so_where_several_agree() -> None:
    """By hundred answers a tenth is wrong, at worst 15 %: one answer then is wrong in 15 %, three that agree much
    oftener than by half as often again."""
    people = beliefs([9.0, 729.0], dependence=0.0, plausible=(0.0, 0.0))
    judged = {"accuracy": np.array([0.9]), "n_informative": np.array([100])}
    people = replace(people, truth=replace(people.truth, **judged))
    fewer, more = skill_range(people.truth)
    found = mistakes_of(people.truth.unfixed, people, np.array([1, 3]), np.zeros(2, dtype=np.bool_))
    assert found.most[0] == pytest.approx(0.1 * more)
    assert found.least[0] == pytest.approx(0.1 * fewer)
    odds = (1 - 0.1 * more) / (0.1 * more)
    assert found.most[1] == pytest.approx(1 / (1 + odds**3))
    assert found.most[1] / found.expected[1] > more**2


def test_the_factors_of_what_is_sure() -> None:
    """Two items at 0.6 and one at 0.9: all together 0.9 mistakes, 0.3 to 1.3; of the sure one 0.1, none to 0.4."""
    mistakes = Mistakes(np.array([0.4, 0.1, 0.4]), np.array([0.1, 0.0, 0.2]), np.array([0.5, 0.4, 0.4]))
    found = scales_by_confidence(np.array([0.6001, 0.9001, 0.6004]), mistakes)
    assert [row[0] for row in found] == [600, 900]
    assert found[0][1:] == pytest.approx((0.3 / 0.9, 1.3 / 0.9))
    assert found[1][1:] == pytest.approx((0.0, 4.0))


def held(team: Team, seeds: int, *least: float) -> list[float]:
    """In which share of the teams, without known items, the interval of what is so sure holds the share right."""
    kept: list[list[bool]] = [[] for _ in least]
    for seed in range(seeds):
        true, votes = team.answers(np.random.default_rng(seed))
        sizes = {"n_items": len(true), "n_annotators": len(team.right), "n_classes": len(team.classes)}
        found = believe_people(votes, **sizes)
        is_right = found.truth.posterior.argmax(axis=1) == true
        for one, rows in zip(least, kept, strict=True):
            sure, worth = intervals(found, votes, np.zeros(len(true), dtype=np.bool_), one)
            if sure.sum() >= LEAST_SURE:
                rows.append(holds(worth, float(is_right[sure].mean())))
    return [float(np.mean(rows)) for rows in kept if rows]


@pytest.mark.parametrize("name", [name for name in TEAMS if "hard" not in name and "guess" not in name])
def test_the_interval_holds_what_is_right(name: str) -> None:
    assert min(held(TEAMS[name], 8, 0.0, 0.8, 0.9, 0.95)) >= 0.75


def test_the_interval_holds_where_every_tenth_item_is_hard() -> None:
    assert min(held(TEAMS["five, one item in ten hard"], 10, 0.0, 0.95)) >= 0.9


@pytest.mark.parametrize("right", [(0.9, 0.02), (0.02, 0.02)])
def test_two_alone_with_many_classes(right: tuple[float, float]) -> None:
    assert held(Team(right, 2, even(50)), 5, 0.0) == [1]

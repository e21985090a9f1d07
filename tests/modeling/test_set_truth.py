"""Sets of classes: each class is a question of yes and no, and mistakes may fall on the same items."""

import numpy as np
import pytest

from benchmarks.export_coverage import LEAST_SURE, holds
from benchmarks.set_coverage import TEAMS, SetTeam, believed, interval
from modeling.engine import believe_people
from modeling.error_range import mistakes_of
from modeling.set_truth import SetBeliefs, believe_sets

NOTHING = np.zeros((0, 2), dtype=np.int64)
N_ITEMS, N_PEOPLE = 40, 4


def answers(seed: int) -> np.ndarray:
    """Yes or no of three people about each of forty items, one in ten wrong: (n, 3) item, annotator, answer."""
    rng = np.random.default_rng(seed)
    item = np.repeat(np.arange(N_ITEMS), 3)
    person = np.concatenate([rng.permutation(N_PEOPLE)[:3] for _ in range(N_ITEMS)])
    said = (rng.random(N_ITEMS) < 0.4)[item] ^ (rng.random(len(item)) < 0.1)
    return np.column_stack([item, person, said]).astype(np.int64)


def sets_of(votes: np.ndarray, n_copies: int) -> SetBeliefs:
    """What is believed where so many classes are all named, or none."""
    named = np.repeat([[False], [True]], n_copies, axis=1)
    return believe_sets(votes, named, n_items=N_ITEMS, n_annotators=N_PEOPLE, gold=NOTHING, calibrate_on=NOTHING)


def test_one_class_is_a_question_of_yes_and_no() -> None:
    votes = answers(1)
    alone = believe_people(votes, n_items=N_ITEMS, n_annotators=N_PEOPLE, n_classes=2)
    found = sets_of(votes, 1)
    assert found.p_in[:, 0] == pytest.approx(alone.truth.posterior[:, 1])
    assert found.p_wrong == pytest.approx(alone.truth.p_wrong)
    assert found.right == pytest.approx(1 - alone.truth.p_wrong)
    assert found.random_log_odds == pytest.approx(alone.truth.random_log_odds)
    wrong = mistakes_of(alone.truth.posterior, alone, np.full(N_ITEMS, 3), np.zeros(N_ITEMS, dtype=np.bool_))
    assert np.array(found.mistakes) == pytest.approx(np.array(wrong))


def test_of_two_classes_mistakes_may_fall_together() -> None:
    """A class that is named wherever another one is: a set is wrong as often as one of them at best, and as often as
    either, as if they were independent, at worst."""
    votes = answers(2)
    one, two = sets_of(votes, 1), sets_of(votes, 2)
    assert two.mistakes.least == pytest.approx(one.mistakes.least)
    for name in ("expected", "most"):
        assert getattr(two.mistakes, name) == pytest.approx(1 - (1 - getattr(one.mistakes, name)) ** 2)
    assert two.probability == pytest.approx(one.probability**2)
    assert two.probability == pytest.approx(1 - two.mistakes.expected)
    assert two.p_wrong == pytest.approx(one.p_wrong)


def test_a_known_set_is_certain_and_a_class_that_nobody_named_is_in_none() -> None:
    votes = answers(3)
    named, known = np.array([[False, False], [True, False]]), np.array([[0, 1]])
    sizes = {"n_items": N_ITEMS, "n_annotators": N_PEOPLE}
    found = believe_sets(votes, named, gold=known, calibrate_on=known, **sizes)
    assert found.p_in[0].tolist() == [1, 0]
    assert found.mistakes.most[0] == pytest.approx(0)
    assert not found.p_in[:, 1].any()


def test_renaming_items_and_people_changes_nothing() -> None:
    votes, rng = answers(4), np.random.default_rng(0)
    items, people, rows = rng.permutation(N_ITEMS), rng.permutation(N_PEOPLE), rng.permutation(3 * N_ITEMS)
    renamed = np.column_stack([items[votes[:, 0]], people[votes[:, 1]], votes[:, 2]])[rows]
    one, other = sets_of(votes, 3), sets_of(renamed, 3)
    assert other.p_in[items] == pytest.approx(one.p_in, abs=1e-9)
    assert other.right == pytest.approx(one.right[rows], abs=1e-9)
    assert other.random_log_odds[people] == pytest.approx(one.random_log_odds, abs=1e-9)


@pytest.mark.parametrize("n_known", [0, 60])
@pytest.mark.parametrize(
    "team",
    [TEAMS[name] for name in ("five, slips 5 %, 3 answers", "five, a lapse, one class mostly", "two, slips 2 %")],
)
def test_the_interval_holds_what_is_right(team: SetTeam, n_known: int) -> None:
    held = []
    for seed in range(8):
        is_right, found = believed(team, n_known, np.random.default_rng(seed))
        for least in (0.0, 0.8):
            sure, worth = interval(found, least)
            if sure.sum() >= LEAST_SURE:
                held.append(holds(worth, float(is_right[sure].mean())))
    assert np.mean(held) >= 0.8

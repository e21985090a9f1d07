"""What may be in the votes: nothing to tell apart, contradictions, crowds of strangers, hundreds of classes, ties."""

import numpy as np
import pytest

from modeling import engine
from modeling.engine import Beliefs, believe_people, hear_model
from modeling.evaluation import surest_low
from modeling.model_voice import Voice
from tests.modeling.test_truth import check_sane, simulate


def believed(votes: np.ndarray, **sizes: int) -> Beliefs:
    found = believe_people(votes, **sizes)
    check_sane(found.truth)
    assert np.isfinite(found.dependence)
    return found


def test_all_votes_equal() -> None:
    votes = np.array([[i, w, 0] for i in range(50) for w in range(3)])
    found = believed(votes, n_items=50, n_annotators=3, n_classes=2).truth
    assert (found.posterior.argmax(axis=1) == 0).all()
    assert (found.p_wrong < 0.05).all()


@pytest.mark.parametrize("k", [2, 5, 20])
@pytest.mark.parametrize("n_people", [2, 3, 5])
def test_classes_that_nobody_names_take_nothing_from_what_all_agree_on(n_people: int, k: int) -> None:
    votes = np.array([[item, person, 0] for item in range(60) for person in range(n_people)])
    sizes = {"n_items": 60, "n_annotators": n_people, "n_classes": k}
    assert believe_people(votes, **sizes).truth.posterior[:, 0].min() > 0.95


@pytest.mark.parametrize("n", [2, 5, 24, 100])
def test_nobody_is_surer_than_so_many_answers_without_a_mistake(n: int) -> None:
    votes = np.array([[i, w, i % 2] for i in range(n) for w in range(2)])
    found = believed(votes, n_items=n, n_annotators=2, n_classes=2).truth
    assert (found.accuracy_low <= surest_low(n, level=0.9) + 1e-9).all()
    assert (found.accuracy > 0.9).all()


@pytest.mark.parametrize("k", [2, 5, 20])
def test_of_two_people_who_never_agree_nobody_is_said_to_guess(k: int) -> None:
    """One is nine times in ten right, the other always says the same: nothing but a known answer tells them apart."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, k, 150)
    right = np.where(rng.random(150) < 0.9, truth, (truth + 1) % k)
    votes = np.array([[i, w, (right[i], 0)[w]] for i in range(150) for w in range(2)])
    sizes = {"n_items": 150, "n_annotators": 2, "n_classes": k}
    assert (believed(votes, **sizes).truth.random_log_odds < np.log(10)).all()
    known = np.column_stack([np.arange(40), truth[:40]])
    honest, guesser = believe_people(votes, gold=known, **sizes).truth.random_log_odds
    assert honest < 0 < np.log(10) < guesser


def test_known_answers_that_everybody_contradicts_stay() -> None:
    votes = np.array([[i, w, i % 2] for i in range(40) for w in range(3)])
    gold = np.array([[i, 1 - i % 2] for i in range(4)])
    found = believe_people(votes, n_items=40, n_annotators=3, n_classes=2, gold=gold).truth
    check_sane(found)
    assert np.array_equal(found.posterior[:4], np.eye(2)[gold[:, 1]])
    assert (found.posterior[4:].argmax(axis=1) == np.arange(4, 40) % 2).all()
    assert (found.p_wrong[np.isin(votes[:, 0], gold[:, 0])] == 1).all()


def test_ten_thousand_people_with_one_vote_each() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 2000)
    item = np.repeat(np.arange(2000), 5)
    answers = np.where(rng.random(10_000) < 0.8, truth[item], rng.integers(0, 3, 10_000))
    votes = np.stack([item, rng.permutation(10_000), answers], axis=1)
    found = believed(votes, n_items=2000, n_annotators=10_000, n_classes=3).truth
    assert (found.posterior.argmax(axis=1) == truth).mean() > 0.93
    assert (found.accuracy_high - found.accuracy_low > 0.2).all()
    assert (found.random_log_odds < np.log(15)).all()  # and nobody is judged by one answer


def test_three_hundred_classes_and_people_who_share_a_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MOST_CELLS", 10 * 300**2)
    truth, votes = simulate([0.9] * 15, 600, 300, 3, np.random.default_rng(0))
    found = believed(votes, n_items=600, n_annotators=15, n_classes=300)
    assert (found.truth.posterior.argmax(axis=1) == truth).mean() > 0.9
    assert (len(found.truth.skills.counts), found.matrix.max()) == (10, 9)
    assert len(found.truth.accuracy) == 15


def test_ties_stay_ties_between_equals() -> None:
    votes = np.array([[0, 0, 0], [0, 1, 1]])
    found = believed(votes, n_items=1, n_annotators=2, n_classes=2).truth
    assert found.posterior[0] == pytest.approx([0.5, 0.5])


def test_one_class_and_no_votes() -> None:
    believed(np.array([[0, 0, 0], [0, 1, 0]]), n_items=2, n_annotators=2, n_classes=1)
    believed(np.zeros((0, 3), dtype=np.int64), n_items=0, n_annotators=0, n_classes=3)


def test_somebody_who_left_is_as_if_she_had_never_been() -> None:
    _, votes = simulate([0.9, 0.8, 0.7, 0.6], 80, 3, 3, np.random.default_rng(1))
    rest = votes[votes[:, 1] != 3]
    with_gap = believed(rest, n_items=80, n_annotators=4, n_classes=3).truth
    without = believed(rest, n_items=80, n_annotators=3, n_classes=3).truth
    assert np.allclose(with_gap.posterior, without.posterior, atol=1e-9)


def test_adding_and_deleting_votes_restores_everything() -> None:
    _, votes = simulate([0.9, 0.8, 0.7], 60, 3, 2, np.random.default_rng(1))
    before = believed(votes, n_items=60, n_annotators=3, n_classes=3).truth
    more = np.concatenate([votes, [[0, w, 2] for w in range(3) if not ((votes[:, 0] == 0) & (votes[:, 1] == w)).any()]])
    assert not np.allclose(believed(more, n_items=60, n_annotators=3, n_classes=3).truth.posterior, before.posterior)
    again = believed(more[: len(votes)], n_items=60, n_annotators=3, n_classes=3).truth
    assert np.array_equal(again.posterior, before.posterior)


def test_a_warm_start_ends_where_a_cold_one_does() -> None:
    _, votes = simulate([0.9, 0.8, 0.7, 0.6], 300, 3, 3, np.random.default_rng(2))
    cold = believed(votes, n_items=300, n_annotators=4, n_classes=3).truth
    warm = believe_people(votes, n_items=300, n_annotators=4, n_classes=3, start=cold.posterior).truth
    assert np.abs(warm.posterior - cold.posterior).max() < 1e-3


def test_the_model_speaks_about_labels_not_about_people_nor_what_measures_it() -> None:
    votes = np.array([[0, 0, 0], [1, 1, 0], [2, 0, 0]])
    people = believe_people(votes, n_items=3, n_annotators=2, n_classes=2)
    voice = Voice(np.tile([0.05, 0.95], (3, 1)), np.array([True, True, False]), 1.0)
    found = hear_model(people, voice, votes, gold=None, silent=np.array([False, True, False])).truth
    assert found.posterior[0, 1] > people.truth.posterior[0, 1]
    assert np.array_equal(found.posterior[1:], people.truth.posterior[1:])
    assert found.p_wrong[1] > people.truth.p_wrong[1]
    assert np.array_equal(found.accuracy, people.truth.accuracy)

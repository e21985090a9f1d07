import numpy as np
import pytest

from modeling.second_opinions import WELL_KNOWN, doubtful, expected_gain, two_step_gain, worth_asking
from modeling.truth import infer

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


def wanted(
    posterior: np.ndarray, n_votes: np.ndarray, n_judged: list[int], seed: int = 0
) -> tuple[list[int], list[float]]:
    items, gains = worth_asking(
        posterior, GOOD, n_votes, n_judged=np.array(n_judged), target=0.95, max_votes=3,
        rng=np.random.default_rng(seed),
    )  # fmt: skip
    return items.tolist(), gains.tolist()


def test_of_people_who_are_known_the_doubtful_are_asked_again():
    posterior = np.array([[0.9, 0.1], [0.6, 0.4], [0.99, 0.01], [0.5, 0.5]])
    items, gains = wanted(posterior, np.array([1, 1, 1, 3]), [WELL_KNOWN] * 3)
    assert items == [1, 0]
    assert gains == sorted(two_step_gain(posterior[:2], GOOD), reverse=True)


def test_of_people_who_are_not_known_any_lone_answer_is():
    """Were only doubtful ones asked again, what is known of people would come from these alone."""
    posterior = np.array([[0.99, 0.01]] * 90 + [[0.6, 0.4]] * 10)
    n_votes = np.array([0] + [1] * 98 + [3])
    firsts = {wanted(posterior, n_votes, [WELL_KNOWN - 1, WELL_KNOWN, WELL_KNOWN], seed)[0][0] for seed in range(40)}
    assert len(firsts & set(range(90))) > 20
    items, gains = wanted(posterior, n_votes, [0, 0])
    assert sorted(items) == list(range(1, 99))
    assert gains == sorted(gains, reverse=True)
    assert min(gains) > 0, "somebody will be asked, for it tells of people"
    assert wanted(posterior[-2:], np.array([2, 2]), [0, 0])[0] == [0, 1], "no answer is alone"


def test_of_two_people_nothing_tells_who_is_right_however_much_they_are_asked():
    posterior, n_votes = np.array([[0.99, 0.01]] * 9 + [[0.6, 0.4]]), np.ones(10, dtype=int)
    firsts = {wanted(posterior, n_votes, [10 * WELL_KNOWN] * 2, seed)[0][0] for seed in range(40)}
    assert len(firsts) > 5
    assert wanted(posterior, n_votes, [10 * WELL_KNOWN] * 3)[0] == [9]


def test_where_every_item_gets_several_answers_anyway_the_doubtful_are_asked_from_the_start():
    """A lone answer is not alone for long there, and no second opinion is asked while the item has open slots."""
    posterior, n_votes = np.array([[0.99, 0.01], [0.6, 0.4]]), np.array([1, 2])
    items, _ = worth_asking(
        posterior, GOOD, n_votes, n_judged=np.zeros(2), target=0.95, max_votes=3,
        rng=np.random.default_rng(0), has_lone=False,
    )  # fmt: skip
    assert items.tolist() == [1]


@pytest.mark.parametrize(("n_classes", "right"), [(2, 0.9), (4, 0.5), (12, 0.8)])
def test_the_best_of_many_are_those_that_gain_most_of_all(n_classes: int, right: float):
    rng = np.random.default_rng(n_classes)
    posterior = np.tile(rng.dirichlet(np.ones(n_classes), size=1500).round(2) + 1e-9, (2, 1))
    posterior /= posterior.sum(axis=1, keepdims=True)
    confusion = np.full((n_classes, n_classes), (1 - right) / (n_classes - 1))
    np.fill_diagonal(confusion, right)
    items, gains = worth_asking(
        posterior,
        confusion,
        np.ones(3000, dtype=int),
        n_judged=np.full(3, WELL_KNOWN),
        target=1.0,
        max_votes=2,
        rng=rng,
    )
    every = two_step_gain(posterior, confusion)
    assert items.tolist() == np.argsort(-every, kind="stable")[:500].tolist()
    assert gains.tolist() == every[items].tolist()


def test_five_hundred_are_named_at_most():
    posterior, n_votes = np.tile([0.6, 0.4], (700, 1)), np.ones(700, dtype=int)
    assert {len(wanted(posterior, n_votes, [judged])[0]) for judged in (0, WELL_KNOWN)} == {500}


def test_of_a_crowd_with_few_answers_each_enough_is_known():
    posterior, n_votes = np.array([[0.6, 0.4], [0.99, 0.01]]), np.ones(2, dtype=int)
    assert wanted(posterior, n_votes, [2] * 100)[0] == [0]
    assert len(wanted(posterior, n_votes, [1] * 100)[0]) == 2


def believed_after(n_judged: int) -> float:
    """How right six people of 0.9 seem after sixty second opinions on three hundred lone answers, one class of 15 %."""
    rng = np.random.default_rng(3)
    true, person = (rng.random(300) < 0.15).astype(int), rng.integers(0, 6, 300)

    def answers(items: np.ndarray, people: np.ndarray) -> np.ndarray:
        is_right = rng.random(len(items)) < 0.9
        return np.column_stack([items, people, np.where(is_right, true[items], 1 - true[items])])

    votes = answers(np.arange(300), person)
    for _ in range(12):
        truth = infer(votes, n_items=300, n_annotators=6, n_classes=2)
        items, _ = worth_asking(
            truth.posterior, truth.skills.confusion.mean(axis=0), np.bincount(votes[:, 0]),
            n_judged=np.full(6, n_judged), target=0.95, max_votes=2, rng=rng,
        )  # fmt: skip
        again = items[:5]
        votes = np.vstack([votes, answers(again, (person[again] + rng.integers(1, 6, len(again))) % 6)])
    return float(infer(votes, n_items=300, n_annotators=6, n_classes=2).accuracy.mean())


def test_people_are_known_for_what_they_are_by_what_is_drawn() -> None:
    assert believed_after(0) > 0.85
    assert believed_after(WELL_KNOWN) < 0.5, "as it was when the doubtful ones were asked from the start"

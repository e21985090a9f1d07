"""Two people who agree are less than two witnesses; known answers say by how much."""

import numpy as np
import pytest

from modeling.calibration import (
    UNKNOWN_DEPENDENCES,
    USUAL_DEPENDENCE,
    discounted,
    fitted_dependence,
    plausible_dependences,
)
from modeling.truth import infer


def crowd(n_classes: int, *, hard_share: float, n_items: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    """Three of twenty people an item, right in 85 %; on hard items all of them fall for the same wrong class."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, n_classes, n_items)
    people = np.stack([rng.permutation(20)[:3] for _ in range(n_items)])
    shift = rng.integers(1, n_classes, people.shape) * (rng.random(people.shape) > 0.85)
    hard = rng.random(n_items) < hard_share
    shift[hard] = 1
    items = np.repeat(np.arange(n_items), 3)
    return np.stack([items, people.ravel(), ((truth[:, None] + shift) % n_classes).ravel()], 1), truth


@pytest.mark.parametrize(("hard_share", "is_dependent"), [(0.0, False), (0.15, True)])
def test_known_items_tell_how_dependent_votes_are(hard_share, is_dependent):
    votes, truth = crowd(3, hard_share=hard_share)
    posterior = infer(votes, n_items=2000, n_annotators=20, n_classes=3).unfixed
    n_votes = np.full(2000, 3)
    gold = np.stack([np.arange(200), truth[:200]], axis=1)
    dependence = fitted_dependence(posterior, n_votes, gold)
    assert (dependence > USUAL_DEPENDENCE) == is_dependent
    rest = np.arange(200, 2000)
    claimed, raw = (p[rest].max(axis=1).mean() for p in (discounted(posterior, n_votes, dependence), posterior))
    right = (posterior[rest].argmax(axis=1) == truth[rest]).mean()
    assert claimed == pytest.approx(right, abs=0.06)
    assert not is_dependent or abs(claimed - right) < abs(raw - right)


@pytest.mark.parametrize("n_classes", [10, 30, 100])
def test_many_classes_and_two_votes_are_not_too_sure(n_classes):
    """Mistakes of one person fill a row of her matrix with one count: it must not speak for itself."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, n_classes, 1000)
    people = np.stack([rng.permutation(20)[:2] for _ in range(1000)])
    shift = rng.integers(1, n_classes, people.shape) * (rng.random(people.shape) > 0.85)
    answers = ((truth[:, None] + shift) % n_classes).ravel()
    votes = np.stack([np.repeat(np.arange(1000), 2), people.ravel(), answers], axis=1)
    posterior = infer(votes, n_items=1000, n_annotators=20, n_classes=n_classes).posterior
    claimed = discounted(posterior, np.full(1000, 2), USUAL_DEPENDENCE).max(axis=1).mean()
    assert claimed == pytest.approx((posterior.argmax(axis=1) == truth).mean(), abs=0.08)


def test_too_few_known_items_say_nothing():
    posterior, n_votes = np.full((40, 2), 0.5), np.full(40, 2)
    gold = np.stack([np.arange(29), np.zeros(29, int)], axis=1)
    assert fitted_dependence(posterior, n_votes, None) == USUAL_DEPENDENCE
    assert fitted_dependence(posterior, n_votes, gold) == USUAL_DEPENDENCE
    assert fitted_dependence(posterior, np.ones(40, int), gold) == USUAL_DEPENDENCE


@pytest.mark.parametrize("hard_share", [0.0, 0.15])
def test_more_known_items_leave_fewer_dependences_plausible(hard_share):
    votes, truth = crowd(3, hard_share=hard_share)
    posterior, n_votes = infer(votes, n_items=2000, n_annotators=20, n_classes=3).unfixed, np.full(2000, 3)
    gold = np.stack([np.arange(2000), truth], axis=1)
    assert plausible_dependences(posterior, n_votes, gold[:29]) == UNKNOWN_DEPENDENCES
    widths = []
    for n_known in (30, 200, 2000):
        low, high = plausible_dependences(posterior, n_votes, gold[:n_known])
        assert low <= fitted_dependence(posterior, n_votes, gold[:n_known]) <= high
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < widths[0]


def test_the_discount_by_hand():
    """Odds of 100 from two votes at dependence 1 are those of one: its square root, 10."""
    posterior = np.array([[100 / 101, 1 / 101], [100 / 101, 1 / 101], [1.0, 0.0]])
    flat = discounted(posterior, np.array([2, 1, 3]), 1.0)
    assert flat[0].tolist() == pytest.approx([10 / 11, 1 / 11])
    assert flat[1].tolist() == posterior[1].tolist()
    assert flat.sum(axis=1) == pytest.approx(1)
    assert discounted(posterior, np.array([2, 1, 3]), 0.0) == pytest.approx(posterior)

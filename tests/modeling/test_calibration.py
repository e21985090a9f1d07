"""A posterior that is surer than held-back votes allow is flattened, and one that is not is left alone."""

import numpy as np
import pytest

from modeling.calibration import flatten, held_back_temperature
from modeling.truth import infer


def crowd(n_classes: int, *, n_items: int = 2000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three of twenty people an item, right in 85 %, their mistakes spread evenly over the other classes."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, n_classes, n_items)
    people = np.stack([rng.permutation(20)[:3] for _ in range(n_items)])
    shift = rng.integers(1, n_classes, people.shape) * (rng.random(people.shape) > 0.85)
    votes = np.stack(
        [np.repeat(np.arange(n_items), 3), people.ravel(), ((truth[:, None] + shift) % n_classes).ravel()], 1
    )
    return votes, truth


@pytest.mark.parametrize(("n_classes", "is_too_sure"), [(2, False), (10, True), (30, True)])
def test_claimed_accuracy_comes_near_the_real_one(n_classes, is_too_sure):
    votes, truth = crowd(n_classes)
    size = {"n_items": len(truth), "n_annotators": 20, "n_classes": n_classes}
    temperature = held_back_temperature(votes, **size, gold=None, rng=np.random.default_rng(1))
    assert (temperature > 1) == is_too_sure
    posterior = infer(votes, **size).posterior
    right = float((posterior.argmax(axis=1) == truth).mean())
    before, after = (float(p.max(axis=1).mean()) for p in (posterior, flatten(posterior, temperature)))
    assert abs(after - right) <= abs(before - right)
    assert after == pytest.approx(right, abs=0.03)


def test_too_few_or_single_votes_say_nothing():
    for n_items, people in ((20, 2), (200, 1)):
        votes = np.array([[i, w, 0] for i in range(n_items) for w in range(people)])
        size = {"n_items": n_items, "n_annotators": people, "n_classes": 2}
        assert held_back_temperature(votes, **size, gold=None, rng=np.random.default_rng(0)) == 1.0


def test_flattening_keeps_order_and_sum():
    posterior = np.array([[0.9, 0.09, 0.01], [1.0, 0.0, 0.0]])
    flat = flatten(posterior, 2.0)
    assert flat.sum(axis=1) == pytest.approx(1)
    assert (flat.argsort(axis=1) == posterior.argsort(axis=1)).all()
    assert flat[0, 0] / flat[0, 1] == pytest.approx(np.sqrt(10))

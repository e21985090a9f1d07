"""Classifiers by name: any estimator of scikit-learn's manner becomes a model that predicts as ours does."""

from functools import partial
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier

from modeling.recipes import CannotFit, Examples, Recipe, fit_recipe

RECIPE = Recipe("some.Name", {"C": 1}, 7)


class Broken:
    """Somebody's own, which raises what it likes."""

    def fit(self, X: Any, y: Any) -> None:
        raise RuntimeError("out of luck")


def examples(n: int = 60, n_known: int = 2) -> Examples:
    rng = np.random.default_rng(0)
    y = np.arange(n) % n_known
    X = (np.eye(5)[y] + 0.3 * rng.normal(size=(n, 5))).astype(np.float32)
    return Examples.of(X, np.eye(3, dtype=np.float32)[y], np.ones(n, dtype=np.float32))


@pytest.mark.parametrize("make", [LogisticRegression, KNeighborsClassifier, partial(RandomForestClassifier, 10)])
def test_probabilities_cover_all_classes_and_the_dump_makes_it_again(make: Any) -> None:
    given = examples()
    seeded = partial(make, random_state=1) if make is not KNeighborsClassifier else make
    model = fit_recipe(RECIPE, seeded, given, 3)
    p = model.predict_proba(given.X)
    assert p.shape == (60, 3)
    assert np.allclose(p.sum(axis=1), 1, atol=1e-5)
    assert (p > 0).all()
    assert (p.argmax(axis=1) == given.classes).mean() > 0.9
    assert model.predict_proba(given.X[:0]).shape == (0, 3)
    dumped = model.dump()
    again = fit_recipe(RECIPE, seeded, Examples(dumped["X"], dumped["y"], dumped["weights"]), 3)
    assert np.array_equal(again.predict_proba(given.X), p)
    assert model.facts["params"] == {"C": 1}


def test_examples_are_the_likeliest_classes_by_their_weight() -> None:
    targets = np.array([[0.75, 0.25], [0.5, 0.5], [0, 1]], dtype=np.float32)
    given = Examples.of(np.eye(3, dtype=np.float32), targets, np.array([1, 0, 0.5], dtype=np.float32))
    assert given.classes.tolist() == [0, 1]
    assert given.weights.tolist() == [0.75, 0.5]
    assert given.X.tolist() == [[1, 0, 0], [0, 0, 1]]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (partial(LogisticRegression, C=-1.0), "C"),
        (partial(LogisticRegression, nonsense=1), "nonsense"),
        (RidgeClassifier, "predict_proba"),
        (dict, "fit"),
        (Broken, "out of luck"),
    ],
)
def test_what_cannot_be_fitted_says_why(make: Any, said: str) -> None:
    with pytest.raises(CannotFit, match=said):
        fit_recipe(RECIPE, make, examples(), 3)


def test_one_class_is_nothing_to_tell_apart() -> None:
    with pytest.raises(CannotFit, match="two classes"):
        fit_recipe(RECIPE, LogisticRegression, examples(n_known=1), 3)

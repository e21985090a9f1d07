"""Classifiers that cannot be stored as weights: a recipe is their name, settings and labels, and is fitted anew."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from modeling.linear import softmax

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

# No class is ever ruled out: a model must stay able to say where it is unsure.
LEAST_PROBABILITY = 1e-4


class Estimator(Protocol):
    """A classifier in the manner of scikit-learn."""

    classes_: npt.NDArray[Any]

    def fit(self, X: Floats, y: Ints, **weights: Floats) -> Any: ...

    def predict_proba(self, X: Floats) -> npt.NDArray[np.floating]: ...


@dataclass(frozen=True, slots=True)
class Recipe:
    """An estimator by name, its settings as JSON can say them, and the seed of its randomness."""

    name: str
    params: Mapping[str, Any]
    seed: int


class CannotFit(Exception):
    """The classifier refuses its settings or these labels; says what it said."""


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """What a recipe learns from: X (n, d), the likeliest class of each row (n,), and its weight (n,)."""

    X: Floats
    classes: Ints
    weights: Floats

    @classmethod
    def of(cls, X: Floats, targets: Floats, weights: Floats) -> "Examples":
        """The likeliest class, weighted by how likely it is; rows of no weight are left out."""
        certainty = (targets.max(axis=1, initial=0) * weights).astype(np.float32)
        counts = certainty > 0
        return cls(X[counts], targets.argmax(axis=1)[counts].astype(np.int64), certainty[counts])


@dataclass(frozen=True, slots=True, eq=False)
class RecipeModel:
    """A fitted estimator with the examples that it was fitted to; predicts as a linear model does."""

    recipe: Recipe
    estimator: Estimator
    examples: Examples
    n_classes: int
    head: str = "softmax"

    def predict_proba(self, X: Floats) -> Floats:
        """Probabilities (n, n_classes), rows summing to one; classes that have no label yet get the least."""
        return softmax(self.logits(X))

    def logits(self, X: Floats) -> Floats:
        """Log probabilities (n, n_classes)."""
        found = np.zeros((len(X), self.n_classes), dtype=np.float32)
        if len(X):
            found[:, self.estimator.classes_.astype(np.int64)] = self.estimator.predict_proba(X)
        return np.asarray(np.log(np.maximum(found, LEAST_PROBABILITY)), dtype=np.float32)

    def dump(self) -> dict[str, npt.NDArray[Any]]:
        """The examples, from which `fit_recipe` makes the same model again."""
        return {"X": self.examples.X, "y": self.examples.classes, "weights": self.examples.weights}

    @property
    def facts(self) -> dict[str, Any]:
        """What JSON has to keep beside them."""
        return {
            "name": "recipe",
            "format": 1,
            "estimator": self.recipe.name,
            "params": dict(self.recipe.params),
            "seed": self.recipe.seed,
        }


def fit_recipe(recipe: Recipe, make: Callable[[], Estimator], examples: Examples, n_classes: int) -> RecipeModel:
    """The fitted model. Weights are passed on where the estimator takes them.

    Raises CannotFit when the estimator refuses its settings or the examples, or predicts no probabilities; with fewer
    than two classes among the labels there is nothing to tell apart, and that is refused too.
    """
    if len(np.unique(examples.classes)) < 2:
        raise CannotFit("labels of two classes are needed")
    try:
        estimator = make()
        takes_weights = "sample_weight" in signature(estimator.fit).parameters
        weights = {"sample_weight": examples.weights} if takes_weights else {}
        estimator.fit(examples.X, examples.classes, **weights)
        shape = np.shape(estimator.predict_proba(examples.X[:1]))
    except Exception as error:  # an operator's own class may raise whatever it likes
        raise CannotFit(f"{type(error).__name__}: {error}") from error
    if shape != (1, len(estimator.classes_)):
        raise CannotFit(f"predict_proba gave {shape} for one row and {len(estimator.classes_)} classes")
    return RecipeModel(recipe, estimator, examples, n_classes)

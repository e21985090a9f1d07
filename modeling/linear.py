"""Linear models, ready to predict. For web processes: NumPy only (`linear_fit` does the fitting).

One matrix of weights under one of four heads: `softmax` (one class of several), `sigmoid` (any number of classes, each
for itself), `ordinal` (one class of several in a row), `preference` (softmax over two, without intercept).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
F = TypeVar("F", bound=np.floating)

HEADS = ("softmax", "sigmoid", "ordinal", "preference")
LEAST_PROBABILITY = 1e-7


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weights `coef` (n_features, n_classes) and `intercept` (n_classes,), float32.

    An ordinal model has one direction, `coef` (n_features, 1), and thresholds that rise, `intercept` (n_classes - 1,):
    P(class ≤ k) = sigmoid(threshold k - x·coef) (McCullagh 1980, DOI 10.1111/j.2517-6161.1980.tb01109.x). Swapping
    the two sides of a preference turns the sign of its vector, and so swaps its probabilities.
    """

    coef: Floats
    intercept: Floats
    head: str = "softmax"

    @property
    def n_classes(self) -> int:
        """The number of classes it tells apart."""
        return len(self.intercept) + (self.head == "ordinal")

    def logits(self, X: Floats) -> Floats:
        """Unnormalised log probabilities (n, n_classes); log odds of each class under the head `sigmoid`."""
        logits = np.asarray(X @ self.coef, dtype=np.float32)
        if self.head == "ordinal":
            likely = np.maximum(between(self.intercept - logits), LEAST_PROBABILITY)
            return np.asarray(np.log(likely), dtype=np.float32)
        return np.asarray(logits + self.intercept, dtype=np.float32)

    def predict_proba(self, X: Floats) -> Floats:
        """Probabilities (n, n_classes); rows sum to one except under the head `sigmoid`."""
        return probabilities_of(self.logits(X), self.head)

    def dump(self) -> dict[str, npt.NDArray[Any]]:
        """Numeric arrays, from which `load` makes the same model, given its head."""
        return {"coef": self.coef, "intercept": self.intercept}

    @classmethod
    def load(cls, arrays: Mapping[str, npt.NDArray[Any]], head: str = "softmax") -> Self:
        """The model that was dumped. Raises ValueError for a head that does not exist."""
        if head not in HEADS:
            raise ValueError(f"there is no head {head!r}")
        coef, intercept = (np.asarray(arrays[name], dtype=np.float32) for name in ("coef", "intercept"))
        return cls(coef, intercept, head)


def probabilities_of(logits: Floats, head: str) -> Floats:
    """Logits as `LinearModel.logits` gives them → probabilities (n, n_classes)."""
    return sigmoid(logits) if head == "sigmoid" else softmax(logits)


def softmax(logits: Floats) -> Floats:
    """Row-wise softmax, computed from differences to the largest so that nothing overflows."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


def sigmoid(logits: npt.NDArray[F]) -> npt.NDArray[F]:
    """1 / (1 + exp(-logits)), without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * logits)), dtype=logits.dtype)


def between(edges: npt.NDArray[F]) -> npt.NDArray[F]:
    """Log odds of lying below each of n_classes - 1 rising edges → probability of each class (n, n_classes)."""
    below = np.pad(sigmoid(edges), ((0, 0), (1, 1)), constant_values=((0, 0), (0, 1)))
    return np.diff(below, axis=1)

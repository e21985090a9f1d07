"""Multinomial logistic regression, ready to predict. For web processes: NumPy only (`linear_fit` does the fitting)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weights `coef` (n_features, n_classes) and `intercept` (n_classes,), float32."""

    coef: Floats
    intercept: Floats

    @property
    def n_classes(self) -> int:
        """The number of classes it tells apart."""
        return len(self.intercept)

    def logits(self, X: Floats) -> Floats:
        """Unnormalised log probabilities (n, n_classes)."""
        return np.asarray(X @ self.coef + self.intercept, dtype=np.float32)

    def predict_proba(self, X: Floats) -> Floats:
        """Probabilities (n, n_classes), rows summing to one."""
        return softmax(self.logits(X))

    def dump(self) -> dict[str, npt.NDArray[Any]]:
        """Numeric arrays, from which `load` makes the same model."""
        return {"coef": self.coef, "intercept": self.intercept}

    @classmethod
    def load(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """The model that was dumped."""
        return cls(np.asarray(arrays["coef"], dtype=np.float32), np.asarray(arrays["intercept"], dtype=np.float32))


def softmax(logits: Floats) -> Floats:
    """Row-wise softmax, computed from differences to the largest so that nothing overflows."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)

"""What a model says of the classes that it knew, read as those of today: renamed, merged, gone and new ones."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
F = TypeVar("F", bound=np.floating)

LEAST_TOTAL = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Folding:
    """`places` (n_known,) says which of `n_classes` each class that a model knew is today, -1 where it is gone."""

    places: Ints
    n_classes: int

    @property
    def changes(self) -> bool:
        """Whether anything is another class than it was, is gone or is new."""
        return not np.array_equal(self.places, np.arange(self.n_classes))

    def added(self, rows: npt.NDArray[F]) -> npt.NDArray[F]:
        """Columns (n, n_known) of what became one are added, of what is gone dropped, of what is new zero."""
        found = np.zeros((len(rows), self.n_classes), dtype=rows.dtype)
        for known, place in enumerate(self.places):
            if place >= 0:
                found[:, place] += rows[:, known]
        return found

    def probabilities(self, rows: Floats, head: str) -> Floats:
        """Probabilities (n, n_known) as such of today; rows still sum to one, except under the head `sigmoid`.

        There, of several that became one, it is enough that one is right, as if they were independent.
        """
        if head == "sigmoid":
            return np.asarray(0 - np.expm1(self.added(np.log1p(-np.minimum(rows, 1 - 1e-7)))), dtype=np.float32)
        found = self.added(rows)
        total = found.sum(axis=1, keepdims=True)
        even = np.float32(1 / self.n_classes)
        return np.asarray(np.where(total > LEAST_TOTAL, found / np.maximum(total, LEAST_TOTAL), even), dtype=np.float32)

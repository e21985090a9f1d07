"""The rows of a pool that may be asked, and the model that speaks of them: what every strategy chooses from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from modeling.acquisition import margin
from modeling.folding import Folding
from modeling.linear import LinearModel
from modeling.scan import Key, best_rows, class_key, gap_key
from modeling.strategies.base import Floats, Ints, Matrix, Predicts


class Vectors(Protocol):
    """The vectors of all items, by row: too many to hold in memory at once."""

    @property
    def n_items(self) -> int: ...

    def blocks(self) -> Iterable[Floats]: ...

    def vectors(self, rows: Ints) -> Floats: ...


@dataclass(frozen=True, slots=True, eq=False)
class FoldedModel:
    """A model of other classes that speaks of those of today."""

    model: Predicts
    folding: Folding
    head: str

    def predict_proba(self, X: Matrix) -> Floats:
        """Probabilities (n, n_classes) of the classes of today."""
        return self.folding.probabilities(self.model.predict_proba(X), self.head)


@dataclass(frozen=True, eq=False)
class OpenRows:
    """Open rows (n_open,), rising, of `vectors`. Every random choice comes from `rng`."""

    vectors: Vectors
    model: Predicts
    rows: Ints
    rng: np.random.Generator

    def predict(self, rows: Ints) -> Floats:
        """Probabilities of these rows (n, n_classes)."""
        return self.model.predict_proba(self.vectors.vectors(rows))

    def sample(self, n: int) -> Ints:
        """A uniform sample of open rows, all of them when there are no more."""
        return self.rows if n >= len(self.rows) else self.rng.choice(self.rows, n, replace=False, shuffle=False)

    def doubt(self) -> Key:
        """Scores for `best`: uncertainty."""
        if isinstance(self.model, LinearModel) and self.model.head == "softmax":
            return gap_key(self.model)
        return lambda block: [self.uncertainty(self.model.predict_proba(block))]

    def likeliness(self, classes: Sequence[int]) -> Key:
        """Scores for `best`: the likeliness of each of these classes."""
        if isinstance(self.model, LinearModel) and self.model.head == "softmax":
            return class_key(self.model, classes)
        return lambda block: list(self.model.predict_proba(block)[:, classes].T)

    def uncertainty(self, probabilities: Floats) -> Floats:
        """Margin; of the least sure class where every class is a question of its own."""
        if isinstance(self.model, LinearModel | FoldedModel) and self.model.head == "sigmoid":
            return np.asarray(1 - np.abs(2 * probabilities - 1).min(axis=1), dtype=np.float32)
        return margin(probabilities)

    def best(self, key: Key, n_best: Sequence[int]) -> list[Ints]:
        """The best open rows by each score of the key, in one pass over all vectors."""
        is_open = np.zeros(self.vectors.n_items, dtype=np.bool_)
        is_open[self.rows] = True
        return best_rows(self.vectors.blocks(), is_open, key, n_best, self.rng)

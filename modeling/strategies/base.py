"""What a strategy is given, and what it gives back: one signature for all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from modeling.later import sparse

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Matrix: TypeAlias = Any  # a dense array or a SciPy sparse matrix of shape (rows, d); SciPy ships no types


class Predicts(Protocol):
    """A fitted classifier."""

    def predict_proba(self, X: Matrix) -> Floats: ...


Fit = Callable[[Matrix, Floats, Floats], Predicts]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """The rows that may be asked for, and what is known when choosing among them. Matrices are dense or sparse.

    `probabilities` (n, n_classes) are the model's for `X` (n, d). It learned `targets` (m, n_classes), with `weights`
    (m,) and penalty `l2`, from the rows `labeled` (m, d) and says `labeled_probabilities` of them now. `reference`
    (r, d) is a uniform sample of the unlabelled pool, with its probabilities: what the labels are for. `fit` makes
    another model of the same sort from rows, targets and weights.
    """

    X: Matrix
    probabilities: Floats
    labeled: Matrix
    labeled_probabilities: Floats
    targets: Floats
    weights: Floats
    reference: Matrix
    reference_probabilities: Floats
    l2: float
    fit: Fit

    def __post_init__(self) -> None:
        """Raises ValueError when the shapes do not fit together."""
        pairs = {
            "X and probabilities": (self.X.shape[0], len(self.probabilities)),
            "labeled and targets": (self.labeled.shape[0], len(self.targets)),
            "labeled and its probabilities": (self.labeled.shape[0], len(self.labeled_probabilities)),
            "labeled and weights": (self.labeled.shape[0], len(self.weights)),
            "reference and its probabilities": (self.reference.shape[0], len(self.reference_probabilities)),
            "classes": (self.probabilities.shape[1], self.targets.shape[1]),
        }
        for name, (one, other) in pairs.items():
            if one != other:
                raise ValueError(f"{name} do not match: {one} and {other}")

    @property
    def n(self) -> int:
        """How many rows may be asked for."""
        return int(self.X.shape[0])


class Ranked(NamedTuple):
    """Places among the candidates, the one to ask first first, and their scores; two arrays of one length."""

    places: Ints
    scores: Floats


Score = Callable[[Candidates, np.random.Generator], Floats]
Batch = Callable[[Candidates, int, np.random.Generator], Ranked]


class Looks(Enum):
    """Which rows of a large pool a strategy is shown."""

    ALL = "all of them: the score needs nothing but their probabilities"
    UNCERTAIN = "the most uncertain ones by margin"
    SAMPLE = "a uniform sample"


@dataclass(frozen=True, slots=True)
class Strategy:
    """`score` gives every candidate a number, higher meaning more worth labelling, whatever the others are.

    `batch` is there when a good batch is not the top of that list. `is_multilabel` says that the probabilities are
    one yes-or-no question a class, not one distribution.
    """

    score: Score
    batch: Batch | None = None
    looks: Looks = Looks.SAMPLE
    is_multilabel: bool = False


def products(A: Matrix, B: Matrix) -> Floats:
    """Inner products of all rows of A with all rows of B, dense (n_A, n_B)."""
    found = A @ B.T
    return np.asarray(found.toarray() if sparse.issparse(found) else found, dtype=np.float32)


def squares(A: Matrix) -> Floats:
    """Squared lengths of the rows (n,)."""
    found = A.multiply(A).sum(axis=1) if sparse.issparse(A) else np.einsum("nd,nd->n", A, A)
    return np.asarray(found, dtype=np.float32).ravel()


def distances(A: Matrix, B: Matrix) -> Floats:
    """Squared Euclidean distances (n_A, n_B), never negative."""
    return np.asarray(np.maximum(squares(A)[:, None] + squares(B) - 2 * products(A, B), 0), dtype=np.float32)


def one_row(A: Matrix, place: int) -> Matrix:
    """The row as a matrix (1, d)."""
    return A[place : place + 1]

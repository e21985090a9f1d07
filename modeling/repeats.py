"""Rows that say the same: nobody is asked two of them while there is anything else."""

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Two rows whose cosine is above this say the same.
SAME = 0.95


class Said:
    """Vectors that were chosen, and those `pending` (m, d), with room for `n_more`."""

    def __init__(self, pending: Floats, n_more: int) -> None:
        room = np.zeros((n_more, pending.shape[1]), dtype=np.float32)
        self._rows, self._n = np.concatenate([_of_unit_length(pending), room]), len(pending)

    def holds(self, row: Floats) -> bool:
        """Whether one of them says the same as this row (d,)."""
        return bool((self._rows[: self._n] @ row > SAME * math.sqrt(row @ row)).any())

    def add(self, row: Floats) -> None:
        """This row (d,) is one of them now."""
        self._rows[self._n] = row / max(math.sqrt(row @ row), 1e-12)
        self._n += 1


def repeats_last(X: Floats, pending: Floats, exempt: Bools | None = None) -> Ints:
    """Places of the rows in their order, those last that say the same as a pending row or as one before them.

    `exempt` rows (n,) stay where they are, and nothing waits for them.
    """
    rows = _of_unit_length(np.concatenate([pending, X]))
    if exempt is not None:
        rows[len(pending) :][exempt] = 0
    is_same: Bools = rows @ rows.T > SAME
    if np.count_nonzero(is_same) == np.count_nonzero(is_same.diagonal()):
        return np.arange(len(X))
    is_same = np.tril(is_same, -1)
    kept = np.full(len(rows), True)
    kept[len(pending) :] = ~is_same[len(pending) :].any(axis=1)
    for place in np.flatnonzero(~kept):
        kept[place] = not (is_same[place] & kept).any()
    return np.argsort(~kept[len(pending) :], kind="stable")


def n_alike(X: Floats) -> Ints:
    """How many rows say the same as each row (n,), itself included."""
    rows = _of_unit_length(X)
    return np.asarray(np.count_nonzero(rows @ rows.T > SAME, axis=1), dtype=np.int64)


def _of_unit_length(rows: Floats) -> Floats:
    """The rows (n, d) with length one; those of zeros stay as they are."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), dtype=np.float32)

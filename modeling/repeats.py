"""Rows that say the same: nobody is asked two of them while there is anything else."""

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Two rows whose cosine is above this say the same.
SAME = 0.95
# Up to so many rows are compared with each other at once, to find those that nothing else says the same as.
MANY = 1_000


class Said:
    """Rows that were chosen out of those `listed` of X (n, d), beside vectors `pending` (m, d)."""

    def __init__(self, X: Floats, listed: Ints, pending: Floats) -> None:
        self._X, self._unsure = X, _may_repeat(X, np.unique(listed), pending)
        self._chosen = np.zeros((len(pending) + len(self._unsure), X.shape[1]), dtype=np.float32)
        self._chosen[: len(pending)], self._n = _of_unit_length(pending), len(pending)

    def adds(self, row: int) -> bool:
        """Whether none of them says the same as this row, which then is one of them."""
        if row not in self._unsure:
            return True
        vector = self._X[row]
        unit = vector / max(math.sqrt(vector.dot(vector)), 1e-12)
        if np.count_nonzero(self._chosen[: self._n].dot(unit) > SAME):
            return False
        self._chosen[self._n] = unit
        self._n += 1
        return True


def _may_repeat(X: Floats, listed: Ints, pending: Floats) -> set[int]:
    """Those of the listed rows that may say the same as another or as a pending vector; all if too many to compare."""
    if len(listed) > MANY:
        return set(listed.tolist())
    places, _ = _alike(_of_unit_length(np.concatenate([pending, X[listed]])))
    return set(listed[places[places >= len(pending)] - len(pending)].tolist())


def repeats_last(X: Floats, pending: Floats, exempt: Bools | None = None) -> Ints:
    """Places of the rows in their order, those last that say the same as a pending row or as one before them.

    `exempt` rows (n,) stay where they are, and nothing waits for them.
    """
    rows = _of_unit_length(np.concatenate([pending, X]))
    if exempt is not None:
        rows[len(pending) :][exempt] = 0
    kept = np.full(len(rows), True)
    places, is_same = _alike(rows)
    for place, before in zip(places, np.tril(is_same, -1), strict=True):
        kept[place] = place < len(pending) or not kept[places[before]].any()
    return np.argsort(~kept[len(pending) :], kind="stable")


def n_alike(X: Floats) -> Ints:
    """How many rows say the same as each row (n,), itself included."""
    rows = _of_unit_length(X)
    n = np.asarray(rows.any(axis=1), dtype=np.int64)
    places, is_same = _alike(rows)
    n[places] = np.count_nonzero(is_same, axis=1)
    return n


def _alike(rows: Floats) -> tuple[Ints, Bools]:
    """Places (k,) of the unit rows (n, d) that may say the same as another one, and which of them do (k, k).

    Most rows are ruled out by a quarter of their numbers: x·y is at most what those give, and the product of the
    lengths of the rest (Cauchy-Schwarz).
    """
    first, rest = np.split(rows, [rows.shape[1] // 4], axis=1)
    short = np.column_stack([first, _lengths(rest)])
    may_be_same: Bools = short @ short.T > SAME
    np.fill_diagonal(may_be_same, False)
    places = np.flatnonzero(may_be_same.any(axis=1))
    return places, rows[places] @ rows[places].T > SAME


def _of_unit_length(rows: Floats) -> Floats:
    """The rows (n, d) with length one; those of zeros stay as they are."""
    return np.asarray(rows / np.maximum(_lengths(rows), 1e-12)[:, None], dtype=np.float32)


def _lengths(rows: Floats) -> Floats:
    return np.asarray(np.sqrt(np.einsum("nd,nd->n", rows, rows)), dtype=np.float32)

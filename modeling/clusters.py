"""k-means in plain NumPy, small enough to run between two annotations."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


def k_means(X: Floats, n_clusters: int, *, rng: np.random.Generator, n_rounds: int = 6) -> tuple[Ints, Floats]:
    """The cluster of every row (n,), and every row's squared distance to its centre (n,).

    Starts by k-means++ (Arthur and Vassilvitskii 2007) and runs a fixed number of Lloyd rounds; clusters may end empty.
    Raises ValueError without rows or without clusters.
    """
    if not len(X) or n_clusters < 1:
        raise ValueError("k-means needs at least one row and one cluster")
    squares = np.einsum("nd,nd->n", X, X)
    centres = X[_spread_rows(X, squares, min(n_clusters, len(X)), rng)]
    nearest, distance = _assign(X, squares, centres)
    for _ in range(n_rounds):
        members = np.zeros((len(centres), len(X)), dtype=np.float32)
        members[nearest, np.arange(len(X))] = 1
        size = members.sum(axis=1, keepdims=True)
        centres = np.where(size > 0, members @ X / np.maximum(size, 1), centres)
        nearest, distance = _assign(X, squares, centres)
    return nearest, distance


def _spread_rows(X: Floats, squares: Floats, n_rows: int, rng: np.random.Generator) -> Ints:
    """Rows drawn one after the other, each with probability proportional to its squared distance from those before."""
    chosen = np.empty(n_rows, dtype=np.int64)
    chosen[0] = rng.integers(len(X))
    distance = np.full(len(X), np.inf)
    for i in range(1, n_rows):
        last = chosen[i - 1]
        distance = np.minimum(distance, np.maximum(squares + squares[last] - 2 * (X @ X[last]), 0))
        total = np.cumsum(distance)
        if total[-1] <= 1e-9:
            chosen[i:] = rng.integers(len(X), size=n_rows - i)
            break
        chosen[i] = min(int(np.searchsorted(total, rng.random() * total[-1], side="right")), len(X) - 1)
    return chosen


def _assign(X: Floats, squares: Floats, centres: Floats) -> tuple[Ints, Floats]:
    distances = squares[:, None] - 2 * (X @ centres.T) + np.einsum("kd,kd->k", centres, centres)
    nearest = distances.argmin(axis=1)
    return nearest.astype(np.int64), np.maximum(distances[np.arange(len(X)), nearest], 0)

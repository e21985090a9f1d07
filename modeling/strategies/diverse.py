"""Strategies that look at where candidates lie: density, badge, core-set, ranked batches."""

from collections.abc import Callable

import numpy as np

from modeling.acquisition import entropy, least_confidence
from modeling.strategies.base import Candidates, Floats, Ranked, distances, one_row, products, squares

LABELED_SLICE = 1_024


def density_weighted(candidates: Candidates, rng: np.random.Generator) -> Floats:
    """Information density: entropy × mean cosine to the pool (Settles and Craven 2008, equation 13, β = 1)."""
    lengths = np.sqrt(np.maximum(squares(candidates.X), 1e-12))
    reference = candidates.reference
    reference_lengths = np.sqrt(np.maximum(squares(reference), 1e-12))
    cosines = products(candidates.X, reference) / lengths[:, None] / reference_lengths
    density = cosines.mean(axis=1) if reference.shape[0] else np.ones(candidates.n, dtype=np.float32)
    return np.asarray(entropy(candidates.probabilities) * np.maximum(density, 0), dtype=np.float32)


def badge(candidates: Candidates, rng: np.random.Generator) -> Floats:
    """Squared length of the gradient that the likeliest label would give the last layer (Ash et al. 2020)."""
    return np.asarray(squares(_residuals(candidates)) * squares(candidates.X), dtype=np.float32)


def badge_batch(candidates: Candidates, n_wanted: int, rng: np.random.Generator) -> Ranked:
    """k-means++ over gradient embeddings, the longest first (Ash et al. 2020, arXiv:1906.03671, algorithm 1)."""
    residuals = _residuals(candidates)
    lengths = squares(residuals) * squares(candidates.X)

    def squared_distance(j: int) -> Floats:
        inner = residuals @ residuals[j] * products(candidates.X, one_row(candidates.X, j))[:, 0]
        return np.asarray(np.maximum(lengths + lengths[j] - 2 * inner, 0), dtype=np.float32)

    def draw(nearest: Floats) -> int:
        total = np.cumsum(nearest, dtype=np.float64)
        return min(int(np.searchsorted(total, rng.random() * total[-1], side="right")), len(nearest) - 1)

    return _spread(lengths, np.full_like(lengths, np.inf), squared_distance, n_wanted, rng, draw)


def core_set(candidates: Candidates, rng: np.random.Generator) -> Floats:
    """Squared distance to the nearest labelled item; to the origin before there is one."""
    labeled = candidates.labeled
    nearest = np.full(candidates.n, np.inf, dtype=np.float32)
    for start in range(0, labeled.shape[0], LABELED_SLICE):
        found = distances(candidates.X, labeled[start : start + LABELED_SLICE])
        nearest = np.minimum(nearest, found.min(axis=1))
    return nearest if labeled.shape[0] else squares(candidates.X)


def core_set_batch(candidates: Candidates, n_wanted: int, rng: np.random.Generator) -> Ranked:
    """Greedy k-centre (Sener and Savarese 2018, arXiv:1708.00489, algorithm 1)."""

    def squared_distance(j: int) -> Floats:
        return distances(candidates.X, one_row(candidates.X, j))[:, 0]

    start = core_set(candidates, rng)
    nearest = start if candidates.labeled.shape[0] else np.full_like(start, np.inf)
    return _spread(start, nearest, squared_distance, n_wanted, rng, lambda nearest: int(nearest.argmax()))


def ranked_batch(candidates: Candidates, rng: np.random.Generator) -> Floats:
    """α (1 - similarity to the labelled) + (1 - α) uncertainty (Cardoso et al. 2017, 10.1016/j.ins.2016.10.037)."""
    return _ranked_scores(candidates, _similarity(core_set(candidates, rng)), candidates.labeled.shape[0])


def ranked_batch_batch(candidates: Candidates, n_wanted: int, rng: np.random.Generator) -> Ranked:
    """Each pick counts as labelled for those after it (Cardoso et al. 2017, algorithm 1)."""
    nearest = core_set(candidates, rng)
    ties = rng.random(candidates.n) * 1e-6
    is_free = np.ones(candidates.n, dtype=np.bool_)
    order, values = [], []
    for picked in range(min(n_wanted, candidates.n)):
        scores = _ranked_scores(candidates, _similarity(nearest), candidates.labeled.shape[0] + picked)
        j = int(np.where(is_free, scores + ties, -np.inf).argmax())
        order.append(j)
        values.append(scores[j])
        is_free[j] = False
        nearest = np.minimum(nearest, distances(candidates.X, one_row(candidates.X, j))[:, 0])
    return Ranked(np.array(order, dtype=np.int64), np.array(values, dtype=np.float32))


def _similarity(squared_distance: Floats) -> Floats:
    return np.asarray(1 / (1 + np.sqrt(squared_distance)), dtype=np.float32)


def _ranked_scores(candidates: Candidates, similarity: Floats, n_labeled: int) -> Floats:
    alpha = candidates.n / (candidates.n + n_labeled)
    uncertainty = least_confidence(candidates.probabilities)
    return np.asarray(alpha * (1 - similarity) + (1 - alpha) * uncertainty, dtype=np.float32)


def _residuals(candidates: Candidates) -> Floats:
    """Probabilities minus the one-hot of the likeliest class (n, n_classes)."""
    likeliest = candidates.probabilities.argmax(axis=1)
    nearest_class = np.eye(candidates.probabilities.shape[1], dtype=np.float32)[likeliest]
    return np.asarray(candidates.probabilities - nearest_class, dtype=np.float32)


def _spread(
    first: Floats,
    nearest: Floats,
    squared_distance: Callable[[int], Floats],
    n_wanted: int,
    rng: np.random.Generator,
    pick: Callable[[Floats], int],
) -> Ranked:
    """The highest of `first` (chance among equals), then what `pick` says of the distances to those taken.

    `nearest` holds the distances before anything is taken.
    """
    n = len(first)
    n_wanted = min(n_wanted, n)
    if not n_wanted:
        return Ranked(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))
    j = int(rng.choice(np.flatnonzero(first == first.max())))
    order, values = [j], [float(first[j])]
    nearest = np.minimum(nearest, squared_distance(j))
    nearest[j] = 0
    while len(order) < n_wanted:
        if nearest.max() <= 0:
            left = rng.permutation(np.setdiff1d(np.arange(n), order))[: n_wanted - len(order)]
            order += left.tolist()
            values += [0.0] * len(left)
            break
        j = pick(nearest)
        order.append(j)
        values.append(float(nearest[j]))
        nearest = np.minimum(nearest, squared_distance(j))
        nearest[order] = 0
    return Ranked(np.array(order, dtype=np.int64), np.array(values, dtype=np.float32))

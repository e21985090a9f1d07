"""Uncertain rows, spread: one representative a slot instead of the top of one list."""

import numpy as np
import numpy.typing as npt

from modeling.acquisition import margin
from modeling.clusters import k_means
from modeling.cost import per_cost

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

N_CANDIDATES = 3_000
UNCERTAIN_SHARE = 0.2
LEAST_UNCERTAINTY = 0.4
ROWS_PER_SLOT = 3


def uncertain_rows(
    X: Floats,
    probabilities: Floats,
    candidates: Ints,
    batch: int,
    n_wanted: int,
    rng: np.random.Generator,
    seconds: Floats | None = None,
) -> tuple[Ints, Floats, float]:
    """`n_wanted` rows with their margin scores, and the share of the candidates that was looked at.

    Representatives of the uncertain fifth of a random sample come first (p1 - p2 below 0.6), then the rest by margin.
    With one or two slots there is nothing to spread: plain margin over all candidates. `seconds` (n,) weigh both.
    """
    if batch <= 2:
        scores = _scores(probabilities, candidates, seconds)
        order = best_first(scores, n_wanted, rng)
        return candidates[order], scores[order], 1.0
    n_sampled = min(len(candidates), max(N_CANDIDATES, n_wanted))
    sample = candidates if n_sampled == len(candidates) else rng.choice(candidates, n_sampled, replace=False)
    scores = _scores(probabilities, sample, seconds)
    order = best_first(scores, n_sampled, rng)
    n_pool = max(ROWS_PER_SLOT * batch, int(UNCERTAIN_SHARE * n_sampled))
    n_pool = min(n_pool, max(ROWS_PER_SLOT * batch, int((scores > LEAST_UNCERTAINTY).sum())), n_sampled)
    pool = order[:n_pool]
    cluster, distance = k_means(X[sample[pool]], batch, rng=rng)
    order = np.concatenate([pool[_round_robin(cluster, distance)], order[n_pool:]])[:n_wanted]
    return sample[order], scores[order], n_sampled / len(candidates)


def _scores(probabilities: Floats, rows: Ints, seconds: Floats | None) -> Floats:
    scores = margin(probabilities[rows])
    return scores if seconds is None else per_cost(scores, seconds[rows])


def _round_robin(cluster: Ints, distance: Floats) -> Ints:
    """Places in order: every cluster's most central row first, then each one's next in order of uncertainty.

    Places are given most uncertain first. Clusters take turns, the largest first.
    """
    n = len(cluster)
    central = np.full(n, False)
    by_distance = np.lexsort((distance, cluster))
    firsts = by_distance[np.flatnonzero(np.diff(cluster[by_distance], prepend=-1))]
    central[firsts] = True
    within = np.lexsort((np.arange(n), ~central, cluster))
    starts = np.flatnonzero(np.diff(cluster[within], prepend=-1))
    sizes = np.diff(np.append(starts, n))
    turn = np.empty(n, dtype=np.int64)
    turn[within] = np.arange(n) - np.repeat(starts, sizes)
    size_of = np.bincount(cluster)[cluster]
    return np.lexsort((cluster, -size_of, turn))


def best_first(scores: Floats, n_wanted: int, rng: np.random.Generator) -> Ints:
    """Places of the `n_wanted` highest scores, highest first, equal ones in random order."""
    n_wanted = min(n_wanted, len(scores))
    shuffled = rng.permutation(len(scores))
    values = -scores[shuffled]
    top = np.argpartition(values, n_wanted - 1)[:n_wanted] if n_wanted < len(values) else np.arange(len(values))
    return np.asarray(shuffled[top[np.argsort(values[top], kind="stable")]], dtype=np.int64)

"""Uncertain rows, spread: one representative a slot instead of the top of one list."""

import numpy as np
import numpy.typing as npt

from modeling.clusters import k_means
from modeling.cost import per_cost

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

N_CANDIDATES = 3_000
UNCERTAIN_SHARE = 0.2
LEAST_UNCERTAINTY = 0.4
ROWS_PER_SLOT = 3
# Two rows whose cosine is above this say the same: nobody is asked both while there is anything else.
SAME = 0.95
# So many rows more than are wanted are looked at, to take the place of such repeats.
SPARE = 100


def uncertain_rows(
    X: Floats,
    uncertainty: Floats,
    candidates: Ints,
    batch: int,
    n_wanted: int,
    rng: np.random.Generator,
    *,
    pending: Floats,
    seconds: Floats | None = None,
) -> tuple[Ints, Floats, float]:
    """`n_wanted` rows with their scores, and the share of the candidates that was looked at.

    Representatives of the uncertain fifth of a random sample come first (uncertainty above 0.4), then the rest by
    uncertainty, (n,) between 0 and 1. With one or two slots there is nothing to spread: the most uncertain of all
    candidates. `pending` rows (m, d) count as chosen. `seconds` (n,) weigh the scores.
    """
    n_sampled = min(len(candidates), max(N_CANDIDATES, n_wanted)) if batch > 2 else len(candidates)
    sample = candidates if n_sampled == len(candidates) else rng.choice(candidates, n_sampled, replace=False)
    scores = uncertainty[sample] if seconds is None else per_cost(uncertainty[sample], seconds[sample])
    order = best_first(scores, n_sampled, rng)
    if batch > 2:
        n_pool = max(ROWS_PER_SLOT * batch, int(UNCERTAIN_SHARE * n_sampled))
        n_unsure = int((uncertainty[sample] > LEAST_UNCERTAINTY).sum())
        n_pool = min(n_pool, max(ROWS_PER_SLOT * batch, n_unsure), n_sampled)
        pool = order[:n_pool]
        order = np.concatenate([pool[_spread(X[sample[pool]], pending, batch, rng)], order[n_pool:]])
    order = order[repeats_last(X[sample[order[: n_wanted + SPARE]]], pending)][:n_wanted]
    return sample[order], scores[order], n_sampled / len(candidates)


def _spread(X: Floats, pending: Floats, n_clusters: int, rng: np.random.Generator) -> Ints:
    """The rows, most uncertain first, in the order in which their clusters take turns.

    Pending rows are clustered along; each one uses up a turn of its cluster.
    """
    cluster, distance = k_means(np.concatenate([X, pending]), n_clusters, rng=rng)
    used = np.bincount(cluster[len(X) :], minlength=int(cluster.max()) + 1)
    return _round_robin(cluster[: len(X)], distance[: len(X)], used)


def _round_robin(cluster: Ints, distance: Floats, used: Ints) -> Ints:
    """Places in order: every cluster's most central row first, then each one's next in order of uncertainty.

    Places are given most uncertain first. Clusters take turns, the largest first; `used` turns are over.
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
    return np.lexsort((cluster, -size_of, turn + used[cluster]))


def repeats_last(X: Floats, pending: Floats) -> Ints:
    """Places of the rows in their order, those last that say the same as a pending row or as one before them."""
    rows = np.concatenate([pending, X])
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    is_same = np.tril(rows @ rows.T > SAME, -1)
    kept = ~is_same.any(axis=1)
    kept[: len(pending)] = True
    for place in np.flatnonzero(~kept):
        kept[place] = not (is_same[place] & kept).any()
    return np.argsort(~kept[len(pending) :], kind="stable")


def best_first(scores: Floats, n_wanted: int, rng: np.random.Generator) -> Ints:
    """Places of the `n_wanted` highest scores, highest first, equal ones in random order."""
    n_wanted = min(n_wanted, len(scores))
    shuffled = rng.permutation(len(scores))
    values = -scores[shuffled]
    top = np.argpartition(values, n_wanted - 1)[:n_wanted] if n_wanted < len(values) else np.arange(len(values))
    return np.asarray(shuffled[top[np.argsort(values[top], kind="stable")]], dtype=np.int64)

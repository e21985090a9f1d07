"""Uncertain rows, spread: one representative a slot instead of the top of one list."""

import numpy as np
import numpy.typing as npt

from modeling.clusters import k_means
from modeling.cost import per_cost
from modeling.repeats import n_alike, repeats_last

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

N_CANDIDATES = 3_000
UNCERTAIN_SHARE = 0.2
LEAST_UNCERTAINTY = 0.4
ROWS_PER_SLOT = 3
DOUBTFUL_SHARE = 0.5
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
    central: bool = True,
) -> tuple[Ints, Floats, float]:
    """`n_wanted` rows with their scores, and the share of the candidates that was looked at.

    Representatives of the uncertain fifth of a random sample come first (uncertainty above 0.4), then the rest by
    uncertainty, (n,) between 0 and 1. A representative is the most central of the more uncertain half of its cluster;
    unless `central`, the row that most others say the same as, or the most uncertain where none does: where vectors
    are learned from the pool itself, nearness says less, but many rows that are alike are a large part of the pool.
    With one or two slots there is nothing to spread: the most uncertain of all candidates. `pending` rows (m, d)
    count as chosen, `seconds` (n,) weigh the scores.
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
        order = np.concatenate([pool[_spread(X[sample[pool]], pending, batch, rng, central)], order[n_pool:]])
    order = order[repeats_last(X[sample[order[: n_wanted + SPARE]]], pending)][:n_wanted]
    return sample[order], scores[order], n_sampled / len(candidates)


def _spread(X: Floats, pending: Floats, n_clusters: int, rng: np.random.Generator, central: bool) -> Ints:
    """The rows, most uncertain first, in the order in which their clusters take turns.

    Pending rows are clustered along; each one uses up a turn of its cluster.
    """
    cluster, distance = k_means(np.concatenate([X, pending]), n_clusters, rng=rng)
    used = np.bincount(cluster[len(X) :], minlength=int(cluster.max()) + 1)
    least = distance[: len(X)] if central else -n_alike(X)
    return _round_robin(cluster[: len(X)], used, _firsts(cluster[: len(X)], least))


def _round_robin(cluster: Ints, used: Ints, firsts: Ints) -> Ints:
    """Places in order: every cluster's rows in order of uncertainty, but that one of `firsts` (one a cluster) leads.

    Places are given most uncertain first. Clusters take turns, the largest first; `used` turns are over.
    """
    leads = np.full(len(cluster), False)
    leads[firsts] = True
    turn = _place_within(cluster, np.lexsort((~leads, cluster)))
    return np.lexsort((cluster, -np.bincount(cluster)[cluster], turn + used[cluster]))


def _firsts(cluster: Ints, least: Floats | Ints) -> Ints:
    """Of the more uncertain half of each cluster the row where `least` (n,) is lowest; given most uncertain first."""
    place = _place_within(cluster, np.argsort(cluster, kind="stable"))
    is_doubtful = place < np.maximum(1, DOUBTFUL_SHARE * np.bincount(cluster)[cluster])
    order = np.lexsort((least, ~is_doubtful, cluster))
    return order[np.flatnonzero(np.diff(cluster[order], prepend=-1))]


def _place_within(cluster: Ints, order: Ints) -> Ints:
    """The place of every row in its cluster, from 0, given an order of all rows in which clusters lie together."""
    starts = np.flatnonzero(np.diff(cluster[order], prepend=-1))
    place = np.empty(len(cluster), dtype=np.int64)
    place[order] = np.arange(len(cluster)) - np.repeat(starts, np.diff(np.append(starts, len(cluster))))
    return place


def best_first(scores: Floats, n_wanted: int, rng: np.random.Generator) -> Ints:
    """Places of the `n_wanted` highest scores, highest first, equal ones in random order."""
    n_wanted = min(n_wanted, len(scores))
    shuffled = rng.permutation(len(scores))
    values = -scores[shuffled]
    top = np.argpartition(values, n_wanted - 1)[:n_wanted] if n_wanted < len(values) else np.arange(len(values))
    return np.asarray(shuffled[top[np.argsort(values[top], kind="stable")]], dtype=np.int64)

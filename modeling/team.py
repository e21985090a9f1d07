"""The strategy `team` over a whole pool, however large: a sample of it, and the likeliest rows of classes in need."""

import numpy as np
import numpy.typing as npt

from modeling.batches import Choice, Kind, rank_team
from modeling.class_needs import needy_classes
from modeling.open_rows import OpenRows
from modeling.strategies.base import Floats, Ints

# The expensive part of the rule looks at this many candidates, and the likeliest ones of every class in need.
MAX_CANDIDATES = 3_000
LIKELIEST = 500


def candidate_rows(pool: OpenRows, labeled_counts: npt.NDArray[np.floating], n_wanted: int) -> tuple[Ints, Ints]:
    """A uniform sample of the open rows, and that sample together with the likeliest rows of the classes in need.

    Where the sample is not the whole pool, those are found in one pass over all vectors. Both arrays rise.
    """
    sample = np.sort(pool.sample(max(MAX_CANDIDATES, n_wanted)))
    needy = needy_classes(np.asarray(labeled_counts, dtype=np.float64))
    if len(sample) == len(pool.rows) or not len(needy):
        return sample, sample
    likeliest = pool.best(pool.likeliness(needy.tolist()), [LIKELIEST] * len(needy))
    rows = np.sort(np.concatenate([sample, *likeliest]))
    return sample, rows[np.diff(rows, prepend=-1) > 0]


def choose_rows(
    pool: OpenRows,
    sample: Ints,
    rows: Ints,
    *,
    labeled_counts: npt.NDArray[np.floating],
    batch: int,
    n_wanted: int,
    random_share: float = 0.0,
    pending: Floats | None = None,
    seconds: Floats | None = None,
    learned_here: bool = False,
) -> Choice:
    """The next `n_wanted` rows of the pool out of `candidate_rows`, for `batch` people at once.

    `pending` (m, d) are the vectors of what people have on their screens, `seconds` (n,) what an answer to each of
    `rows` takes; `random_share` of what classes in need leave is drawn at random. `probabilities` of the choice say
    how likely a row was to be looked at. `learned_here` is as in `rank_team`.
    """
    vectors = pool.vectors.vectors(rows)
    probabilities = pool.model.predict_proba(vectors)
    choice = rank_team(
        X=vectors,
        probabilities=probabilities,
        candidates=np.arange(len(rows)),
        sample=np.searchsorted(rows, sample),
        labeled_counts=labeled_counts,
        batch=batch,
        n_wanted=n_wanted,
        random_share=random_share,
        rng=pool.rng,
        uncertainty=pool.uncertainty(probabilities),
        pending=pending,
        seconds=seconds,
        learned_here=learned_here,
    )
    chosen = rows[choice.rows]
    if len(sample) < len(pool.rows):
        chosen = _redrawn(chosen, choice.kinds == Kind.RANDOM, pool)
    seen = np.where(choice.kinds == Kind.RARE, 1.0, len(sample) / len(pool.rows))
    return Choice(chosen, choice.scores, choice.kinds, (choice.probabilities * seen).astype(np.float32))


def _redrawn(chosen: Ints, is_random: npt.NDArray[np.bool_], pool: OpenRows) -> Ints:
    """The rows with the random ones drawn again from the whole pool, for a queue is no fair sample of it."""
    n, others = int(is_random.sum()), set(chosen[~is_random].tolist())
    drawn = pool.rng.permutation(pool.sample(len(chosen))).tolist() if n else []
    out = chosen.copy()
    out[is_random] = [row for row in drawn if row not in others][:n]
    return out

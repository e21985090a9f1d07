"""The strategy `team` over a whole pool: what modeling/batches.py is shown, and for how many people."""

import numpy as np
import numpy.typing as npt
from django.db import connection

from annotation.models import Project
from annotation.operations.answer_costs import predicted_seconds
from annotation.operations.open_pool import OpenPool
from annotation.vectors import Ints
from modeling.batches import Choice, Kind, needy_classes, rank_team

LEAST_SLOTS = 8
ACTIVE_MINUTES = 2
# The expensive part of the rule looks at this many candidates, and the likeliest ones of every class in need.
MAX_CANDIDATES = 3_000
LIKELIEST = 500

ACTIVE = """
    SELECT count(DISTINCT annotator_id) FROM annotation_annotation
    WHERE project_id = %s AND created_at > now() - make_interval(mins => %s)
"""


def choose_by_team(pool: OpenPool, n_wanted: int) -> Choice:
    """The next `n_wanted` rows; `probabilities` say how likely a row was to be looked at."""
    sample = pool.sample(max(MAX_CANDIDATES, n_wanted))
    rows = np.union1d(sample, _likeliest(pool, sample))
    vectors = pool.vectors.vectors(rows)
    choice = rank_team(
        X=vectors,
        probabilities=pool.model.predict_proba(vectors),
        candidates=np.arange(len(rows)),
        sample=np.searchsorted(rows, sample),
        labeled_counts=pool.counts,
        batch=max(LEAST_SLOTS, _active_annotators(pool.project)),
        n_wanted=n_wanted,
        rng=pool.rng,
        seconds=predicted_seconds(pool.project, pool.vectors.item_ids[rows]),
    )
    chosen = rows[choice.rows]
    if len(sample) < len(pool.rows):
        chosen = _redrawn(chosen, choice.kinds == Kind.RANDOM, pool)
    seen = np.where(choice.kinds == Kind.RARE, 1.0, len(sample) / len(pool.rows))
    return Choice(chosen, choice.scores, choice.kinds, (choice.probabilities * seen).astype(np.float32))


def _likeliest(pool: OpenPool, sample: Ints) -> Ints:
    """The likeliest rows of the classes in need, out of the whole pool where the sample is not all of it."""
    needy = needy_classes(pool.counts)
    if len(sample) == len(pool.rows) or not len(needy):
        return sample[:0]
    _, *likeliest = pool.best(pool.likeliness(needy.tolist()), [0, *[LIKELIEST] * len(needy)])
    return np.concatenate(likeliest)


def _active_annotators(project: Project) -> int:
    with connection.cursor() as cursor:
        cursor.execute(ACTIVE, [project.pk, ACTIVE_MINUTES])
        return int(cursor.fetchone()[0])


def _redrawn(chosen: Ints, is_random: npt.NDArray[np.bool_], pool: OpenPool) -> Ints:
    """The rows with the random ones drawn again from the whole pool, for a shortlist is no fair sample of it."""
    n = int(is_random.sum())
    drawn = pool.sample(len(chosen)) if n else chosen[:0]
    out = chosen.copy()
    out[is_random] = drawn[~np.isin(drawn, chosen[~is_random])][:n]
    return out

"""Sets of classes, judged one class at a time: each is a question of yes and no to the same people."""

from typing import Any

import numpy as np

from annotation.arrays import Floats
from annotation.operations.judgement import Crowd, Verdict
from annotation.operations.labels import named_columns
from modeling.truth import infer

LEAST_SHOWN = 0.001


def judge_sets(crowd: Crowd) -> Verdict:
    """Returns the sets of classes that are more probable than not.

    The probability of a set is that of all its classes being right and no other missing, as if they were independent.
    An answer is as wrong as its worst class, as right as all of them; a person looks careless as in the class in
    which that is plainest.
    """
    votes, named = crowd.answers.votes, named_columns(crowd.kind, crowd.schema, crowd.answers.texts)
    p_in = np.zeros((votes.n_items, named.shape[1]))
    right, worst = np.ones(len(votes.votes)), np.ones(len(votes.votes))
    odds = np.full(votes.n_annotators, -np.inf)
    for k in np.flatnonzero(named.any(axis=0)):
        truth = infer(
            np.column_stack([votes.votes[:, :2], named[votes.votes[:, 2], k]]).astype(np.int64),
            n_items=votes.n_items,
            n_annotators=votes.n_annotators,
            n_classes=2,
            gold=np.column_stack([votes.gold[:, 0], named[votes.gold[:, 1], k]]).astype(np.int64),
        )
        p_in[:, k] = truth.posterior[:, 1]
        right *= 1 - truth.p_wrong
        worst = np.minimum(worst, 1 - truth.p_wrong)
        odds = np.maximum(odds, truth.random_log_odds)
    items = np.flatnonzero(crowd.n_votes > 0)
    return Verdict(
        values=[_value(crowd, row) for row in p_in[items]],
        probability=np.maximum(p_in, 1 - p_in)[items].prod(axis=1),
        posteriors=[_posterior(crowd, row) for row in p_in[items]],
        right=right,
        p_wrong=1 - worst,
        random_log_odds=np.where(np.isfinite(odds), odds, 0.0),
    )


def _value(crowd: Crowd, row: Floats) -> dict[str, Any]:
    return crowd.kind.value_of(np.flatnonzero(row > 0.5).tolist(), crowd.schema)


def _posterior(crowd: Crowd, row: Floats) -> dict[str, float]:
    names = crowd.kind.columns(crowd.schema)
    return {names[k]: round(float(row[k]), 6) for k in np.flatnonzero(row >= LEAST_SHOWN)}

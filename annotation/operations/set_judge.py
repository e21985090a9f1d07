"""Sets of classes, judged one class at a time: each is a question of yes and no to the same people."""

from typing import Any

import numpy as np
import numpy.typing as npt

from annotation.arrays import Floats
from annotation.operations.judgement import Crowd, Verdict
from annotation.operations.labels import named_columns
from modeling.engine import Beliefs, believe_people
from modeling.error_range import Mistakes, mistakes_of

Bools = npt.NDArray[np.bool_]

LEAST_SHOWN = 0.001


def judge_sets(crowd: Crowd) -> Verdict:
    """Returns the sets of classes that are more probable than not, by an inference a class that is calibrated alone.

    The probability of a set is that of all its classes being right and no other missing, as if they were independent;
    so are the ends between which it lies.
    An answer is as wrong as its worst class, as right as all of them; a person looks careless as in the class in
    which that is plainest.
    """
    votes, named = crowd.answers.votes, named_columns(crowd.kind, crowd.schema, crowd.answers.texts)
    p_in = np.zeros((votes.n_items, named.shape[1]))
    right, worst, no_mistake = np.ones(len(votes.votes)), np.ones(len(votes.votes)), np.ones((3, votes.n_items))
    odds = np.full(votes.n_annotators, -np.inf)
    for k in np.flatnonzero(named.any(axis=0)):
        found = _believed(crowd, named[:, k])
        p_in[:, k] = found.truth.posterior[:, 1]
        n_counted = np.where(crowd.gold >= 0, 0, crowd.n_votes)
        no_mistake *= 1 - np.stack(mistakes_of(found.truth.posterior, found, n_counted, crowd.gold >= 0))
        right *= 1 - found.truth.p_wrong
        worst = np.minimum(worst, 1 - found.truth.p_wrong)
        odds = np.maximum(odds, found.truth.random_log_odds)
    items = np.flatnonzero(crowd.n_votes > 0)
    return Verdict(
        values=[_value(crowd, row) for row in p_in[items]],
        probability=np.maximum(p_in, 1 - p_in)[items].prod(axis=1),
        posteriors=[_posterior(crowd, row) for row in p_in[items]],
        right=right,
        p_wrong=1 - worst,
        random_log_odds=np.where(np.isfinite(odds), odds, 0.0),
        mistakes=Mistakes(*(1 - no_mistake[:, items])),
    )


def _believed(crowd: Crowd, is_named: Bools) -> Beliefs:
    """What is believed of one class, yes or no; is_named: (n_answers,) whether each different answer has it."""
    votes = crowd.answers.votes
    gold = np.column_stack([votes.gold[:, 0], is_named[votes.gold[:, 1]]]).astype(np.int64)
    return believe_people(
        np.column_stack([votes.votes[:, :2], is_named[votes.votes[:, 2]]]).astype(np.int64),
        n_items=votes.n_items,
        n_annotators=votes.n_annotators,
        n_classes=2,
        gold=gold,
        calibrate_on=gold[~np.isin(gold[:, 0], votes.reviewed)],
    )


def _value(crowd: Crowd, row: Floats) -> dict[str, Any]:
    return crowd.kind.value_of(np.flatnonzero(row > 0.5).tolist(), crowd.schema)


def _posterior(crowd: Crowd, row: Floats) -> dict[str, float]:
    names = crowd.kind.columns(crowd.schema)
    return {names[k]: round(float(row[k]), 6) for k in np.flatnonzero(row >= LEAST_SHOWN)}

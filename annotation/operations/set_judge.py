"""Sets of classes, judged one class at a time: what is believed of them, as rows of consensus hold it."""

from typing import Any

import numpy as np

from annotation.arrays import Floats
from annotation.operations.judgement import Crowd, Verdict
from annotation.operations.labels import named_columns
from modeling.set_truth import believe_sets

LEAST_SHOWN = 0.001


def judge_sets(crowd: Crowd) -> Verdict:
    """Returns the sets of classes that are more probable than not (`believe_sets` says how they are judged)."""
    votes = crowd.answers.votes
    found = believe_sets(
        votes.votes,
        named_columns(crowd.kind, crowd.schema, crowd.answers.texts),
        n_items=votes.n_items,
        n_annotators=votes.n_annotators,
        gold=votes.gold,
        calibrate_on=votes.gold[~np.isin(votes.gold[:, 0], votes.reviewed)],
    )
    answered = crowd.n_votes > 0
    return Verdict(
        values=[_value(crowd, row) for row in found.p_in[answered]],
        probability=found.probability[answered],
        posteriors=[_posterior(crowd, row) for row in found.p_in[answered]],
        right=found.right,
        p_wrong=found.p_wrong,
        random_log_odds=found.random_log_odds,
        mistakes=found.mistakes.of(answered),
    )


def _value(crowd: Crowd, row: Floats) -> dict[str, Any]:
    return crowd.kind.value_of(np.flatnonzero(row > 0.5).tolist(), crowd.schema)


def _posterior(crowd: Crowd, row: Floats) -> dict[str, float]:
    names = crowd.kind.columns(crowd.schema)
    return {names[k]: round(float(row[k]), 6) for k in np.flatnonzero(row >= LEAST_SHOWN)}

"""Spans, boxes and texts, judged by how close they are: the kind merges what people gave, weighed by their skill."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from annotation.arrays import Floats, Ints
from annotation.operations.judgement import Crowd, Verdict
from modeling.skills import PRIOR_RIGHT, PRIOR_WRONG, STRENGTH

ROUNDS = 2
LEAST_WEIGHT = 0.05
# Others must agree about an item among themselves before an answer counts as wrong by theirs.
AGREED_FROM = 0.8


def judge_graded(crowd: Crowd) -> Verdict:
    """Returns the merged answers. How right an answer is, is how close it is to what the others amount to, or to gold.

    Skill is learned and used in turns, twice. `p_wrong` is 0 unless the others agree among themselves.
    """
    votes = crowd.answers.votes
    skill = np.ones(votes.n_annotators)
    shared = [(item, rows) for item, rows in crowd.rows_by_item() if len(rows) > 1 or crowd.gold[item] >= 0]
    right, agreed = np.ones(len(votes.votes)), np.zeros(len(votes.votes))
    for _ in range(ROUNDS):
        for item, rows in shared:
            for place, row in enumerate(rows.tolist()):
                others = np.delete(rows, place)
                right[row], agreed[row] = _closeness(crowd, item, row, others, skill)
        skill = _skills(crowd, right)
    merged = [_merged(crowd, item, rows, skill) for item, rows in crowd.rows_by_item()]
    return Verdict(
        values=[value for value, _ in merged],
        probability=np.array([probability for _, probability in merged]),
        posteriors=[{} for _ in merged],
        right=right,
        p_wrong=np.where(agreed >= AGREED_FROM, 1 - right, 0.0),
        random_log_odds=np.zeros(votes.n_annotators),
    )


def _closeness(crowd: Crowd, item: int, row: int, others: Ints, skill: Floats) -> tuple[float, float]:
    """How close an answer is to what speaks about its item, and how far that agrees in itself."""
    own = crowd.value(int(crowd.answers.votes.votes[row, 2]))
    if crowd.gold[item] >= 0:
        return 1 - crowd.distance(own, crowd.value(int(crowd.gold[item]))), 1.0
    merged = crowd.kind.merge(*_said(crowd, others, skill), crowd.schema)
    return 1 - crowd.distance(own, merged.value), merged.probability


def _said(crowd: Crowd, rows: Ints, skill: Floats) -> tuple[Sequence[dict[str, Any]], list[float]]:
    votes = crowd.answers.votes.votes[rows]
    return [crowd.value(int(number)) for number in votes[:, 2]], np.maximum(skill[votes[:, 1]], LEAST_WEIGHT).tolist()


def _skills(crowd: Crowd, right: Floats) -> Floats:
    """Everybody's mean closeness (n_annotators,), shrunk towards the average person's."""
    people, counted = crowd.answers.votes.votes[:, 1], crowd.is_informative
    n = np.bincount(people[counted], minlength=crowd.answers.votes.n_annotators)
    hits = np.bincount(people[counted], weights=right[counted], minlength=len(n))
    average = float((hits.sum() + PRIOR_RIGHT) / (n.sum() + PRIOR_RIGHT + PRIOR_WRONG))
    return np.asarray((hits + STRENGTH * average) / (n + STRENGTH))


def _merged(crowd: Crowd, item: int, rows: Ints, skill: Floats) -> tuple[dict[str, Any], float]:
    """The item's consensus: gold, its only answer with its author's skill, or what the answers amount to."""
    if crowd.gold[item] >= 0:
        return crowd.value(int(crowd.gold[item])), 1.0
    answers, weights = _said(crowd, rows, skill)
    if len(rows) == 1:
        return answers[0], float(np.clip(skill[crowd.answers.votes.votes[rows[0], 1]], 0, 1))
    return crowd.kind.merge(answers, weights, crowd.schema)

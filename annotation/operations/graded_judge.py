"""Spans, boxes and texts, judged by how close they are: the kind merges what people gave, weighed by their skill."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from annotation.arrays import Floats, Ints
from annotation.kinds import MarkKind
from annotation.operations.judgement import Crowd, Verdict
from annotation.operations.mark_judge import judge_marks
from modeling.skills import PRIOR_RIGHT, PRIOR_WRONG, STRENGTH

ROUNDS = 2
LEAST_WEIGHT = 0.05
# Nobody's marks outweigh everybody else's.
MOST_SKILL = 0.98
# Others must agree about an item among themselves before an answer counts as wrong by theirs.
AGREED_FROM = 0.8


def judge_graded(crowd: Crowd) -> Verdict:
    """Returns the merged answers, and how right each answer is: what is said of marks in `mark_judge`, for texts how
    close it is to what the others amount to, or to gold.

    `p_wrong` is what the others or gold say against an answer; 0 unless the others agree among themselves, and never
    more than the consensus leaves room for.
    """
    votes = crowd.answers.votes
    doubt = None
    if isinstance(crowd.kind, MarkKind):
        right, doubt = judge_marks(crowd, crowd.kind)
        weights = _log_odds(_skills(crowd, right))
        close, agreed = _by_others(crowd, weights)
    else:
        weights = np.ones(votes.n_annotators)
        for _ in range(ROUNDS):
            close, agreed = _by_others(crowd, weights)
            weights = _skills(crowd, close)
        right = close
    merged = [_merged(crowd, item, rows, weights, _skills(crowd, right)) for item, rows in crowd.rows_by_item()]
    return Verdict(
        values=[value for value, _ in merged],
        probability=np.array([probability for _, probability in merged]),
        posteriors=[{} for _ in merged],
        right=right,
        p_wrong=np.minimum(np.where(agreed >= AGREED_FROM, 1 - close, 0.0), _most_wrong(crowd, weights, merged)),
        random_log_odds=np.zeros(votes.n_annotators),
        doubt=doubt,
    )


def _log_odds(skill: Floats) -> Floats:
    """What the voice of somebody right so often weighs among independent ones (Nitzan and Paroush 1982, DOI
    10.2307/2526438)."""
    return np.asarray(np.log(np.clip(skill, 0.01, MOST_SKILL) / (1 - np.clip(skill, 0.01, MOST_SKILL))))


def _by_others(crowd: Crowd, weights: Floats) -> tuple[Floats, Floats]:
    """How close each answer (n_votes,) is to what speaks about its item, and how far that agrees in itself."""
    right, agreed = np.ones(len(crowd.answers.votes.votes)), np.zeros(len(crowd.answers.votes.votes))
    for item, rows in crowd.rows_by_item():
        if len(rows) > 1 or crowd.gold[item] >= 0:
            for place, row in enumerate(rows.tolist()):
                right[row], agreed[row] = _closeness(crowd, item, row, np.delete(rows, place), weights)
    return right, agreed


def _closeness(crowd: Crowd, item: int, row: int, others: Ints, weights: Floats) -> tuple[float, float]:
    """How close an answer is to what speaks about its item, and how far that agrees in itself."""
    own = crowd.value(int(crowd.answers.votes.votes[row, 2]))
    if crowd.gold[item] >= 0:
        return 1 - crowd.distance(own, crowd.value(int(crowd.gold[item]))), 1.0
    merged = crowd.kind.merge(*_said(crowd, others, weights), crowd.schema)
    return 1 - crowd.distance(own, merged.value), merged.probability


def _said(crowd: Crowd, rows: Ints, weights: Floats) -> tuple[Sequence[dict[str, Any]], list[float]]:
    votes = crowd.answers.votes.votes[rows]
    return [crowd.value(int(number)) for number in votes[:, 2]], np.maximum(weights[votes[:, 1]], LEAST_WEIGHT).tolist()


def _most_wrong(crowd: Crowd, weights: Floats, merged: Sequence[tuple[dict[str, Any], float]]) -> Floats:
    """How wrong each answer (n_votes,) may be held at most; `merged`: the consensus of every item with an answer.

    As far as an answer is the consensus it is as right as that. Of two answers and nothing else each is as right as the
    voices for it: one witness against another is no proof.
    """
    most = np.ones(len(crowd.answers.votes.votes))
    for (item, rows), (value, probability) in zip(crowd.rows_by_item(), merged, strict=True):
        said, heard = _said(crowd, rows, weights)
        for row, own in zip(rows.tolist(), said, strict=True):
            if len(rows) == 2 and crowd.gold[item] < 0:
                close = [weight * (1 - crowd.distance(own, other)) for other, weight in zip(said, heard, strict=True)]
                most[row] = 1 - sum(close) / sum(heard)
            else:
                most[row] = 1 - probability * (1 - crowd.distance(own, value))
    return np.clip(most, 0, 1)


def _skills(crowd: Crowd, right: Floats) -> Floats:
    """Everybody's mean closeness (n_annotators,), shrunk towards the average person's."""
    people, counted = crowd.answers.votes.votes[:, 1], crowd.is_informative
    n = np.bincount(people[counted], minlength=crowd.answers.votes.n_annotators)
    hits = np.bincount(people[counted], weights=right[counted], minlength=len(n))
    average = float((hits.sum() + PRIOR_RIGHT) / (n.sum() + PRIOR_RIGHT + PRIOR_WRONG))
    return np.asarray((hits + STRENGTH * average) / (n + STRENGTH))


def _merged(crowd: Crowd, item: int, rows: Ints, weights: Floats, skill: Floats) -> tuple[dict[str, Any], float]:
    """The item's consensus: gold, its only answer with its author's skill, or what the answers amount to."""
    if crowd.gold[item] >= 0:
        return crowd.value(int(crowd.gold[item])), 1.0
    answers, heard = _said(crowd, rows, weights)
    if len(rows) == 1:
        return answers[0], float(np.clip(skill[crowd.answers.votes.votes[rows[0], 1]], 0, 1))
    return crowd.kind.merge(answers, heard, crowd.schema)

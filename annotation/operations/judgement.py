"""Answers that say more than one class, judged: what is believed of every item, and of the people who answered."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from annotation.arrays import Answers, Beliefs, Floats, Ints
from annotation.kinds import Kind, Schema
from annotation.operations.answer_words import shown
from annotation.operations.inference import AGREED, DOUBTFUL, GOLD, REVIEWED, SINGLE, Inference
from modeling.error_range import Mistakes
from modeling.evaluation import accuracy_interval
from modeling.skills import STRENGTH
from modeling.truth import infer


@dataclass(frozen=True)
class Crowd:
    """Everybody's answers with what they mean. Items, people and votes are in the order of `answers.votes`."""

    kind: Kind
    schema: Schema
    answers: Answers

    @cached_property
    def n_votes(self) -> Ints:
        """Answers an item (n_items,)."""
        return np.bincount(self.answers.votes.votes[:, 0], minlength=self.answers.votes.n_items)

    @cached_property
    def gold(self) -> Ints:
        """The number of each item's known answer (n_items,), -1 where there is none."""
        known = np.full(self.answers.votes.n_items, -1, dtype=np.int64)
        known[self.answers.votes.gold[:, 0]] = self.answers.votes.gold[:, 1]
        return known

    @cached_property
    def is_informative(self) -> Any:
        """(n_votes,) whether another answer or gold speaks about a vote's item."""
        return ((self.n_votes > 1) | (self.gold >= 0))[self.answers.votes.votes[:, 0]]

    def value(self, number: int) -> dict[str, Any]:
        """The answer of this number."""
        found: dict[str, Any] = json.loads(self.answers.texts[number])
        return found

    def rows_by_item(self) -> Iterator[tuple[int, Ints]]:
        """Yields every item that has an answer with the rows of its votes."""
        items = self.answers.votes.votes[:, 0]
        order = np.argsort(items, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(items[order])) + 1):
            if len(rows):
                yield int(items[rows[0]]), rows

    def distance(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
        return self.kind.distance(one, other, self.schema)


@dataclass(frozen=True)
class Judgement:
    """`beliefs`, `values` and `posteriors` follow the items that have an answer, by rising id.

    `inference` carries people and suspicions as for one class: its classes are the different answers, without a
    posterior. `p_wrong` of a vote is how surely it is not what its item's other answers say.
    """

    crowd: Crowd
    inference: Inference
    beliefs: Beliefs
    values: list[dict[str, Any]]
    posteriors: list[dict[str, float]]
    mistakes: Mistakes | None


@dataclass(frozen=True)
class Verdict:
    """What a way of judging found: per item with an answer, and per vote how right it is (n_votes,), 0 to 1.

    `doubt` (n_votes,): by how much all answers of a person may be more or less right than that, the same way.
    `mistakes`: how probably each item's answer is wrong, between which ends; None where nothing tells.
    """

    values: list[dict[str, Any]]
    probability: Floats
    posteriors: list[dict[str, float]]
    right: Floats
    p_wrong: Floats
    random_log_odds: Floats
    doubt: Floats | None = None
    mistakes: Mistakes | None = None


def judged(crowd: Crowd, verdict: Verdict, *, target_confidence: float) -> Judgement:
    """Returns the verdict with what follows for people and for the status of every item."""
    votes = crowd.answers.votes
    items = np.flatnonzero(crowd.n_votes > 0)
    n_votes = crowd.n_votes[items]
    is_said = np.ones(len(items), dtype=np.bool_)
    only = dict(zip(votes.votes[:, 0].tolist(), votes.votes[:, 2].tolist(), strict=True))
    for place in np.flatnonzero(n_votes == 1):
        is_said[place] = crowd.value(only[int(items[place])]) == verdict.values[place]
    is_sure = np.where(n_votes == 1, is_said, verdict.probability >= target_confidence)
    status = np.where(is_sure, np.where(n_votes == 1, SINGLE, AGREED), DOUBTFUL)
    status[crowd.gold[items] >= 0] = GOLD
    status[np.isin(items, votes.reviewed)] = REVIEWED
    beliefs = Beliefs(votes.item_ids[items], np.zeros(len(items), np.int64), verdict.probability, n_votes, status)
    return Judgement(crowd, _inference(crowd, verdict), beliefs, verdict.values, verdict.posteriors, verdict.mistakes)


def _inference(crowd: Crowd, verdict: Verdict) -> Inference:
    votes = replace(crowd.answers.votes, class_names=[shown(json.loads(text)) for text in crowd.answers.texts])
    people = votes.votes[:, 1]
    counted = crowd.is_informative
    n = np.bincount(people[counted], minlength=votes.n_annotators)
    hits = np.bincount(people[counted], weights=verdict.right[counted], minlength=votes.n_annotators).astype(np.float64)
    average = float(hits.sum() / n.sum()) if n.sum() else 0.5
    low, high = _bounds(crowd, verdict, hits, n)
    accuracy = (hits + STRENGTH * average) / (n + STRENGTH)
    shares = np.bincount(votes.votes[:, 2], minlength=votes.n_classes) + 1.0
    # Nobody voted in it: the people are there, and nothing about classes is claimed.
    nobody = infer(votes.votes[:0], n_items=0, n_annotators=votes.n_annotators, n_classes=1)
    truth = replace(
        nobody,
        class_prior=shares / shares.sum(),
        p_wrong=verdict.p_wrong,
        accuracy=accuracy,
        accuracy_low=np.minimum(low, accuracy),
        accuracy_high=np.maximum(high, accuracy),
        random_log_odds=verdict.random_log_odds,
        n_informative=n,
    )
    matrix = np.arange(votes.n_annotators)
    return Inference(votes, truth, matrix, None, crowd.n_votes, crowd.gold, n, closeness=verdict.right)


def _bounds(crowd: Crowd, verdict: Verdict, hits: Floats, n: Ints) -> tuple[Floats, Floats]:
    """Bounds of everybody's accuracy (n_annotators,): Wilson's, beyond what is in doubt about her answers."""
    counted = crowd.is_informative
    unsure = np.zeros(len(counted)) if verdict.doubt is None else verdict.doubt
    people = crowd.answers.votes.votes[counted, 1]
    doubt = np.bincount(people, weights=unsure[counted], minlength=len(n)).astype(np.float64)
    least, most = np.clip(hits - doubt, 0, n), np.clip(hits + doubt, 0, n)
    low = [accuracy_interval(float(h), int(c)).low for h, c in zip(least, n, strict=True)]
    high = [accuracy_interval(float(h), int(c)).high for h, c in zip(most, n, strict=True)]
    return np.array(low), np.array(high)

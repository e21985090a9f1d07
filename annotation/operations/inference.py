"""Votes → one inference: what is true, who is good, how sure we are. Flags, consensus and reports read from it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from annotation.arrays import STATUSES, Beliefs, Floats, Ints, Votes
from annotation.models import Project
from annotation.operations.voice import out_of_fold_voice
from annotation.queries.expected import expected_worth
from modeling.engine import Beliefs as Believed
from modeling.engine import believe_people, hear_model
from modeling.error_range import Mistakes, mistakes_of
from modeling.model_voice import Voice
from modeling.truth import Truth

SINGLE, AGREED, DOUBTFUL, GOLD, REVIEWED = range(len(STATUSES))


@dataclass(frozen=True)
class Inference:
    """The votes with what follows from them. Arrays follow the order of `votes`.

    `matrix` (n_annotators,) is each annotator's place in `truth.skills`; `n_judged` (n_annotators,) counts the answers
    that the odds of careless answering rest on. `people` is what people alone say; None where only some items were
    judged. `closeness` (n_votes,) of answers that are right in part: how near each is to what its item amounts to.
    """

    votes: Votes
    truth: Truth
    matrix: Ints
    voice: Voice | None
    n_votes: Ints
    gold_class: Ints
    n_judged: Ints
    people: Believed | None = None
    closeness: Floats | None = None

    @property
    def right(self) -> Floats:
        """(n_votes,) how right each answer is held to be, 0 to 1: how probable, or how close to what is known."""
        return 1 - self.truth.p_wrong if self.closeness is None else self.closeness

    @property
    def is_informative(self) -> npt.NDArray[np.bool_]:
        """(n_votes,) whether anything but the vote itself speaks about its item."""
        spoken = (self.n_votes > 1) | (self.gold_class >= 0)
        if self.voice is not None:
            spoken |= self.voice.speaks
        return spoken[self.votes.votes[:, 0]]


def infer_truth(project: Project, votes: Votes, protected: Ints) -> Inference:
    """Returns the inference with the model's voice where it has earned one.

    Skill is learned from people and known answers alone: a model fitted on somebody's labels explains them, mistakes
    included, and would make everybody look perfect where each item has one answer. The voice then weighs in on every
    label. Protected items (`protected`, ids) measure the live model, so their consensus comes from people alone: the
    measure must not lean towards what it measures.
    """
    believed = people = believe_people(
        votes.votes,
        n_items=votes.n_items,
        n_annotators=votes.n_annotators,
        n_classes=votes.n_classes,
        gold=votes.gold,
        calibrate_on=votes.gold[~np.isin(votes.gold[:, 0], votes.reviewed)],
    )
    voice = out_of_fold_voice(project, votes, people)
    if voice is not None:
        silent = np.isin(votes.item_ids, protected)
        believed = hear_model(believed, voice, votes.votes, gold=votes.gold, silent=silent)
    gold_class = np.full(votes.n_items, -1, dtype=np.int64)
    gold_class[votes.gold[:, 0]] = votes.gold[:, 1]
    n_votes = np.bincount(votes.votes[:, 0], minlength=votes.n_items)
    return Inference(votes, believed.truth, believed.matrix, voice, n_votes, gold_class, believed.n_judged, people)


def consensus_of(inference: Inference, *, target_confidence: float) -> Beliefs:
    """Returns what is believed of each item that has a vote: gold as it is known, else the most probable class.

    One answer alone is "single" unless the model finds another class more probable; several are "agreed" from the
    target confidence on and "doubtful" below.
    """
    items = np.flatnonzero(inference.n_votes > 0)
    n_votes, posterior = inference.n_votes[items], inference.truth.posterior[items]
    classes = posterior.argmax(axis=1)
    probability = np.clip(posterior[np.arange(len(items)), classes], 0, 1)
    said = np.full(inference.votes.n_items, -1, dtype=np.int64)
    said[inference.votes.votes[:, 0]] = inference.votes.votes[:, 2]
    is_sure = np.where(n_votes == 1, said[items] == classes, probability >= target_confidence)
    status = np.where(is_sure, np.where(n_votes == 1, SINGLE, AGREED), DOUBTFUL)
    status[inference.gold_class[items] >= 0] = GOLD
    status[np.isin(items, inference.votes.reviewed)] = REVIEWED
    return Beliefs(inference.votes.item_ids[items], classes, probability, n_votes, status)


def summary_of(belief: Beliefs, mistakes: Mistakes | None) -> dict[str, Any]:
    """Returns how good the labels are as a whole: expected share right with a 90 % interval, and how many are in doubt.

    The interval joins the chance of each item (independent) with what nothing in the answers tells about people
    (`mistakes`, common to all items); without these there is none, and `undefined_because` says so.
    """
    n = len(belief.item_ids)
    by_status = {status.value: int((belief.status == i).sum()) for i, status in enumerate(STATUSES)}
    summary: dict[str, Any] = {"items_with_consensus": n, "in_doubt": by_status["doubtful"], "by_status": by_status}
    spread = float((belief.probability * (1 - belief.probability)).sum())
    scale = mistakes.scale if mistakes else None
    return summary | expected_worth(n, float(belief.probability.sum()), spread, scale)


def mistakes_by_item(inference: Inference) -> Mistakes:
    """Returns how probably the consensus of each item with a vote is wrong, by rising id: expected, at best, at worst.

    People's common error rate may be another than it seems, they may err together less or more than is assumed, and
    where two people alone disagree either may be right, unless the model speaks about the item. Raises ValueError where
    only some items were judged.
    """
    if inference.people is None:
        raise ValueError("a few items say nothing about people")
    is_known = inference.gold_class >= 0
    spoken = is_known if inference.voice is None else is_known | inference.voice.speaks
    n_counted = np.where(is_known, 0, inference.n_votes)
    found = mistakes_of(inference.truth.posterior, inference.people, n_counted, spoken)
    return found.of(inference.n_votes > 0)

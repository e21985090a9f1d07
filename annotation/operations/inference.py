"""Votes → one inference: what is true, who is good, how sure we are. Flags, consensus and reports read from it."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from annotation.arrays import STATUSES, Beliefs, Floats, Ints, Votes
from annotation.models import Project
from annotation.operations.voice import Voice, out_of_fold_voice
from modeling.calibration import flatten, held_back_temperature
from modeling.suspicion import random_log_odds
from modeling.truth import Truth, infer

# Confusion matrices of this many cells are kept in memory at once (a cell is 8 bytes, a few copies at a time).
MOST_CELLS = 10_000_000
Z90 = 1.645
VOICE_FLOOR = 0.05
ENOUGH_INFORMATIVE = 20
SINGLE, AGREED, DOUBTFUL, GOLD, REVIEWED = range(len(STATUSES))


@dataclass(frozen=True)
class Inference:
    """The votes with what follows from them. Arrays follow the order of `votes`.

    `n_judged` (n_annotators,) counts the answers that the odds of careless answering rest on.
    """

    votes: Votes
    truth: Truth
    voice: Voice | None
    n_votes: Ints
    gold_class: Ints
    n_judged: Ints

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
    people = _calibrated(votes, _infer(votes), _temperature(project, votes))
    voice = out_of_fold_voice(project, votes, people.posterior)
    gold_class = np.full(votes.n_items, -1, dtype=np.int64)
    gold_class[votes.gold[:, 0]] = votes.gold[:, 1]
    truth, n_judged = people, people.n_informative
    if voice is not None:
        heard = _with_voice(people, voice, gold_class)
        silent = np.isin(votes.item_ids, protected)
        odds, n_judged = _odds_with_voice(votes, people, voice)
        truth = replace(
            people,
            posterior=np.where(silent[:, None], people.posterior, heard),
            p_wrong=1 - heard[votes.votes[:, 0], votes.votes[:, 2]],
            random_log_odds=odds,
        )
    n_votes = np.bincount(votes.votes[:, 0], minlength=votes.n_items)
    return Inference(votes, truth, voice, n_votes, gold_class, n_judged)


def _with_voice(people: Truth, voice: Voice, gold_class: Ints) -> Floats:
    """What people say times what the model says beyond the class shares, normalised; known items stay known."""
    speaks = voice.speaks & (gold_class < 0)
    heard = people.posterior.copy()
    floored = (1 - VOICE_FLOOR) * voice.probabilities[speaks] + VOICE_FLOOR / heard.shape[1]
    heard[speaks] *= floored / people.class_prior
    heard[speaks] /= heard[speaks].sum(axis=1, keepdims=True)
    return heard


def _odds_with_voice(votes: Votes, people: Truth, voice: Voice) -> tuple[Floats, Ints]:
    """Log odds of careless answers and how many answers they rest on: by the model where people say too little."""
    spoken = votes.votes[voice.speaks[votes.votes[:, 0]]]
    pool = people.confusion.mean(axis=0)
    odds = random_log_odds(
        voice.probabilities[spoken[:, 0]], spoken[:, 1], spoken[:, 2], pool, n_annotators=votes.n_annotators
    )
    by_model = people.n_informative < ENOUGH_INFORMATIVE
    n_spoken = np.bincount(spoken[:, 1], minlength=votes.n_annotators)
    return (
        np.where(by_model, odds, people.random_log_odds),
        np.where(by_model, np.maximum(n_spoken, people.n_informative), people.n_informative),
    )


def _infer(votes: Votes) -> Truth:
    """The engine's answer. With so many people and classes that their matrices would not fit, those with the fewest
    votes share one: each then has the skill of that group."""
    share = _shared_matrix(votes)
    columns = np.column_stack([votes.votes[:, 0], share[votes.votes[:, 1]], votes.votes[:, 2]])
    n_people = int(share.max(initial=-1)) + 1
    truth = infer(columns, n_items=votes.n_items, n_annotators=n_people, n_classes=votes.n_classes, gold=votes.gold)
    names = ("accuracy", "accuracy_low", "accuracy_high", "random_log_odds", "n_informative")
    return replace(truth, **{name: getattr(truth, name)[share] for name in names})


def _temperature(project: Project, votes: Votes) -> float:
    share = _shared_matrix(votes)
    columns = np.column_stack([votes.votes[:, 0], share[votes.votes[:, 1]], votes.votes[:, 2]])
    return held_back_temperature(
        columns,
        n_items=votes.n_items,
        n_annotators=int(share.max(initial=-1)) + 1,
        n_classes=votes.n_classes,
        gold=votes.gold,
        rng=np.random.default_rng(project.seed),
    )


def _calibrated(votes: Votes, truth: Truth, temperature: float) -> Truth:
    """The truth no surer than held-back votes allow; known items and those with a single vote stay as they are."""
    if temperature == 1.0:
        return truth
    several = np.bincount(votes.votes[:, 0], minlength=votes.n_items) > 1
    several[votes.gold[:, 0]] = False
    posterior = truth.posterior.copy()
    posterior[several] = flatten(posterior[several], temperature)
    return replace(truth, posterior=posterior, p_wrong=1 - posterior[votes.votes[:, 0], votes.votes[:, 2]])


def _shared_matrix(votes: Votes) -> Ints:
    """The matrix that each annotator uses (n_annotators,)."""
    most = max(2, MOST_CELLS // votes.n_classes**2)
    share = np.arange(votes.n_annotators)
    if votes.n_annotators <= most:
        return share
    n = np.bincount(votes.votes[:, 1], minlength=votes.n_annotators)
    order = np.argsort(-n, kind="stable")
    share[order] = np.minimum(np.arange(votes.n_annotators), most - 1)
    return share


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


def summary_of(inference: Inference, belief: Beliefs) -> dict[str, Any]:
    """Returns how good the labels are as a whole: expected share right with a 90 % interval, and how many are in doubt.

    The interval joins the chance of each item (independent) with what is not known about people's skill (common to
    all items: their error rate scales everybody's errors). With nothing to judge people by, that is nearly everything.
    """
    n = len(belief.item_ids)
    by_status = {status.value: int((belief.status == i).sum()) for i, status in enumerate(STATUSES)}
    summary: dict[str, Any] = {"items_with_consensus": n, "in_doubt": by_status["doubtful"], "by_status": by_status}
    if not n:
        return summary | {"expected_right": None, "low": None, "high": None}
    wrong = 1 - belief.probability
    expected = float(wrong.mean())
    chance = float(np.sqrt((belief.probability * wrong).sum())) / n
    low, high = _error_scale(inference)
    half = Z90 * chance
    return summary | {
        "expected_right": 1 - expected,
        "low": max(0.0, 1 - expected * high - half),
        "high": min(1.0, 1 - expected * low + half),
    }


def _error_scale(inference: Inference) -> tuple[float, float]:
    """By which factors people's common error rate may be smaller or larger than estimated (90 %)."""
    truth = inference.truth
    seen = truth.n_informative.astype(np.float64)
    total = float(seen.sum())
    error = float(np.average(1 - truth.accuracy, weights=seen if total else None))
    error = max(error, 1 / (total + 3))
    spread = Z90 * float(np.sqrt(error * (1 - error) / (total + 3)))
    return max(0.0, error - spread) / error, min(1.0, error + spread) / error

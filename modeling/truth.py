"""Votes → what is probably true, who is good, and who looks random: Dawid–Skene with shrinkage.

Votes are an int array (n_votes, 3) of item, annotator, class; at most one vote an item and annotator.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from modeling.skills import STRENGTH, Skills, accuracy_bounds, fitted_skills, honest_pool
from modeling.suspicion import answer_logs, normalised, random_log_odds
from modeling.votes import CodedVotes, Floats, Ints, coded

Bools = npt.NDArray[np.bool_]

MAX_ROUNDS = 60
TOLERANCE = 1e-5
# Rounds at the end in which each vote is judged by what its author did on other items.
ELSEWHERE_ROUNDS = 3
HONEST_ROUNDS = 2
# Log odds that somebody looks at the items, before anything is known of her.
USUALLY_HONEST = float(np.log(9))
MODEL_FLOOR = 0.05
# Share of the answers as given in the class prior; the rest is learned.
VOTED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Truth:
    """What the votes say. Arrays in the order of items, annotators, classes and votes given.

    `p_wrong` is P(vote ≠ truth) for every vote. `accuracy_low` and `accuracy_high` bound a 90 % interval.
    `random_log_odds` is the log Bayes factor of "does not look at the item" against "an average annotator"; 0 without
    evidence. `n_informative` counts an annotator's votes that anything else speaks about. `unfixed` is the posterior
    as if no item's class were known, `before` the one that `skills` were counted from.
    """

    posterior: Floats
    unfixed: Floats
    before: Floats
    skills: Skills
    class_prior: Floats
    p_wrong: Floats
    accuracy: Floats
    accuracy_low: Floats
    accuracy_high: Floats
    random_log_odds: Floats
    n_informative: Ints


@dataclass(frozen=True, slots=True)
class _Fit:
    """The last round: `logs`, the items' log scores, come from `skills` and the posterior `before`."""

    posterior: Floats
    logs: Floats
    before: Floats
    skills: Skills
    prior: Floats


def infer(
    votes: Ints,
    *,
    n_items: int,
    n_annotators: int,
    n_classes: int,
    gold: Ints | None = None,
    model_probabilities: npt.NDArray[np.floating] | None = None,
    model_weight: float = 0.0,
    start: Floats | None = None,
) -> Truth:
    """Consensus and skills by expectation maximisation (Dawid and Skene 1979, DOI 10.2307/2346806), shrunk.

    `gold` (m, 2) holds item and class: their posterior is fixed. `model_probabilities` (n_items, n_classes) must be
    out-of-fold; their say is `model_weight` in 0..1. Skill is learned only from items that something besides the vote
    speaks about (a second vote, gold, the model); everybody starts as an average person, so a lone vote is believed
    as far as the average person is. Items without votes get the class prior. `start` (n_items, n_classes) is a
    posterior to begin from instead of the shares of votes. Raises ValueError on indices or shapes out of range.
    """
    for name, given in (("model probabilities", model_probabilities), ("the start", start)):
        if given is not None and given.shape != (n_items, n_classes):
            raise ValueError(f"{name}: the shape is {given.shape}, not {(n_items, n_classes)}")
    voice = None if model_probabilities is None or model_weight <= 0 else model_probabilities
    sizes = {"n_items": n_items, "n_annotators": n_annotators, "n_classes": n_classes}
    ready = coded(votes, **sizes, gold=gold, all_informative=voice is not None)
    return _summary(ready, _fit(ready, voice, min(model_weight, 1.0), start))


def _fit(votes: CodedVotes, voice: npt.NDArray[np.floating] | None, weight: float, start: Floats | None) -> _Fit:
    voted = votes.vote_shares()
    posterior = voted if start is None else votes.with_known(start.copy())
    for _ in range(MAX_ROUNDS):
        skills, prior, base = _step(votes, posterior, voted, voice, weight)
        updated = votes.with_known(normalised(base + votes.log_likelihood(skills.confusion)))
        moved = float(np.abs(updated - posterior).max(initial=0))
        posterior = updated
        if moved < TOLERANCE:
            break
    for _ in range(ELSEWHERE_ROUNDS):
        before = posterior
        skills, prior, base = _step(votes, before, voted, voice, weight)
        logs = base + _likelihood_elsewhere(votes, skills, before)
        posterior = votes.with_known(normalised(logs))
    return _Fit(posterior, logs, before, skills, prior)


def _step(
    votes: CodedVotes, posterior: Floats, voted: Floats, voice: npt.NDArray[np.floating] | None, weight: float
) -> tuple[Skills, Floats, Floats]:
    """Skills, class prior, and every item's log prior."""
    skills = fitted_skills(votes.soft_counts(posterior), votes.answer, posterior)
    prior = _class_prior(posterior, voted, votes)
    base = np.tile(np.log(prior), (len(posterior), 1))
    if voice is None:
        return skills, prior, base
    floored = (1 - MODEL_FLOOR) * voice + MODEL_FLOOR / votes.n_classes
    return skills, prior, (1 - weight) * base + weight * np.log(floored)


def _class_prior(posterior: Floats, voted: Floats, votes: CodedVotes) -> Floats:
    """How common each class is among the items somebody judged, one pseudo-item a class.

    A geometric mean of what the posteriors and what the raw answers say: with few answers an item, a prior learned
    alone feeds on itself, and frequent classes swallow rare ones.
    """
    judged = np.diff(votes.cells.indptr) > 0
    learned, given = posterior[judged].sum(axis=0) + 1, voted[judged].sum(axis=0) + 1
    prior = learned ** (1 - VOTED_SHARE) * given**VOTED_SHARE
    return np.asarray(prior / prior.sum())


def _likelihood_elsewhere(votes: CodedVotes, skills: Skills, posterior: Floats) -> Floats:
    """Σ over an item's votes of log P(answer | truth), each by what its author did on other items."""
    total = np.zeros_like(posterior)
    for rows in votes.chunks():
        total += votes.item_sums(rows, _elsewhere(votes, rows, skills, posterior))
    return total


def _elsewhere(votes: CodedVotes, rows: Ints, skills: Skills, posterior: Floats) -> Floats:
    item = votes.item[rows]
    own = posterior[item] * votes.informative[item, None]
    return skills.elsewhere(votes.annotator[rows], votes.answer[rows], own)


def _summary(votes: CodedVotes, fit: _Fit) -> Truth:
    counted = votes.informative[votes.item]
    annotator = votes.annotator[counted]
    right = fit.posterior[votes.item, votes.answer]
    n_informative = np.bincount(annotator, minlength=votes.n_annotators)
    hits = np.bincount(annotator, weights=right[counted], minlength=votes.n_annotators)
    accuracy = np.clip((hits + STRENGTH * fit.skills.hit_rate) / (n_informative + STRENGTH), 1e-3, 1 - 1e-3)
    supported, odds = _judged_by_others(votes, fit, counted)
    low, high = accuracy_bounds(accuracy, supported[counted], annotator, votes.n_classes)
    return Truth(
        posterior=fit.posterior,
        unfixed=normalised(fit.logs),
        before=fit.before,
        skills=fit.skills,
        class_prior=fit.prior,
        p_wrong=np.clip(1 - right, 0, 1),
        accuracy=accuracy,
        accuracy_low=low,
        accuracy_high=high,
        random_log_odds=odds,
        n_informative=n_informative,
    )


def _judged_by_others(votes: CodedVotes, fit: _Fit, counted: Bools) -> tuple[Floats, Floats]:
    """How probable everything but the vote itself finds each answer (n_votes,), and everybody's odds of not looking.

    The average honest person is measured without those who seem not to look: among few people two of them would make
    the average poor, and themselves look ordinary.
    """
    supported, odds = np.empty(len(votes.item)), np.zeros(votes.n_annotators)
    for _ in range(HONEST_ROUNDS):
        pool = honest_pool(fit.skills, votes.answer, expit(USUALLY_HONEST - odds))
        logs = np.empty((4, len(votes.item)))
        for rows in votes.chunks():
            answer = votes.answer[rows]
            others = _others(votes, rows, fit)
            supported[rows] = others[np.arange(len(rows)), answer]
            logs[:, rows] = answer_logs(others, answer, pool)
        sizes = {"n_annotators": votes.n_annotators, "n_classes": votes.n_classes}
        odds = random_log_odds(logs[:, counted], votes.annotator[counted], votes.answer[counted], **sizes)
    return supported, odds


def _others(votes: CodedVotes, rows: Ints, fit: _Fit) -> Floats:
    """What everything but the vote itself says of each vote's item, (len(rows), K)."""
    item = votes.item[rows]
    others = normalised(fit.logs[item] - _elsewhere(votes, rows, fit.skills, fit.before))
    known = votes.fixed[item] >= 0
    others[known] = np.eye(votes.n_classes)[votes.fixed[item[known]]]
    return others

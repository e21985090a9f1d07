"""Votes → what is probably true, who is good, and who looks random: Dawid–Skene with shrinkage.

Votes are an int array (n_votes, 3) of item, annotator, class; at most one vote an item and annotator.
"""

from dataclasses import dataclass

import numpy as np

from modeling.others import elsewhere, judged_by_others
from modeling.skills import STRENGTH, Skills, accuracy_bounds, fitted_skills
from modeling.suspicion import normalised
from modeling.votes import CodedVotes, Floats, Ints, coded

MAX_ROUNDS = 60
TOLERANCE = 1e-5
# Rounds at the end in which each vote is judged by what its author did on other items.
ELSEWHERE_ROUNDS = 3
# Share of the most frequent answers in the class prior; the rest is learned.
VOTED_SHARE = 0.8


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
    start: Floats | None = None,
) -> Truth:
    """Consensus and skills by expectation maximisation (Dawid and Skene 1979, DOI 10.2307/2346806), shrunk.

    `gold` (m, 2) holds item and class: their posterior is fixed. Skill is learned only from items that something
    besides the vote speaks about (a second vote, gold); everybody starts as an average person, so a lone vote is
    believed as far as the average person is. Items without votes get the class prior. `start` (n_items, n_classes) is a
    posterior to begin from instead of the shares of votes. Raises ValueError on indices or shapes out of range.
    """
    if start is not None and start.shape != (n_items, n_classes):
        raise ValueError(f"the start: the shape is {start.shape}, not {(n_items, n_classes)}")
    ready = coded(votes, n_items=n_items, n_annotators=n_annotators, n_classes=n_classes, gold=gold)
    return _summary(ready, _fit(ready, start))


def _fit(votes: CodedVotes, start: Floats | None) -> _Fit:
    voted = votes.vote_shares()
    posterior = voted if start is None else votes.with_known(start.copy())
    for _ in range(MAX_ROUNDS):
        skills, prior, base = _step(votes, posterior, voted)
        updated = votes.with_known(normalised(base + votes.log_likelihood(skills.credible)))
        moved = float(np.abs(updated - posterior).max(initial=0))
        posterior = updated
        if moved < TOLERANCE:
            break
    for _ in range(ELSEWHERE_ROUNDS):
        before = votes.of_named(posterior)
        skills, prior, base = _step(votes, posterior, voted)
        logs = base + _likelihood_elsewhere(votes, skills, before)
        posterior = votes.with_known(normalised(logs))
    return _Fit(posterior, logs, before, skills, prior)


def _step(votes: CodedVotes, posterior: Floats, voted: Floats) -> tuple[Skills, Floats, Floats]:
    """Skills, class prior, and its logarithm (1, K)."""
    skills = fitted_skills(votes.soft_counts(votes.of_named(posterior)), votes.answer, posterior)
    prior = _class_prior(posterior, voted, votes)
    return skills, prior, np.log(prior)[None, :]


def _class_prior(posterior: Floats, voted: Floats, votes: CodedVotes) -> Floats:
    """How common each class is among the items somebody judged, one pseudo-item a class.

    A geometric mean of what the posteriors and what each item's most frequent answers say: with few answers an item, a
    prior learned alone feeds on itself, and frequent classes swallow rare ones. Counting all answers instead would make
    a class rarer than the mistakes look as common as they are.
    """
    judged = np.diff(votes.cells.indptr) > 0
    most = voted[judged] == voted[judged].max(axis=1, keepdims=True)
    learned, given = posterior[judged].sum(axis=0) + 1, (most / most.sum(axis=1, keepdims=True)).sum(axis=0) + 1
    prior = learned ** (1 - VOTED_SHARE) * given**VOTED_SHARE
    return np.asarray(prior / prior.sum())


def _likelihood_elsewhere(votes: CodedVotes, skills: Skills, posterior: Floats) -> Floats:
    """Σ over an item's votes of log P(answer | truth), each by what its author did on other items."""
    total = np.zeros_like(posterior)
    for rows in votes.chunks():
        total += votes.item_sums(rows, elsewhere(votes, rows, skills, posterior))
    return total


def _summary(votes: CodedVotes, fit: _Fit) -> Truth:
    counted = votes.informative[votes.item]
    annotator = votes.annotator[counted]
    right = fit.posterior[votes.item, votes.answer]
    n_informative = np.bincount(annotator, minlength=votes.n_annotators)
    hits = np.bincount(annotator, weights=right[counted], minlength=votes.n_annotators)
    accuracy = np.clip((hits + STRENGTH * fit.skills.hit_rate) / (n_informative + STRENGTH), 1e-3, 1 - 1e-3)
    supported, odds = judged_by_others(votes, fit.logs, fit.skills, fit.before, counted)
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

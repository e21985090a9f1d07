"""Votes → what is probably true, who is good, and who looks random: Dawid–Skene with shrinkage.

Votes are an int array (n_votes, 3) of item, annotator, class; at most one vote an item and annotator.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from modeling.skills import STRENGTH, accuracy_bounds, confusions
from modeling.suspicion import normalised, random_log_odds

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MAX_ROUNDS = 60
TOLERANCE = 1e-5
MODEL_FLOOR = 0.05


@dataclass(frozen=True, slots=True)
class Truth:
    """What the votes say. Arrays in the order of items, annotators, classes and votes given.

    `confusion[w, k, l]` is P(w says l | truth k). `p_wrong` is P(vote ≠ truth) for every vote. `accuracy_low` and
    `accuracy_high` bound a 90 % interval. `random_log_odds` is the log Bayes factor of "does not look at the item"
    against "an average annotator"; 0 without evidence. `n_informative` counts an annotator's votes that anything else
    speaks about.
    """

    posterior: Floats
    confusion: Floats
    class_prior: Floats
    p_wrong: Floats
    accuracy: Floats
    accuracy_low: Floats
    accuracy_high: Floats
    random_log_odds: Floats
    n_informative: Ints


@dataclass(frozen=True, slots=True)
class _Votes:
    """Votes ready for sparse products: `cells[i, w * K + l]` is 1 where w said l of i."""

    item: Ints
    annotator: Ints
    answer: Ints
    cells: sparse.csr_matrix
    informative: npt.NDArray[np.bool_]
    n_annotators: int
    n_classes: int

    def soft_counts(self, posterior: Floats) -> Floats:
        """Expected confusion counts (n_annotators, truth, answer) over the votes of informative items."""
        known = posterior * self.informative[:, None]
        flat = np.asarray(self.cells.T @ known).reshape(self.n_annotators, self.n_classes, self.n_classes)
        return flat.transpose(0, 2, 1)

    def log_likelihood(self, confusion: Floats) -> Floats:
        """Σ over an item's votes of log P(answer | truth), (n_items, truth)."""
        logs = np.log(confusion).transpose(0, 2, 1).reshape(-1, self.n_classes)
        return np.asarray(self.cells @ logs)


def infer(
    votes: Ints,
    *,
    n_items: int,
    n_annotators: int,
    n_classes: int,
    gold: Ints | None = None,
    model_probabilities: npt.NDArray[np.floating] | None = None,
    model_weight: float = 0.0,
) -> Truth:
    """Consensus and skills by expectation maximisation (Dawid and Skene 1979, DOI 10.2307/2346806), shrunk.

    `gold` (m, 2) holds item and class: their posterior is fixed. `model_probabilities` (n_items, n_classes) must be
    out-of-fold; their say is `model_weight` in 0..1. Skill is learned only from items that something besides the vote
    speaks about (a second vote, gold, the model); everybody starts as an average person, so a lone vote is believed
    as far as the average person is. Items without votes get the class prior. Raises ValueError on indices or shapes
    out of range.
    """
    _check(votes, n_items, n_annotators, n_classes, model_probabilities)
    voice = None if model_probabilities is None or model_weight <= 0 else model_probabilities
    fixed = _fixed_posterior(gold, n_items, n_classes)
    coded = _coded(votes, n_items, n_annotators, n_classes, fixed, voice is not None)
    posterior = _vote_shares(coded, fixed)
    for _ in range(MAX_ROUNDS):
        confusion, pool, hit_rate = confusions(coded.soft_counts(posterior), coded.answer, posterior)
        prior = _class_prior(posterior, coded)
        log_prior = _log_prior(prior, voice, model_weight, n_items)
        logs = log_prior + coded.log_likelihood(confusion)
        updated = normalised(logs)
        updated[fixed >= 0] = np.eye(n_classes)[fixed[fixed >= 0]]
        moved = float(np.abs(updated - posterior).max(initial=0))
        posterior = updated
        if moved < TOLERANCE:
            break
    return _summary(coded, posterior, confusion, pool, prior, logs, fixed, hit_rate)


def _check(
    votes: Ints, n_items: int, n_annotators: int, n_classes: int, model: npt.NDArray[np.floating] | None
) -> None:
    if n_classes < 1 or votes.ndim != 2 or votes.shape[1] != 3:
        raise ValueError(f"votes need the shape (n, 3) and at least one class, not {votes.shape} and {n_classes}")
    if len(votes) and ((votes < 0).any() or (votes.max(axis=0) >= (n_items, n_annotators, n_classes)).any()):
        raise ValueError("a vote names an item, annotator or class out of range")
    if model is not None and model.shape != (n_items, n_classes):
        raise ValueError(f"model probabilities have the shape {model.shape}, not {(n_items, n_classes)}")


def _fixed_posterior(gold: Ints | None, n_items: int, n_classes: int) -> Ints:
    """The gold class of every item, -1 where there is none."""
    fixed = np.full(n_items, -1, dtype=np.int64)
    if gold is not None and len(gold):
        if (gold < 0).any() or (gold.max(axis=0) >= (n_items, n_classes)).any():
            raise ValueError("gold names an item or class out of range")
        fixed[gold[:, 0]] = gold[:, 1]
    return fixed


def _coded(votes: Ints, n_items: int, n_annotators: int, n_classes: int, fixed: Ints, has_voice: bool) -> _Votes:
    item, annotator, answer = (np.ascontiguousarray(column, dtype=np.int64) for column in votes.T)
    cells = sparse.csr_matrix(
        (np.ones(len(item)), (item, annotator * n_classes + answer)), shape=(n_items, n_annotators * n_classes)
    )
    informative = (np.bincount(item, minlength=n_items) > 1) | (fixed >= 0) | has_voice
    return _Votes(item, annotator, answer, cells, informative, n_annotators, n_classes)


def _vote_shares(votes: _Votes, fixed: Ints) -> Floats:
    n, k = len(fixed), votes.n_classes
    counts = np.bincount(votes.item * k + votes.answer, minlength=n * k).reshape(n, k).astype(np.float64)
    total = counts.sum(axis=1, keepdims=True)
    shares = np.where(total > 0, counts / np.maximum(total, 1), 1 / k)
    shares[fixed >= 0] = np.eye(k)[fixed[fixed >= 0]]
    return shares


def _class_prior(posterior: Floats, votes: _Votes) -> Floats:
    """How common each class is among the items somebody judged, one pseudo-item a class."""
    judged = np.diff(votes.cells.indptr) > 0
    return np.asarray((posterior[judged].sum(axis=0) + 1) / (judged.sum() + votes.n_classes))


def _log_prior(prior: Floats, model: npt.NDArray[np.floating] | None, weight: float, n_items: int) -> Floats:
    """Log prior of every item: the class prior, moved towards the model's floored opinion by `weight`."""
    base = np.tile(np.log(prior), (n_items, 1))
    if model is None:
        return base
    share = min(weight, 1.0)
    floored = (1 - MODEL_FLOOR) * model + MODEL_FLOOR / model.shape[1]
    return np.asarray((1 - share) * base + share * np.log(floored))


def _without_own(votes: _Votes, confusion: Floats, logs: Floats, fixed: Ints) -> Floats:
    """What everything but the vote itself says of each vote's item: (n_votes, n_classes)."""
    own = np.log(confusion)[votes.annotator, :, votes.answer]
    others = normalised(logs[votes.item] - own)
    known = fixed[votes.item]
    others[known >= 0] = np.eye(votes.n_classes)[known[known >= 0]]
    return others


def _summary(
    votes: _Votes,
    posterior: Floats,
    confusion: Floats,
    pool: Floats,
    prior: Floats,
    logs: Floats,
    fixed: Ints,
    hit_rate: float,
) -> Truth:
    w = votes.n_annotators
    counted = votes.informative[votes.item]
    annotator, answer = votes.annotator[counted], votes.answer[counted]
    right = posterior[votes.item, votes.answer]
    n_informative = np.bincount(annotator, minlength=w)
    hits = np.bincount(annotator, weights=right[counted], minlength=w)
    accuracy = np.clip((hits + STRENGTH * hit_rate) / (n_informative + STRENGTH), 1e-3, 1 - 1e-3)
    others = _without_own(votes, confusion, logs, fixed)[counted]
    low, high = accuracy_bounds(accuracy, others[np.arange(len(answer)), answer], annotator, votes.n_classes)
    return Truth(
        posterior=posterior,
        confusion=confusion,
        class_prior=prior,
        p_wrong=np.clip(1 - right, 0, 1),
        accuracy=accuracy,
        accuracy_low=low,
        accuracy_high=high,
        random_log_odds=random_log_odds(others, annotator, answer, pool, n_annotators=w),
        n_informative=n_informative,
    )

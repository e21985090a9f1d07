"""The yardstick: Dawid and Skene's estimator as published (1979, DOI 10.2307/2346806), by plain maximum likelihood."""

from dataclasses import dataclass, replace

import numpy as np

from modeling.suspicion import normalised
from modeling.votes import coded


@dataclass(frozen=True)
class Estimate:
    """`posterior` (n_items, K), `confusion` (n_annotators, truth, answer), `class_prior` (K,), and their fit."""

    posterior: np.ndarray
    confusion: np.ndarray
    class_prior: np.ndarray
    log_likelihood: float


def dawid_skene(
    votes: np.ndarray, *, n_items: int, n_annotators: int, n_classes: int, n_rounds: int = 200, tolerance: float = 1e-7
) -> Estimate:
    """Votes (n, 3) of item, annotator, class; one annotator may judge an item several times."""
    sizes = {"n_items": n_items, "n_annotators": n_annotators, "n_classes": n_classes}
    ready = replace(coded(votes, **sizes, gold=None), informative=np.ones(n_items, dtype=np.bool_))
    posterior = ready.vote_shares()
    for _ in range(n_rounds):
        counts = ready.soft_counts(posterior)
        confusion = counts / np.maximum(counts.sum(axis=2, keepdims=True), 1e-300)
        prior = posterior.mean(axis=0)
        logs = np.log(np.maximum(prior, 1e-300)) + ready.log_likelihood(np.maximum(confusion, 1e-300))
        updated = normalised(logs)
        moved = np.abs(updated - posterior).max()
        posterior = updated
        if moved < tolerance:
            break
    return Estimate(posterior, confusion, prior, float(np.logaddexp.reduce(logs, axis=1).sum()))

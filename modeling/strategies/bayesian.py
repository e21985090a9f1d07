"""Strategies on the last-layer Laplace posterior: bald, variance_reduction, expected_error_reduction."""

import numpy as np

from modeling.acquisition import entropy
from modeling.linear import softmax
from modeling.strategies.base import Candidates, Floats, Ranked, one_row
from modeling.strategies.laplace import curvature, posterior

N_DRAWS = 32
N_REFERENCE = 200


def bald(candidates: Candidates, rng: np.random.Generator) -> Floats:
    """Mutual information of label and weights (Houlsby et al. 2011, arXiv:1112.5745, equation 2), by 32 draws.

    All items share the draws of standard noise, in pairs of opposite sign, so that equal items score equally.
    """
    logits = _logits(candidates.probabilities)
    spread = np.sqrt(posterior(candidates).variance(candidates.X))[:, None]
    half = rng.standard_normal((N_DRAWS // 2, logits.shape[1])).astype(np.float32)
    mean, alone = np.zeros_like(logits), np.zeros(len(logits), dtype=np.float32)
    for noise in (*half, *-half):
        drawn = softmax(logits + spread * noise)
        mean += drawn / N_DRAWS
        alone += entropy(drawn) / N_DRAWS
    return np.asarray(np.maximum(entropy(mean) - alone, 0), dtype=np.float32)


def variance_reduction(candidates: Candidates, rng: np.random.Generator) -> Floats:
    """How much of the predictive variance over the reference one label is expected to take away.

    Σ_t w_t cov(x, t)² w_x / (1 + w_x var(x)): A-optimality (Cohn, Ghahramani and Jordan 1996, 10.1613/jair.295) on the
    last layer, as in Schein and Ungar 2007 (10.1007/s10994-007-5019-5).
    """
    shared = posterior(candidates)
    covariance = shared.covariance(candidates.X, candidates.reference)
    return _reduction(candidates, covariance, shared.variance(candidates.X))


def variance_reduction_batch(candidates: Candidates, n_wanted: int, rng: np.random.Generator) -> Ranked:
    """Greedy: each pick takes the expected effect of those before it off the posterior (one rank each)."""
    shared, X, n_wanted = posterior(candidates), candidates.X, min(n_wanted, candidates.n)
    whitened = shared.whitened(X)
    covariance = shared.covariance(X, candidates.reference)
    variance = shared.variance(X)
    w = curvature(candidates.probabilities)
    steps = np.zeros((n_wanted, candidates.n), dtype=np.float32)
    order, scores, ties = [], [], rng.random(candidates.n) * 1e-7
    is_free = np.ones(candidates.n, dtype=np.bool_)
    for picked in range(n_wanted):
        gains = _reduction(candidates, covariance, variance)
        j = int(np.where(is_free, gains * (1 + ties) + ties * 1e-7, -np.inf).argmax())
        order.append(j)
        scores.append(gains[j])
        is_free[j] = False
        before = steps[:picked]
        column = shared.between(X, whitened, one_row(X, j), whitened[:, [j]])[:, 0] - before.T @ before[:, j]
        root = np.sqrt(1 / w[j] + variance[j])
        steps[picked] = column / root
        covariance -= np.outer(steps[picked], covariance[j] / root)
        variance = np.maximum(variance - steps[picked] ** 2, 0)
    return Ranked(np.array(order, dtype=np.int64), np.array(scores, dtype=np.float32))


def expected_error_reduction(candidates: Candidates, rng: np.random.Generator) -> Floats:
    """The fall of the reference's expected 0/1 loss that a label is expected to bring (Roy and McCallum 2001).

    Instead of refitting for every candidate and class, the reference's logits take one Newton step under the Laplace
    posterior: z_t + cov(x, t) (y - p) / (1 + w var). The reference is cut to its first 200 rows.
    """
    reference = candidates.reference[:N_REFERENCE]
    before = _logits(candidates.reference_probabilities[:N_REFERENCE])
    if not len(before):
        return np.zeros(candidates.n, dtype=np.float32)
    shared = posterior(candidates)
    w = curvature(candidates.probabilities)
    gain = shared.covariance(candidates.X, reference) / (1 + w * shared.variance(candidates.X))[:, None]
    loss_now = (1 - softmax(before).max(axis=1)).mean()
    scores = np.empty(candidates.n, dtype=np.float32)
    for i, p in enumerate(candidates.probabilities):
        scores[i] = loss_now - p @ (1 - _largest_shares(before - gain[i][:, None] * p, gain[i])).mean(axis=0)
    return scores


def _reduction(candidates: Candidates, covariance: Floats, variance: Floats) -> Floats:
    w = curvature(candidates.probabilities)
    total = (covariance**2) @ curvature(candidates.reference_probabilities)
    return np.asarray(total * w / (1 + w * variance), dtype=np.float32)


def _logits(probabilities: Floats) -> Floats:
    return np.log(np.maximum(probabilities, 1e-12)).astype(np.float32)


def _largest_shares(logits: Floats, gain: Floats) -> Floats:
    """max softmax of each row of logits (r, n_classes) with the row's `gain` (r,) added to one class: (r, n_classes).

    The sum of a row changes by that class alone, so that all classes are tried at the price of one.
    """
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    raised = powers * np.exp(gain)[:, None]
    others = np.ones_like(powers)
    if powers.shape[1] > 1:
        others[np.arange(len(powers)), powers.argmax(axis=1)] = np.partition(powers, -2, axis=1)[:, -2]
    total = powers.sum(axis=1, keepdims=True) - powers + raised
    return np.asarray(np.maximum(others, raised) / total, dtype=np.float32)

"""Does an annotator look at the items? Careless ways of answering against an average honest person."""

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, logsumexp

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FAVOURITE_SHARE = 0.95
# The others' opinion is surer than it should be (people err on the same items), so part of it is spread evenly.
DOUBT = 0.05


def normalised(logs: Floats) -> Floats:
    """Rows of log scores → rows of probabilities."""
    powers = np.exp(logs - logs.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def random_log_odds(others: Floats, annotator: Ints, answer: Ints, pool: Floats, *, n_annotators: int) -> Floats:
    """Log Bayes factor for every annotator (n_annotators,): above 0 speaks for careless answers, 0 is no evidence.

    others: (n_votes, n_classes), what everything but this vote says of its item. pool: (n_classes, n_classes), the
    average annotator's P(answer | truth). The careless ways, averaged so that no best one is picked afterwards:
    uniform guessing, one favourite class, own habits whatever the item, and answers turned away from the truth.
    """
    k = pool.shape[0]
    if k < 2:
        return np.zeros(n_annotators)
    others = (1 - DOUBT) * others + DOUBT / k

    def total(likelihood: Floats) -> Floats:
        logs = np.log(np.maximum(likelihood, 1e-12))
        return np.bincount(annotator, weights=logs, minlength=n_annotators).astype(np.float64)

    average = total(np.einsum("nk,kn->n", others, pool[:, answer]))
    better = total(np.einsum("nk,kn->n", others, ((pool + np.eye(k)) / 2)[:, answer]))
    honest = np.logaddexp(average, better) - np.log(2)
    turned = (1 - pool) / (k - 1)
    used = np.bincount(annotator * k + answer, minlength=n_annotators * k).reshape(n_annotators, k)
    n = used.sum(axis=1)
    uniform = -n * np.log(k)
    favourite = used * np.log(FAVOURITE_SHARE) + (n[:, None] - used) * np.log((1 - FAVOURITE_SHARE) / (k - 1))
    habits = gammaln(k) - gammaln(n + k) + gammaln(used + 1).sum(axis=1)
    adversary = total(np.einsum("nk,kn->n", others, turned[:, answer]))
    careless = np.stack([uniform, logsumexp(favourite, axis=1) - np.log(k), habits, adversary])
    return np.asarray(logsumexp(careless, axis=0) - np.log(len(careless)) - honest)

"""Does an annotator look at the items? Careless ways of answering against an average honest person."""

import numpy as np
import numpy.typing as npt

from modeling.later import special

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FAVOURITE_SHARE = 0.95
# The others' opinion is surer than it should be (people err on the same items), so part of it is spread evenly.
DOUBT = 0.03
TURNED = 0.6
# Of ten who do not look: guess evenly, have one favourite, their own habits, turn answers round. Even guesses are the
# hardest to tell from poor work; and on items of mostly one class good work looks like a favourite.
WAYS = (7, 1, 1, 1)
# One person in twenty does not look at the items, before anything is known of her.
GUESSERS = 0.05


def normalised(logs: Floats) -> Floats:
    """Rows of log scores → rows of probabilities."""
    powers = np.exp(logs - logs.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def answer_logs(others: Floats, answer: Ints, pool: Floats) -> Floats:
    """Log P(answer) of each vote (4, n_votes): from an average person, from a better one, from one who turns what the
    average person says, from one who turns nearly everything.

    others: (n_votes, n_classes), what everything but this vote says of its item. pool: (n_classes, n_classes), the
    average annotator's P(answer | truth).
    """
    k = pool.shape[0]
    others = (1 - DOUBT) * others + DOUBT / k
    better = (pool + np.eye(k)) / 2
    turned, against = ((1 - way) / max(k - 1, 1) for way in (pool, TURNED * np.eye(k) + (1 - TURNED) / k))
    found = [np.einsum("nk,kn->n", others, way[:, answer]) for way in (pool, better, turned, against)]
    return np.asarray(np.log(np.maximum(np.stack(found), 1e-12)))


def random_log_odds(logs: Floats, annotator: Ints, answer: Ints, *, n_annotators: int, n_classes: int) -> Floats:
    """Log Bayes factor for every annotator (n_annotators,): above 0 speaks for careless answers, 0 is no evidence.

    logs: (4, n_votes) of `answer_logs`. Honest is an average or a better person. The careless ways, averaged
    by WAYS so that no best one is picked afterwards: uniform guessing, one favourite class, own habits whatever the
    item, and answers turned away from the truth.
    """
    k = n_classes
    if k < 2:
        return np.zeros(n_annotators)
    average, better, turned, against = (np.bincount(annotator, weights=way, minlength=n_annotators) for way in logs)
    honest = np.logaddexp(average, better) - np.log(2)
    used = np.bincount(annotator * k + answer, minlength=n_annotators * k).reshape(n_annotators, k)
    n = used.sum(axis=1)
    uniform = -n * np.log(k)
    favourite = used * np.log(FAVOURITE_SHARE) + (n[:, None] - used) * np.log((1 - FAVOURITE_SHARE) / (k - 1))
    habits = special.gammaln(k) - special.gammaln(n + k) + special.gammaln(used + 1).sum(axis=1)
    adversary = np.logaddexp(turned, against) - np.log(2)
    careless = np.stack([uniform, special.logsumexp(favourite, axis=1) - np.log(k), habits, adversary])
    return np.asarray(special.logsumexp(careless, axis=0, b=np.array(WAYS)[:, None]) - np.log(sum(WAYS)) - honest)


def certainty_if_looked(certainty: Floats, votes: Ints, odds: Floats, gold: Ints | None, n_classes: int) -> Floats:
    """How surely what people say of each item is true (n_items,), if those who may not have looked at it say nothing.

    `certainty` (n_items,) is as if everybody looks; `votes` (n_votes, 3) are item, annotator, answer, and `odds`
    (n_annotators,) those of `random_log_odds`. Skill alone is too kind to somebody with few answers who guesses, for it
    is pulled to the average person's. An item is looked at if the most attentive of its annotators looks; items of
    `gold` (n, 2) and those without votes stay as they are.
    """
    looks = special.expit(np.log((1 - GUESSERS) / GUESSERS) - odds)
    looked = np.zeros(len(certainty))
    np.maximum.at(looked, votes[:, 0], looks[votes[:, 1]])
    looked[np.bincount(votes[:, 0], minlength=len(certainty)) == 0] = 1
    if gold is not None:
        looked[gold[:, 0]] = 1
    return np.asarray(looked * certainty + (1 - looked) / n_classes)

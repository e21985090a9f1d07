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
# Of those who look: average, better, poorer, leaning to one class, in people. What is found here counts beside a
# hundred people elsewhere, of whom hardly anybody is of the last two kinds: that is what guessing looks like, too.
KINDS = np.array([50.0, 50.0, 0.2, 0.001])
KIND_ROUNDS = 5
# One person in twenty does not look at the items, before anything is known of her.
GUESSERS = 0.05


def normalised(logs: Floats) -> Floats:
    """Rows of log scores → rows of probabilities."""
    powers = np.exp(logs - logs.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def answer_logs(others: Floats, answer: Ints, pool: Floats) -> Floats:
    """Log P(answer) of each vote (5, n_votes): from an average person, from a better one, from a poorer one, from one
    who turns what the average person says, from one who turns nearly everything.

    others: (n_votes, n_classes), what everything but this vote says of its item. pool: (n_classes, n_classes), the
    average annotator's P(answer | truth).
    """
    k = pool.shape[0]
    others = (1 - DOUBT) * others + DOUBT / k
    better, poorer = (pool + np.eye(k)) / 2, (pool + 1 / k) / 2
    turned, against = ((1 - way) / max(k - 1, 1) for way in (pool, TURNED * np.eye(k) + (1 - TURNED) / k))
    found = [np.einsum("nk,kn->n", others, way[:, answer]) for way in (pool, better, poorer, turned, against)]
    return np.asarray(np.log(np.maximum(np.stack(found), 1e-12)))


def random_log_odds(
    logs: Floats, annotator: Ints, answer: Ints, *, n_annotators: int, n_classes: int, looks: Floats
) -> Floats:
    """Log Bayes factor for every annotator (n_annotators,): above 0 speaks for careless answers, 0 is no evidence.

    logs: (5, n_votes) of `answer_logs`. Honest is an average, a better, a poorer person, or one who leans to a class,
    as common as they are among the others, each as far as she `looks` (n_annotators,). The careless ways, averaged by
    WAYS so that no best one is picked afterwards: uniform guessing, one favourite class, own habits whatever the item,
    and answers turned away from the truth.
    """
    k = n_classes
    if k < 2:
        return np.zeros(n_annotators)
    by_person = np.stack([np.bincount(annotator, weights=way, minlength=n_annotators) for way in logs])
    leaning = _leaning(logs[0], annotator, answer, n_annotators, k)
    honest, (turned, against) = _honest(np.stack([*by_person[:3], leaning]), looks), by_person[3:]
    used = np.bincount(annotator * k + answer, minlength=n_annotators * k).reshape(n_annotators, k)
    n = used.sum(axis=1)
    uniform = -n * np.log(k)
    favourite = used * np.log(FAVOURITE_SHARE) + (n[:, None] - used) * np.log((1 - FAVOURITE_SHARE) / (k - 1))
    habits = special.gammaln(k) - special.gammaln(n + k) + special.gammaln(used + 1).sum(axis=1)
    adversary = np.logaddexp(turned, against) - np.log(2)
    careless = np.stack([uniform, special.logsumexp(favourite, axis=1) - np.log(k), habits, adversary])
    odds = special.logsumexp(careless, axis=0, b=np.array(WAYS)[:, None]) - np.log(sum(WAYS)) - honest
    return np.asarray(np.where(n > 0, odds, 0.0))


def _leaning(average: Floats, annotator: Ints, answer: Ints, n_annotators: int, k: int) -> Floats:
    """Log P(answers) of every annotator (n_annotators,) who says one class, any of them, instead of every second answer
    of an average person; average: (n_votes,) log P(answer) from that one."""
    half = np.bincount(annotator, weights=average - np.log(2), minlength=n_annotators)
    gain = np.bincount(annotator * k + answer, weights=np.log1p(np.exp(-average)), minlength=n_annotators * k)
    return np.asarray(half + special.logsumexp(gain.reshape(n_annotators, k), axis=1) - np.log(k))


def _honest(by_kind: Floats, looks: Floats) -> Floats:
    """Log P(answers) of every annotator (n_annotators,) if she looks: a mixture of KINDS, by_kind (4, n_annotators).

    How common they are is learned from the others (empirical Bayes, Robbins 1956): in a crowd where many who look are
    hardly better than chance, that alone says little.
    """
    common = np.tile((KINDS / KINDS.sum())[:, None], by_kind.shape[1])
    for _ in range(KIND_ROUNDS):
        logs = by_kind + np.log(common)
        own = looks * np.exp(logs - special.logsumexp(logs, axis=0))
        others = KINDS[:, None] + own.sum(axis=1, keepdims=True) - own
        common = others / others.sum(axis=0)
    return np.asarray(special.logsumexp(by_kind + np.log(common), axis=0))


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

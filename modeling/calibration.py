"""How sure is the consensus allowed to be? Measured on judgements that it has not seen."""

import numpy as np
import numpy.typing as npt

from modeling.truth import infer

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TEMPERATURES = (1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0, 11.0, 16.0)
HIT_RATES = tuple(np.linspace(0.1, 0.99, 60))
HELD_BACK_SHARE = 0.2
LEAST_HELD_BACK = 30
MOST_VOTES = 200_000
# Log likelihood that a temperature has to gain before it is believed.
LEAST_GAIN = 4.0


def held_back_temperature(
    votes: Ints, *, n_items: int, n_annotators: int, n_classes: int, gold: Ints | None, rng: np.random.Generator
) -> float:
    """By how much the posterior of items with two votes or more must be flattened: 1 when it is sure as it should be.

    One vote is held back on a fifth of these items, the truth inferred from the rest, and the temperature chosen at
    which that posterior best foretells the held-back votes, together with their common hit rate. Of very many votes a
    random part of the items is enough. 1 also when fewer than 30 votes can be held back. With two votes an item there
    is little to learn from: the posterior may stay too sure.
    """
    if len(votes) > MOST_VOTES:
        votes = votes[(rng.random(n_items) < MOST_VOTES / len(votes))[votes[:, 0]]]
    chosen = _held_back(votes, n_items, rng)
    if len(chosen) < LEAST_HELD_BACK or n_classes < 2:
        return 1.0
    kept = np.ones(len(votes), dtype=np.bool_)
    kept[chosen] = False
    truth = infer(votes[kept], n_items=n_items, n_annotators=n_annotators, n_classes=n_classes, gold=gold)
    unknown = np.ones(n_items, dtype=np.bool_)
    if gold is not None and len(gold):
        unknown[gold[:, 0]] = False
    chosen = chosen[unknown[votes[chosen, 0]]]
    posterior, said = truth.posterior[votes[chosen, 0]], votes[chosen, 2]
    mistakes = _mistakes(truth.confusion)[:, said].T
    fits = np.array([_best_fit(flatten(posterior, t), said, mistakes) for t in TEMPERATURES])
    best = int(fits.argmax())
    return TEMPERATURES[best] if fits[best] - fits[0] >= LEAST_GAIN else 1.0


def flatten(posterior: Floats, temperature: float) -> Floats:
    """The rows with all log odds divided by the temperature."""
    logs = np.log(np.maximum(posterior, 1e-12)) / temperature
    powers = np.exp(logs - logs.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _held_back(votes: Ints, n_items: int, rng: np.random.Generator) -> Ints:
    """One random vote of each of some items with two votes or more."""
    order = rng.permutation(len(votes))
    items, first = np.unique(votes[order, 0], return_index=True)
    several = np.bincount(votes[:, 0], minlength=n_items)[items] > 1
    candidates = order[first[several]]
    n_wanted = max(LEAST_HELD_BACK, int(HELD_BACK_SHARE * len(candidates)))
    return np.asarray(rng.permutation(candidates)[:n_wanted])


def _mistakes(confusion: Floats) -> Floats:
    """P(answer | truth, mistaken) of everybody together (n_classes, n_classes), a fifth of it spread evenly."""
    k = confusion.shape[1]
    others = 1 - np.eye(k)
    pool = confusion.mean(axis=0) * others
    return np.asarray(0.8 * pool / np.maximum(pool.sum(axis=1, keepdims=True), 1e-12) + 0.2 * others / (k - 1))


def _best_fit(posterior: Floats, said: Ints, mistakes: Floats) -> float:
    """The log likelihood of held-back votes at the best hit rate; mistakes[v, k]: P(said by v | truth k, wrong)."""
    right = posterior[np.arange(len(said)), said]
    wrong = (posterior * mistakes).sum(axis=1)
    rates = np.array(HIT_RATES)[:, None]
    return float(np.log(np.maximum(rates * right + (1 - rates) * wrong, 1e-12)).sum(axis=1).max())

"""How sure may the consensus be? People err on the same items, so two who agree are less than two witnesses."""

import numpy as np
import numpy.typing as npt

from modeling.suspicion import normalised

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Found on eight crowd-labelled sets with known answers: their log loss is least between 0.2 and 1.
USUAL_DEPENDENCE = 0.3
DEPENDENCES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0)
LEAST_KNOWN = 30
# What may be while nothing tells: none at all, or as much as where every tenth item is hard for everybody.
UNKNOWN_DEPENDENCES = (0.0, 1.0)
# By how much the log likelihood falls at the ends of a 90 % interval: half the square of 1.645.
LIKELIHOOD_DROP = 1.353


def discounted(posterior: Floats, n_votes: Ints, dependence: float) -> Floats:
    """The posterior with n votes on an item counted as n / (1 + dependence × (n - 1)) of them.

    That is the design effect of clustered samples (Kish 1965), as a temperature: no class overtakes another, and an
    item with one vote stays as it is. 0 takes all votes as independent.
    """
    several = n_votes > 1
    temperature = 1 + dependence * (n_votes[several, None] - 1)
    flat = posterior.copy()
    flat[several] = normalised(np.log(np.maximum(posterior[several], 1e-12)) / temperature)
    return flat


def fitted_dependence(posterior: Floats, n_votes: Ints, gold: Ints | None) -> float:
    """How dependent votes are here, by items whose class is known; the usual value while those are few.

    posterior: (n_items, n_classes), as if no class were known. gold: (m, 2), item and class. Only known items with two
    votes or more tell; from thirty on, the most probable value counts, with the usual one as a weak prior. Votes
    held back cannot tell it: people who err on the same items foretell each other's errors well.
    """
    fits = _fits(posterior, n_votes, gold)
    return USUAL_DEPENDENCE if fits is None else DEPENDENCES[int(np.argmax(fits))]


def plausible_dependences(posterior: Floats, n_votes: Ints, gold: Ints | None) -> tuple[float, float]:
    """The least and the greatest dependence that known items leave plausible (90 %); arguments as above.

    By the likelihood ratio (Wilks 1938, DOI 10.1214/aoms/1177732360). While known items are few, from none at all to
    what teams that err together were found to have.
    """
    fits = _fits(posterior, n_votes, gold)
    if fits is None:
        return UNKNOWN_DEPENDENCES
    plausible = np.flatnonzero(fits >= fits.max() - LIKELIHOOD_DROP)
    return DEPENDENCES[int(plausible[0])], DEPENDENCES[int(plausible[-1])]


def _fits(posterior: Floats, n_votes: Ints, gold: Ints | None) -> Floats | None:
    """How well each of `DEPENDENCES` explains the known items, as a log probability; None while those are few."""
    told = gold[n_votes[gold[:, 0]] > 1] if gold is not None and len(gold) else ()
    if len(told) < LEAST_KNOWN:
        return None
    items, classes = np.asarray(told).T
    fits = []
    for dependence in DEPENDENCES:
        right = discounted(posterior[items], n_votes[items], dependence)[np.arange(len(items)), classes]
        apart = np.log((dependence + 0.1) / (USUAL_DEPENDENCE + 0.1))
        fits.append(float(np.log(np.maximum(right, 1e-12)).sum()) - apart**2)
    return np.array(fits)

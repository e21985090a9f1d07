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
    if gold is None or not len(gold):
        return USUAL_DEPENDENCE
    told = gold[n_votes[gold[:, 0]] > 1]
    if len(told) < LEAST_KNOWN:
        return USUAL_DEPENDENCE
    items, classes = told.T
    fits = []
    for dependence in DEPENDENCES:
        right = discounted(posterior[items], n_votes[items], dependence)[np.arange(len(items)), classes]
        apart = np.log((dependence + 0.1) / (USUAL_DEPENDENCE + 0.1))
        fits.append(float(np.log(np.maximum(right, 1e-12)).sum()) - apart**2)
    return DEPENDENCES[int(np.argmax(fits))]

"""Agreement of answers that are more or less apart (sets, spans, texts), from their distances."""

import numpy as np
import numpy.typing as npt

from modeling.agreement import N_RESAMPLES, NO_PAIRS, Coefficient

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ONE_ANSWER = "every annotation is the same answer"


def graded_alpha(within: Floats, n_votes: Ints, expected: float, *, rng: np.random.Generator) -> Coefficient:
    """Krippendorff's α (2004, DOI 10.4135/9781071878781) for any distance, with a 90 % interval over resampled items.

    `within` (n_items,) is the mean distance of an item's pairs of answers, `n_votes` (n_items,) its answers, two or
    more; `expected` is the mean distance of pairs of answers whatever their items, which is taken as known.
    """
    if not len(within):
        return Coefficient(None, undefined_because=NO_PAIRS)
    if expected <= 0:
        return Coefficient(None, undefined_because=ONE_ANSWER)
    weights = n_votes.astype(np.float64)
    value = 1 - float(within @ weights / weights.sum()) / expected
    drawn = rng.integers(len(within), size=(N_RESAMPLES, len(within)))
    means = (within[drawn] * weights[drawn]).sum(axis=1) / weights[drawn].sum(axis=1)
    low, high = np.quantile(1 - means / expected, (0.05, 0.95))
    return Coefficient(value, min(float(low), value), max(float(high), value))

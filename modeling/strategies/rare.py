"""rare_class: the items most likely to be of a class that lacks labels."""

import numpy as np

from modeling.batches import rare_rows
from modeling.class_needs import needy_classes
from modeling.strategies.base import Candidates, Floats, Ints, Ranked


def rare_class(candidates: Candidates, rng: np.random.Generator) -> Floats:
    """Probability of the class with the fewest labels, the first of them among equals."""
    return candidates.probabilities[:, int(_counts(candidates).argmin())].copy()


def rare_class_batch(candidates: Candidates, n_wanted: int, rng: np.random.Generator) -> Ranked:
    """The likeliest items of the neediest class; each then counts as its probability of being in it."""
    counts = _counts(candidates)
    needy = needy_classes(counts)
    needy = needy if len(needy) else np.array([counts.argmin()])
    choice = rare_rows(
        candidates.probabilities, np.arange(candidates.n), counts, needy, min(n_wanted, candidates.n), rng
    )
    return Ranked(choice.rows, choice.scores)


def _counts(candidates: Candidates) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    classes: Ints = candidates.targets.argmax(axis=1)
    return np.bincount(classes, minlength=candidates.targets.shape[1]).astype(np.float64)

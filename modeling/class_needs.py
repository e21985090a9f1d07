"""Which classes lack labels, and how much of a batch goes to looking for them."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

ENOUGH_LABELS = 30
ENOUGH_EXPLORED = 50
RARE_SHARE = 0.4
RARE_SHARE_WITHOUT_LABELS = 0.5
LEAST_PROBABILITY = 1e-6


def believed_counts(targets: Floats, probabilities: Floats) -> npt.NDArray[np.float64]:
    """How many labels each class really has (n_classes,), when people err: each row counts as answer times model.

    Both are (n, n_classes) with rows that sum to one. Wrong answers make a rare class look well known: of ten labels
    of it, in a set where one item in ten is, half are mistakes when people err one time in ten.
    """
    joined = targets.astype(np.float64) * np.maximum(probabilities, LEAST_PROBABILITY)
    return np.asarray((joined / joined.sum(axis=1, keepdims=True)).sum(axis=0), dtype=np.float64)


def needy_classes(counts: npt.NDArray[np.float64]) -> Ints:
    """Classes with fewer than min(30, n / 2K) labels, and those without any."""
    threshold = min(ENOUGH_LABELS, counts.sum() / (2 * len(counts)))
    return np.flatnonzero((counts < threshold) | (counts == 0))


def rare_share_of(counts: npt.NDArray[np.float64], needy: Ints) -> float:
    """Up to 40 % of a batch (half when a class has no label), less when many classes are needy: then none is rare."""
    if not len(needy) or counts.sum() == 0:
        return 0.0
    share = RARE_SHARE_WITHOUT_LABELS if (counts == 0).any() else RARE_SHARE
    return share * (1 - len(needy) / len(counts))


def exploring_share(probabilities: Floats, counts: npt.NDArray[np.float64], batch: int) -> float:
    """How much of what needy classes leave is drawn at random, given what the model says of a sample (n, n_classes).

    Half with fewer than 2 × batch labels. All of it while half of the classes are nowhere likely, as one of two: a
    model that knows none of their rows, or only wrong answers, may well lead away from them. With fewer such classes
    less, for the others need questions too; after `ENOUGH_EXPLORED` labels that falls, for such a class is very rare,
    or does not exist.
    """
    n_labels = max(float(counts.sum()), 1.0)
    likeliest = np.minimum(probabilities.max(axis=1, keepdims=True), 0.5)
    found = (probabilities >= likeliest).any(axis=0)
    unfound = min(1.0, 2 * float((~found).mean())) * min(1.0, ENOUGH_EXPLORED / n_labels)
    return max(unfound, 0.5 if n_labels < 2 * batch else 0.0)

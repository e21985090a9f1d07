"""How much rarer or more frequent the mistakes of the consensus may be, by what nothing in the answers can tell."""

import numpy as np
import numpy.typing as npt

from modeling.engine import Beliefs
from modeling.suspicion import normalised
from modeling.truth import Truth

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

Z90 = 1.645


def skill_range(truth: Truth) -> tuple[float, float]:
    """By which factors people's common error rate may be smaller (≤ 1) or larger (≥ 1) than estimated (90 %); 1 without
    people."""
    if not len(truth.accuracy):
        return 1.0, 1.0
    seen = truth.n_informative.astype(np.float64)
    total = float(seen.sum())
    error = float(np.average(1 - truth.accuracy, weights=seen if total else None))
    error = max(error, 1 / (total + 3))
    spread = Z90 * float(np.sqrt(error * (1 - error) / (total + 3)))
    return max(0.0, error - spread) / error, min(1.0, error + spread) / error


def error_range(posterior: Floats, people: Beliefs, n_votes: Ints, spoken: Bools) -> tuple[float, float]:
    """By which factors the expected number of mistakes may be smaller (≤ 1) or larger (≥ 1) than `posterior` says.

    posterior: (n_items, K), calibrated, the model's voice included. n_votes: (n_items,) votes that count, 0 or 1 where
    the class is known. spoken: (n_items,) about which items something besides people's answers speaks.
    Once for each plausible dependence of people's mistakes. What two people alone disagree about may be all right at
    best and all wrong at worst.
    """
    judged = n_votes > 0
    held = posterior.argmax(axis=1)
    undecided = people.undecided & ~spoken
    expected = float((1 - posterior[np.arange(len(held)), held])[judged].sum())
    if expected < 1e-9:
        return 1.0, 1.0
    ends = []
    for dependence, if_undecided in zip(people.plausible, (0.0, 1.0), strict=True):
        wrong = _wrong(posterior, held, people, n_votes, dependence)
        ends.append(float(np.where(undecided, if_undecided, wrong)[judged].sum()) / expected)
    return min(ends[0], 1.0), max(ends[1], 1.0)


def _wrong(posterior: Floats, held: Ints, people: Beliefs, n_votes: Ints, dependence: float) -> Floats:
    """P(wrong) of the classes `held` (n_items,) if people's mistakes depended on each other as much as that."""
    wrong = 1 - posterior[np.arange(len(held)), held]
    several = np.flatnonzero(n_votes > 1)
    beyond = n_votes[several] - 1
    shift = 1 / (1 + dependence * beyond) - 1 / (1 + people.dependence * beyond)
    said = np.log(np.maximum(people.truth.unfixed[several], 1e-12))
    anew = normalised(np.log(np.maximum(posterior[several], 1e-12)) + shift[:, None] * said)
    wrong[several] = 1 - anew[np.arange(len(several)), held[several]]
    return np.asarray(wrong)

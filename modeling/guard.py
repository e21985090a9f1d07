"""Whether the model's questions pay: both arms learn from as many labels and are tested on the same random draws."""

from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from modeling.linear import Floats
from modeling.linear_fit import fit_linear

Bools = npt.NDArray[np.bool_]

EVERY_LABELS = 100
# With fewer labels an arm, the comparison is of the first shuffled questions and not of the model's.
LEAST_LABELS = 30
FOLDS = 5
# So many checks in a row must find a loss before the guard falls back, and a gain before it trusts the model again. A
# tie, usual with few draws, speaks for neither.
CHECKS_TO_FALL_BACK, CHECKS_TO_RETURN = 3, 2
LEVEL = 0.9


class Arm(NamedTuple):
    """Labels of one arm in the order of asking: rows (n, d), targets (n, n_classes), weights (n,)."""

    X: Floats
    targets: Floats
    weights: Floats

    def at(self, rows: Any) -> "Arm":
        """The arm with these rows only."""
        return Arm(self.X[rows], self.targets[rows], self.weights[rows])


@dataclass(frozen=True, slots=True)
class Guard:
    """What the last check said: the gain in balanced accuracy of the model's questions over random ones, with bounds.

    `n_labels` is when it was made, `n_compared` how many labels each arm learned from. `streak` counts checks in a
    row that contradict `fallen_back`.
    """

    n_labels: int
    n_compared: int
    gain: float
    low: float
    high: float
    streak: int
    fallen_back: bool

    def dump(self) -> dict[str, Any]:
        """The same as JSON can say it; `Guard(**…)` makes it again."""
        return asdict(self)


def is_due(before: Guard | None, n_labels: int, n_random: int) -> bool:
    """Whether a hundred labels have come since the last check, and there are random draws enough to compare with."""
    if n_random * (1 - 1 / FOLDS) < LEAST_LABELS:
        return False
    return n_labels // EVERY_LABELS > (before.n_labels // EVERY_LABELS if before else 0)


def check(
    before: Guard | None,
    active: Arm,
    random: Arm,
    is_protected: Bools,
    *,
    n_labels: int,
    l2: float,
    rng: np.random.Generator,
) -> Guard:
    """The new state: falls back after three checks with a loss, trusts the model again after two with a gain.

    `active` is all that the model has been taught, `random` all random draws; tests are on those of them that are
    protected, for the others are in both arms. The model's first labels stand for what it would have had with so few.
    """
    gain, low, high, n_compared = _compare(active, random, is_protected, l2, rng)
    fallen_back = before.fallen_back if before else False
    contradicts = gain > 0 if fallen_back else gain < 0
    streak = (before.streak if before else 0) + 1 if contradicts else 0
    if streak >= (CHECKS_TO_RETURN if fallen_back else CHECKS_TO_FALL_BACK):
        fallen_back, streak = not fallen_back, 0
    return Guard(n_labels, n_compared, gain, low, high, streak, fallen_back)


def _compare(
    active: Arm, random: Arm, is_protected: Bools, l2: float, rng: np.random.Generator
) -> tuple[float, float, float, int]:
    """Difference of balanced accuracy over the protected draws, each tested by models that have not seen it."""
    n_classes = random.targets.shape[1]
    truth = random.targets.argmax(axis=1)
    parts = _parts(truth, rng)
    n = min(len(active.X), int((parts != 0).sum()))
    own = fit_linear(*active.at(slice(n)), n_classes=n_classes, l2=l2).predict_proba(random.X).argmax(axis=1)
    other = np.empty_like(own)
    for part in range(FOLDS):
        rest = rng.permutation(np.flatnonzero(parts != part))[:n]
        model = fit_linear(*random.at(rest), n_classes=n_classes, l2=l2)
        other[parts == part] = model.predict_proba(random.X[parts == part]).argmax(axis=1)
    difference = ((own == truth).astype(np.float64) - (other == truth))[is_protected]
    counts = np.bincount(truth[is_protected], minlength=n_classes)
    share = 1 / (counts[truth[is_protected]] * (counts > 0).sum())
    gain = float(share @ difference)
    half = NormalDist().inv_cdf((1 + LEVEL) / 2) * float(np.sqrt((share**2) @ (difference - gain) ** 2))
    return gain, gain - half, gain + half, n


def _parts(classes: npt.NDArray[np.int64], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """The fold of every row, at random, each class spread evenly."""
    order = rng.permutation(len(classes))
    order = order[np.argsort(classes[order], kind="stable")]
    part = np.empty(len(classes), dtype=np.int64)
    part[order] = np.arange(len(classes)) % FOLDS
    return part

"""Whether the model's questions pay: both arms learn from as many labels and are tested on the same random draws."""

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from modeling.evaluation import score_interval
from modeling.linear import Floats
from modeling.linear_fit import fit_linear

Bools = npt.NDArray[np.bool_]
Doubles = npt.NDArray[np.float64]

EVERY_LABELS = 100
# With fewer labels an arm, the comparison is of the first shuffled questions and not of the model's.
LEAST_LABELS = 30
FOLDS = 5
# So many checks in a row must find a loss before the guard falls back, and a gain before it trusts the model again. A
# tie, usual with few draws, speaks for neither.
CHECKS_TO_FALL_BACK, CHECKS_TO_RETURN = 3, 2
LEVEL = 0.9


class Gain(NamedTuple):
    """The first arm's measure minus the second's, its 90 % interval, and how many labels each arm learned from."""

    gain: float
    low: float
    high: float
    n_compared: int


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
    """What the last check said: the gain of the model's questions over random ones in the kind's measure, with bounds.

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


def next_state(before: Guard | None, found: Gain, n_labels: int) -> Guard:
    """The new state: falls back after three checks with a loss, trusts the model again after two with a gain."""
    fallen_back = before.fallen_back if before else False
    contradicts = found.gain > 0 if fallen_back else found.gain < 0
    streak = (before.streak if before else 0) + 1 if contradicts else 0
    if streak >= (CHECKS_TO_RETURN if fallen_back else CHECKS_TO_FALL_BACK):
        fallen_back, streak = not fallen_back, 0
    return Guard(n_labels, found.n_compared, found.gain, found.low, found.high, streak, fallen_back)


def compare(
    active: Arm, random: Arm, is_protected: Bools, *, l2: float, rng: np.random.Generator, head: str = "softmax"
) -> Gain:
    """The gain over the protected draws, each tested by models that have not seen it, under one of the four heads.

    `active` is all that the model has been taught, `random` all random draws; tests are on those of them that are
    protected, for the others are in both arms. The model's first labels stand for what it would have had with so few.
    The measure is balanced accuracy; of several classes its mean over them; of ratings the closeness of the expected
    point, a step of the scale being one part of its length.
    """
    n_classes = random.targets.shape[1]
    parts = _parts(random.targets.argmax(axis=1), rng)
    n = min(len(active.X), int((parts != 0).sum()))
    own = fit_linear(*active.at(slice(n)), n_classes=n_classes, l2=l2, head=head).predict_proba(random.X)
    other = np.empty_like(own)
    for part in range(FOLDS):
        rest = rng.permutation(np.flatnonzero(parts != part))[:n]
        model = fit_linear(*random.at(rest), n_classes=n_classes, l2=l2, head=head)
        other[parts == part] = model.predict_proba(random.X[parts == part])
    truth = random.targets[is_protected]
    difference = goodness(own[is_protected], truth, head) - goodness(other[is_protected], truth, head)
    return paired(difference, shares(truth, head), n)


def goodness(probabilities: Floats, targets: Floats, head: str) -> Doubles:
    """How good each prediction is, 0 to 1: one column an answer, or (`sigmoid`) one for each class."""
    if head == "sigmoid":
        return np.asarray((probabilities > 0.5) == (targets > 0.5), dtype=np.float64)
    truth = targets.argmax(axis=1)
    if head == "ordinal":
        expected = probabilities @ np.arange(targets.shape[1])
        return np.asarray(1 - np.abs(expected - truth) / max(1, targets.shape[1] - 1), dtype=np.float64)[:, None]
    return np.asarray(probabilities.argmax(axis=1) == truth, dtype=np.float64)[:, None]


def shares(targets: Floats, head: str) -> Doubles:
    """What each column of `goodness` weighs in the measure; all of them together weigh one.

    Every class weighs as much as any other, whether it is rare or not; of several classes also its yes and its no.
    """
    if head == "ordinal":
        return np.full((len(targets), 1), 1 / max(1, len(targets)))
    answers = targets > 0.5 if head == "sigmoid" else np.eye(targets.shape[1], dtype=bool)[targets.argmax(axis=1)]
    yes = answers / np.maximum(answers.sum(axis=0), 1)
    if head != "sigmoid":
        share = yes.sum(axis=1, keepdims=True)
    else:
        share = yes + ~answers / np.maximum((~answers).sum(axis=0), 1)
    return np.asarray(share / share.sum(), dtype=np.float64)


def paired(difference: Doubles, share: Doubles, n_compared: int) -> Gain:
    """The weighed mean of differences (n, columns), 0 without any row; the columns of a row go together.

    It is as certain as from as many equal rows as those weigh (Kish 1965, section 11.7).
    """
    gain = float((share * difference).sum())
    rows, weights = (share * (difference - gain)).sum(axis=1), share.sum(axis=1)
    n = 1 / float(weights @ weights) if len(weights) else 0.0
    return gain_with_bounds(gain, float(rows @ rows), n, n_compared)


def gain_with_bounds(gain: float, variance: float, n: float, n_compared: int) -> Gain:
    """A gain from -1 to 1 whose estimate out of n rows has this variance; -1 to 1 where n is 0.

    The interval is Wilson's of (1 + gain) / 2, so it has a width where no row tells the arms apart.
    """
    found = score_interval((1 + gain) / 2, variance / 4, n, LEVEL)
    return Gain(gain, 2 * found.low - 1, 2 * found.high - 1, n_compared)


def _parts(classes: npt.NDArray[np.int64], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """The fold of every row, at random, each class spread evenly."""
    order = rng.permutation(len(classes))
    order = order[np.argsort(classes[order], kind="stable")]
    part = np.empty(len(classes), dtype=np.int64)
    part[order] = np.arange(len(classes)) % FOLDS
    return part

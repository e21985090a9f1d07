"""What random questions alone would have taught: the control arm of the learning curve, and the guard's comparison."""

from typing import Any

import numpy as np
import numpy.typing as npt

from annotation.models import Project
from annotation.operations.examples import Floats
from annotation.operations.guarding import arms_by_time, guarded
from annotation.operations.measuring import ACCURACY, LEAST_PROTECTED, corrected_if_known
from annotation.operations.scoring import scored
from annotation.operations.training_rows import Training
from modeling.guard import Arm, Gain, compare
from modeling.linear_fit import out_of_fold
from modeling.regularization import GROWTH

CONTROL_FOLDS = 5

Metrics = dict[str, Any]


def control_arm(project: Project, before: Metrics, training: Training, l2: float) -> Metrics | None:
    """What the same model reaches with random draws only, measured out of fold on the protected items.

    `annotations` are the answers that each fold's model learned from, as the active arm's are all answers: an item has
    several where items overlap. None when nothing was measured this time.
    """
    chosen = training.is_control
    n_taught = int(training.n_answers[chosen].sum() * (1 - 1 / CONTROL_FOLDS))
    if training.is_protected.sum() < LEAST_PROTECTED or n_taught < max(1, GROWTH * before.get("control_labels", 0)):
        return None
    targets, weights = training.beliefs.targets[chosen], training.beliefs.weights[chosen]
    guesses = out_of_fold(
        training.X[chosen], targets, weights, l2=l2, rng=training.rng, head=project.question.learner,
        folds=CONTROL_FOLDS,
    )  # fmt: skip
    measured_on = training.is_protected[chosen]
    guesses, targets = guesses[measured_on], targets[measured_on]
    found = scored(project, guesses, targets)
    if found["metric"] == ACCURACY:
        found |= _as_corrected(guesses, targets, training, training.beliefs.certainty[chosen][measured_on])
    return {"annotations": n_taught, **found}


def guard_of(project: Project, before: Metrics, training: Training, l2: float) -> Metrics | None:
    """What the guard knows; the model's labels are compared with as many random ones where a check is due."""
    X, beliefs = training.X, training.beliefs

    def compared() -> Gain:
        arms = arms_by_time(training.answered_at, training.is_protected, training.is_control)
        active, random = (Arm(X[rows], beliefs.targets[rows], beliefs.weights[rows]) for rows in arms)
        tested = training.is_protected[arms[1]]
        return compare(active, random, tested, l2=l2, rng=training.rng, head=project.question.learner)

    n_random, n_tested = int(training.is_control.sum()), int(training.is_protected.sum())
    return guarded(project, before, n_labels=len(X), n_random=n_random, n_tested=n_tested, compared=compared)


def _as_corrected(guesses: Floats, targets: Floats, training: Training, certainty: npt.NDArray[np.float64]) -> Metrics:
    """The estimate and bounds corrected as the model's own are, so that the two arms can be compared; or nothing."""
    is_match = guesses.argmax(axis=1) == targets.argmax(axis=1)
    n_checked, n_classes = training.beliefs.n_checked, targets.shape[1]
    corrected = corrected_if_known(is_match, certainty, n_checked=n_checked, n_classes=n_classes)
    return corrected._asdict() if corrected else {}

"""What predictions of a project are worth in the measure that fits its kind of question."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from annotation.kinds import METRICS, Learner
from annotation.models import Project
from modeling.class_needs import believed_counts
from modeling.evaluation import accuracy_interval
from modeling.head_metrics import closeness, micro_f1

Floats = npt.NDArray[np.float32]


def scored(project: Project, probabilities: Floats, targets: Floats) -> dict[str, Any]:
    """Returns {metric, estimate, low, high, n} of predictions against what people say; both are (n, n_classes)."""
    learner = project.question.learner
    if learner is Learner.SIGMOID:
        interval = micro_f1(probabilities > 0.5, targets > 0.5)
    elif learner is Learner.ORDINAL:
        values = scale_of(project.question.columns(project.schema))
        interval = closeness(probabilities, values[targets.argmax(axis=1)], values)
    else:
        is_right = probabilities.argmax(axis=1) == targets.argmax(axis=1)
        interval = accuracy_interval(int(is_right.sum()), len(is_right))
    return {"metric": METRICS[learner], **interval._asdict(), "n": len(targets)}


def scale_of(classes: list[str]) -> npt.NDArray[np.float64]:
    """Returns the values of a rating's points (n_classes,)."""
    return np.array([float(name) for name in classes])


def counted(project: Project, targets: Floats, probabilities: Floats) -> list[float]:
    """Returns how many labels each class has, by the answers and by what the model makes of the same items."""
    if project.question.learner is Learner.SIGMOID:
        return (targets > 0.5).sum(axis=0).tolist()  # type: ignore[no-any-return]  # NumPy types tolist() as Any
    return believed_counts(targets, probabilities).round(2).tolist()  # type: ignore[no-any-return]  # the same


def given_classes(project: Project, targets: Floats, names: Sequence[str]) -> list[str] | None:
    """Returns which of the classes `names` (n_classes,) some row of `targets` (n, n_classes) is labelled with.

    None for scales and preferences: there an answer that nobody gives is no gap.
    """
    learner = project.question.learner
    if learner not in (Learner.SIGMOID, Learner.SOFTMAX):
        return None
    given = np.nonzero(targets > 0.5)[1] if learner is Learner.SIGMOID else targets.argmax(axis=1)
    return [names[k] for k in np.unique(given)]

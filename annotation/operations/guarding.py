"""Whether the questions of `team` pay, looked at each hundred labels (modeling/guard.py says how)."""

from typing import Any

import numpy as np
import numpy.typing as npt

from annotation.kinds.choice import Choice
from annotation.models import Project, Strategy
from annotation.operations.examples import Beliefs, Bools, Floats
from modeling.guard import Arm, Guard, check, is_due

Metrics = dict[str, Any]


def guarded(
    project: Project,
    before: Metrics,
    *,
    X: Floats,
    beliefs: Beliefs,
    answered_at: npt.NDArray[np.float64],
    is_protected: Bools,
    is_random: Bools,
    l2: float,
    rng: np.random.Generator,
) -> Metrics | None:
    """Returns what the guard knows after this training, as JSON can say it; None before its first check.

    All arrays are by item; `is_random` are all random draws, the protected ones and those of the first shuffle. Other
    strategies than `team`, and other kinds than `choice`, are not guarded: the former are somebody's explicit choice.
    """
    if project.strategy != Strategy.TEAM or project.kind != Choice.name:
        return None
    state = Guard(**before["guard"]) if before.get("guard") else None
    if not is_due(state, len(X), int(is_random.sum())):
        return before.get("guard")
    by_time = np.argsort(answered_at, kind="stable")
    arms = [by_time[mask[by_time]] for mask in (~is_protected, is_random)]
    active, random = (Arm(X[rows], beliefs.targets[rows], beliefs.weights[rows]) for rows in arms)
    return check(state, active, random, is_protected[arms[1]], n_labels=len(X), l2=l2, rng=rng).dump()

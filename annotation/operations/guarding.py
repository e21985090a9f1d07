"""Whether the questions of `team` pay, looked at each hundred labels (modeling/guard.py says how)."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from annotation.models import Project, Strategy
from annotation.operations.examples import Bools
from modeling.guard import Gain, Guard, is_due, next_state

Metrics = dict[str, Any]


def guarded(
    project: Project, before: Metrics, *, n_labels: int, n_random: int, n_tested: int, compared: Callable[[], Gain]
) -> Metrics | None:
    """Returns what the guard knows after this training, as JSON can say it; None before its first check.

    `compared` is asked when a check is due, which none is where nothing is tested. Other strategies than `team` are
    not guarded: they are somebody's choice.
    """
    if project.strategy != Strategy.TEAM:
        return None
    state = Guard(**before["guard"]) if before.get("guard") else None
    if not n_tested or not is_due(state, n_labels, n_random):
        return before.get("guard")
    return next_state(state, compared(), n_labels).dump()


def arms_by_time(
    answered_at: npt.NDArray[np.float64], is_protected: Bools, is_random: Bools
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Returns the items that the model was taught, and all random draws (protected or not), each in order of asking."""
    by_time = np.argsort(answered_at, kind="stable")
    return by_time[~is_protected[by_time]], by_time[is_random[by_time]]

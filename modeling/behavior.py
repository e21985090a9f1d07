"""How people answer, whatever they answer: patterns in a row, and speed."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LONGEST_CYCLE = 4
FOLLOWS_PATTERN = 0.95
SLOWEST_FLOOR_SHARE = 1 / 3
LEAST_FLOOR_SECONDS = 0.3
ENOUGH_ANSWERS = 20


@dataclass(frozen=True, slots=True)
class Speed:
    """Answers below `floor_seconds` are hasty; each annotator's share of them, and whether it is too large."""

    floor_seconds: float
    hasty_share: Floats
    is_too_fast: npt.NDArray[np.bool_]


def repetitive_log_odds(classes: Ints, prior: Floats) -> float:
    """Log Bayes factor of "repeats itself" against "answers as the items come".

    classes: one person's answers in time order. prior: (n_classes,), how often the items call for each class.
    Repeating means following the answer 1, 2, 3 or 4 places before (a constant, an alternation, a cycle) 95 % of the
    time; the four are averaged. 0 for fewer than two answers.
    """
    if len(classes) < 2:
        return 0.0
    safe = np.maximum(prior, 1e-3) / np.maximum(prior, 1e-3).sum()
    honest = np.log(safe)[classes]
    odds = []
    for cycle in range(1, LONGEST_CYCLE + 1):
        follows = classes[cycle:] == classes[:-cycle]
        repeated = np.log((1 - FOLLOWS_PATTERN) * safe[classes[cycle:]] + FOLLOWS_PATTERN * follows)
        odds.append(float((repeated - honest[cycle:]).sum()))
    return float(np.logaddexp.reduce(odds) - np.log(LONGEST_CYCLE))


def too_fast(seconds: Floats, annotators: Ints, *, n_annotators: int) -> Speed:
    """Who answers faster than anybody can read here.

    The floor is three robust deviations (of log seconds) below the typical annotator's median, at most a third of it
    and at least 0.3 s; every annotator has one say, so that one hasty person with many answers does not move it. Too
    fast: at least 20 answers, half of them hasty. Answers without a measured time (not finite, or not above zero) are
    left out.
    """
    known = np.isfinite(seconds) & (seconds > 0)
    logs, annotators = np.log(seconds[known]), annotators[known]
    n = np.bincount(annotators, minlength=n_annotators)
    floor = _floor_seconds(logs, annotators)
    n_hasty = np.bincount(annotators, weights=np.exp(logs) < floor, minlength=n_annotators)
    share = n_hasty / np.maximum(n, 1)
    return Speed(floor, share, (n >= ENOUGH_ANSWERS) & (share >= 0.5))


def _floor_seconds(logs: Floats, annotators: Ints) -> float:
    if not len(logs):
        return LEAST_FLOOR_SECONDS
    by_person = [logs[annotators == person] for person in np.unique(annotators)]
    centre = float(np.median([np.median(own) for own in by_person]))
    spread = 1.4826 * float(np.median([np.median(np.abs(own - np.median(own))) for own in by_person]))
    return max(LEAST_FLOOR_SECONDS, float(np.exp(min(centre - 3 * spread, centre + np.log(SLOWEST_FLOOR_SHARE)))))

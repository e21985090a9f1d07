"""How long an answer takes: learned from the seconds that people really took."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

LEAST_ANSWERS = 20
LONGEST_SECONDS = 600.0
SHORTEST_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class AnswerTime:
    """seconds = exp(base) × (1 + length)^power."""

    base: float
    power: float

    def predict(self, lengths: npt.NDArray[np.integer]) -> Floats:
        """Seconds (n,), always positive."""
        return np.asarray(np.exp(self.base + self.power * np.log1p(lengths)), dtype=np.float32)


def fit_answer_time(lengths: npt.NDArray[np.integer], seconds: npt.NDArray[np.floating]) -> AnswerTime | None:
    """The line of log seconds over log length, by least squares; None with fewer than 20 answers that were timed.

    Reading grows with length at most in proportion, and never falls: the power is held within 0 and 1. Pauses count
    as ten minutes at most; NaN are answers that nobody timed.
    """
    timed = np.isfinite(seconds) & (seconds > 0)
    if timed.sum() < LEAST_ANSWERS:
        return None
    x = np.log1p(lengths[timed].astype(np.float64))
    y = np.log(np.clip(seconds[timed].astype(np.float64), SHORTEST_SECONDS, LONGEST_SECONDS))
    spread = float(((x - x.mean()) ** 2).sum())
    slope = float(((x - x.mean()) @ (y - y.mean())) / spread) if spread > 1e-9 else 0.0
    power = float(np.clip(slope, 0.0, 1.0))
    return AnswerTime(float(y.mean() - power * x.mean()), power)

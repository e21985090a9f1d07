"""The sets that are replayed, and what comes of a replay."""

from typing import Any, NamedTuple

import numpy as np


class Scenario(NamedTuple):
    """A row of the table: a set, how it is thinned and asked, and which strategies are compared beside `team`."""

    set: str
    batch: int
    budget: int
    imbalance: float = 0.0
    beside: tuple[str, ...] = ("margin", "bench:team")
    random_budget: int = 0
    rare: str = ""


SCENARIOS = (
    Scenario("sms_spam", 10, 300, random_budget=1500),
    Scenario("ag_news", 10, 400, random_budget=800),
    Scenario("trec", 10, 900, random_budget=2000),
    Scenario("ag_news", 10, 350, imbalance=0.01, random_budget=700, rare="Sports"),
    Scenario("ag_news", 10, 350, imbalance=0.01, random_budget=700, rare="World"),
    Scenario("ag_news", 50, 500, beside=("margin", "bench:team"), random_budget=500),
    Scenario("subj", 10, 300, random_budget=600),
)


class Curve(NamedTuple):
    """Score on the test part after so many questions."""

    asked: list[int]
    score: list[float]


def mean_curve(curves: list[Curve]) -> tuple[Any, Any]:
    """Asked and score, averaged over seeds."""
    n = min(len(curve.asked) for curve in curves)
    return tuple(np.mean([one[:n] for one in part], axis=0) for part in zip(*curves, strict=True))

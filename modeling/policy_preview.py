"""What rules for asking again would cost and bring, by a project's own votes: expected_course."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from modeling.engine import believe_people
from modeling.error_range import Mistakes, mistakes_of, skill_range, wrong_if
from modeling.evaluation import Interval, accuracy_interval, expected_right
from modeling.votes import places_of

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEAST_ITEMS = 30
# What became sure may be in doubt again when people are better known; by then hardly anything is asked.
MOST_ROUNDS = 40
LEVEL = 0.9


@dataclass(frozen=True, slots=True)
class Course:
    """Expected answers an item and share of right consensus, with 90 % intervals; `seen_up_to` votes an item there is
    data, beyond it the doubt of the last stage is taken to last, at best to be gone with the next vote."""

    votes_per_item: Interval
    right: Interval
    seen_up_to: int


@dataclass(frozen=True, slots=True)
class _Stage:
    """Items that get so many votes: the share of them that is then in doubt, and how probably those are wrong that
    stop there, sure, and those in doubt of which no more is recorded."""

    doubt: Interval
    sure: Mistakes
    unsure: Mistakes


def expected_course(
    votes: Ints,
    *,
    n_items: int,
    n_annotators: int,
    n_classes: int,
    overlap: int,
    max_votes: int,
    target: float,
    usual: int | None = None,
) -> Course | None:
    """Plays the rule on the recorded votes of each item; None with fewer than thirty items that have enough to begin.

    votes: (n, 3) of item, annotator, class in the order in which they were given. Each round judges all items by what
    was asked of them so far, and asks one more of each that is in doubt and has a vote left. Of what is in doubt
    without one, the items that had one tell (the product-limit estimate, Kaplan and Meier 1958, DOI 10.2307/2281868).
    `usual` is how many votes the rule of the records asks of each item that is not in doubt. Where that is less than
    `overlap`, an item that was sure with fewer stands for what it would be with more: the others are the doubtful ones.
    """
    sizes: dict[str, Any] = {"n_items": n_items, "n_annotators": n_annotators, "n_classes": n_classes}
    counts = np.bincount(votes[:, 0], minlength=n_items)
    if (counts >= overlap).sum() < LEAST_ITEMS:
        return None
    least = overlap if usual is None else min(usual, overlap)
    playing = counts >= least
    rule = np.where(playing, np.minimum(counts, overlap), 0), max_votes, target
    worlds = [_played(votes, sizes, *rule, end) for end in (None, 0, 1)]
    found = [[_stage(*world, k) for k in range(least, int(world[0].max()) + 1)] for world in worlds]
    costs = [_votes_per_item(stages, least, overlap, max_votes) for stages in found]
    low, high = min(cost.low for cost in costs), max(cost.high for cost in costs)
    right = _right(found[0], int(playing.sum()))
    return Course(Interval(costs[0].estimate, low, high), right, least + len(found[0]) - 1)


def mixed(parts: Sequence[tuple[float, Course]]) -> Course:
    """The course where items are divided among several (share, course); all are at the same end at once."""

    def mean(intervals: Sequence[Interval]) -> Interval:
        weighed = list(zip((share for share, _ in parts), intervals, strict=True))
        return Interval(*(sum(share * interval[end] for share, interval in weighed) for end in range(3)))

    courses = [course for _, course in parts]
    return Course(
        mean([one.votes_per_item for one in courses]),
        mean([one.right for one in courses]),
        min(one.seen_up_to for one in courses),
    )


def _played(
    votes: Ints, sizes: dict[str, Any], asked: Ints, max_votes: int, target: float, end: int | None
) -> tuple[Ints, Bools, Mistakes]:
    """How many votes the rule asks of each item that takes part (others: 0), which of them are in doubt at the end,
    and how probably each is wrong.

    end: how sure the items seem if people's common error rate were found to be at the lower (0) or the upper end (1) of
    what is plausible: by so much it may be another with the next answers, and that many items pass the target at once.
    """
    place, counts = places_of(votes[:, 0]), np.bincount(votes[:, 0], minlength=sizes["n_items"])
    for _ in range(MOST_ROUNDS):
        taken = votes[place < asked[votes[:, 0]]]
        found = believe_people(taken, **sizes)
        n_votes = np.bincount(taken[:, 0], minlength=sizes["n_items"])
        factor = 1.0 if end is None else skill_range(found.truth)[end]
        is_unsure = (asked > 0) & (1 - wrong_if(found.truth.posterior, found, n_votes, factor) < target)
        again = is_unsure & (asked < np.minimum(counts, max_votes))
        if not again.any():
            break
        asked = asked + again
    nothing_known = np.zeros(sizes["n_items"], dtype=np.bool_)
    return n_votes, is_unsure, mistakes_of(found.truth.posterior, found, n_votes, nothing_known)


def _stage(asked: Ints, is_unsure: Bools, mistakes: Mistakes, k: int) -> _Stage:
    here = asked == k
    n_doubtful = int((asked > k).sum() + (here & is_unsure).sum())
    doubt = accuracy_interval(n_doubtful, int((asked >= k).sum()), LEVEL)
    return _Stage(doubt, mistakes.of(here & ~is_unsure), mistakes.of(here & is_unsure))


def _votes_per_item(stages: Sequence[_Stage], least: int, overlap: int, max_votes: int) -> Interval:
    """The sum of the shares that get each vote, every share at its estimate, at its lower and at its upper end; the
    first stage is that of `least` votes."""
    n_beyond = max_votes - least - len(stages) + 1
    doubts = [*(stage.doubt for stage in stages), *[Interval(1.0, 0.0, 1.0)] * n_beyond][: max_votes - least]
    shares = (np.cumprod([doubt[end] for doubt in doubts])[overlap - least :] for end in range(3))
    return Interval(*(overlap + float(share.sum()) for share in shares))


def _right(stages: Sequence[_Stage], n_items: int) -> Interval:
    """The share right where each item stops: sure, or in doubt with the last vote that is recorded or allowed."""
    share, parts = 1.0, list[tuple[float, Mistakes]]()
    for stage in stages:
        parts.append((share * (1 - stage.doubt.estimate), stage.sure))
        share *= stage.doubt.estimate
    parts.append((share, stages[-1].unsure))
    expected, least, most = (
        sum(share * float(part[end].mean()) for share, part in parts if len(part.expected)) for end in range(3)
    )
    spread = n_items * sum(share * float((p * (1 - p)).mean()) for share, (p, _, _) in parts if len(p))
    scale = (least / expected, most / expected) if expected > 1e-9 else (1.0, 1.0)
    return expected_right(n_items, n_items * (1 - expected), spread, scale, LEVEL)

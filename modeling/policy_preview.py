"""What rules for asking again would cost and bring, by a project's own votes: expected_course."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modeling.engine import believe_people

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEAST_ITEMS = 30


@dataclass(frozen=True, slots=True)
class Course:
    """Expected answers an item and share of right consensus; `seen_up_to` votes an item there is data, beyond it the
    doubt of the last stage is taken to last."""

    votes_per_item: float
    right: float
    seen_up_to: int


def expected_course(
    votes: Ints, *, n_items: int, n_annotators: int, n_classes: int, overlap: int, max_votes: int, target: float
) -> Course | None:
    """Plays the rule on the first votes of each item, stage by stage; None with fewer than thirty items at the start.

    votes: (n, 3) of item, annotator, class in the order in which they were given. At stage k each item with k votes or
    more is judged by its first k; the share under the target goes on to the next.
    """
    place = _place(votes[:, 0])
    counts = np.bincount(votes[:, 0], minlength=n_items)
    going, n_votes, right, seen = 1.0, float(overlap), 0.0, 0
    doubt, sure_right, doubtful_right = 1.0, 0.0, 0.0
    for k in range(overlap, max_votes + 1):
        if (counts >= k).sum() >= LEAST_ITEMS:
            believed = believe_people(votes[place < k], n_items=n_items, n_annotators=n_annotators, n_classes=n_classes)
            best = believed.truth.posterior[counts >= k].max(axis=1)
            is_sure = best >= target
            doubt, seen = float(1 - is_sure.mean()), k
            sure_right = float(best[is_sure].mean()) if is_sure.any() else target
            doubtful_right = float(best[~is_sure].mean()) if not is_sure.all() else target
        elif k == overlap:
            return None
        still = min(going, doubt) if k < max_votes else 0.0
        right += (going - min(going, doubt)) * sure_right + (min(going, doubt) - still) * doubtful_right
        n_votes += still
        going = still
    return Course(n_votes, right, seen)


def _place(items: Ints) -> Ints:
    """The place of each vote among those of its item."""
    order = np.argsort(items, kind="stable")
    starts = np.flatnonzero(np.diff(items[order], prepend=-1))
    places = np.empty(len(items), dtype=np.int64)
    places[order] = np.arange(len(items)) - np.repeat(starts, np.diff(np.append(starts, len(items))))
    return places

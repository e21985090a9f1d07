"""Answers and agreement by week and by version of the guidelines, how right each person was in each week, and the
consensus class by class: counted once by an inference, so that pages only read them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from annotation.arrays import STATUSES, Beliefs, Floats, Ints, Votes
from annotation.models import Consensus, GuidelineVersion, Project
from annotation.operations.agreement_slices import finished_weeks, monday, weeks_of
from annotation.operations.inference import Inference
from modeling.agreement_slices import Share, change_of
from modeling.error_range import Mistakes
from modeling.evaluation import expected_right
from modeling.graded_agreement import Pairs, closeness_within
from modeling.periods import Within, stretches, within_periods

MOST_WEEKS = 104
MOST_OWN_WEEKS = 26
NO_PAIR = Share(None, None, None, 0)
DOUBTFUL = STATUSES.index(Consensus.Status.DOUBTFUL)

Versions = Sequence[tuple[int, datetime]]


def guideline_versions(project: Project) -> Versions:
    """Returns the versions with the moments from which they were valid, the oldest first."""
    found = GuidelineVersion.objects.filter(project=project).order_by("version")
    return list(found.values_list("version", "created_at"))


def period_report(votes: Votes, versions: Versions, pairs: Pairs | None = None) -> dict[str, Any]:
    """Returns `weeks`, the newest first, and `guidelines`, the oldest version first.

    An answer belongs to the week and the version in which it was first given; answers whose class is gone are left out.
    The agreement of a week is that of the items finished in it, the agreement under a version that of the answers given
    under it.
    With `pairs` answers agree as far as they are close, else where they are equal. `change` of a version is that of
    the agreement, from the last version before under which anything was answered twice.
    """
    weeks = _weeks(votes, pairs)[::-1][:MOST_WEEKS]
    report: dict[str, Any] = {"weeks": [{"week": monday(one.period)} | _shown(one) for one in weeks]}
    starts = np.array([created.timestamp() for _, created in versions[1:]])
    under = _within(votes, np.searchsorted(starts, votes.created, side="right"), pairs) if versions else []
    changes = _changes([one.agreement for one in under])
    return report | {
        "guidelines": [
            {"version": versions[one.period][0], "change": change} | _shown(one)
            for one, change in zip(under, changes, strict=True)
        ]
    }


def _weeks(votes: Votes, pairs: Pairs | None) -> list[Within]:
    """Every week that has an answer, rising."""
    agreement = {one.period: one.agreement for one in _within(votes, finished_weeks(votes), pairs)}
    weeks, n_given = np.unique(weeks_of(votes.created), return_counts=True)
    given = zip(weeks.tolist(), n_given.tolist(), strict=True)
    return [Within(week, n, agreement.get(week, NO_PAIR)) for week, n in given]


def _changes(shares: Sequence[Share]) -> Iterator[dict[str, float | None] | None]:
    """Yields for each version how much more or less people agree than before, with a 90 % interval."""
    before: Share | None = None
    for share in shares:
        change = before and change_of(before, share)
        yield {"estimate": change.value, "low": change.low, "high": change.high} if change else None
        before = before if share.value is None else share


def _within(votes: Votes, period: Ints, pairs: Pairs | None) -> list[Within]:
    found = within_periods(votes.votes, period)
    if pairs is None:
        return found
    close = closeness_within(pairs, period)
    return [one._replace(agreement=close.get(one.period, NO_PAIR)) for one in found]


def class_report(project: Project, believed: Beliefs, mistakes: Mistakes) -> list[dict[str, Any]]:
    """Returns each class of the consensus, the most common first; empty where an answer is not one class.

    mistakes: of each of the items believed, between which ends the probability lies that it is wrong.
    """
    if project.kind != "choice":
        return []
    names, (n, right, spread, doubtful) = project.class_names, _sums_by_class(believed, len(project.class_names))
    fewer, more = mistakes.summed(believed.classes, len(names)).factors
    rows = []
    for k in sorted(np.flatnonzero(n).tolist(), key=lambda k: (-n[k], names[k])):
        scale = float(fewer[k]), float(more[k])
        worth = expected_right(int(n[k]), float(right[k]), float(spread[k]), scale, level=0.9)
        row = {"class": names[k], "items": int(n[k]), "expected_right": worth.estimate, "in_doubt": int(doubtful[k])}
        rows.append(row | {"low": worth.low, "high": worth.high})
    return rows


def _sums_by_class(believed: Beliefs, n_classes: int) -> tuple[Floats, ...]:
    """Items, Σ p, Σ p (1 - p) of their probabilities, and items in doubt, each (n_classes,)."""
    p = believed.probability
    weights = (None, p, p * (1 - p), believed.status == DOUBTFUL)
    sums = (np.bincount(believed.classes, weights=one, minlength=n_classes) for one in weights)
    return tuple(part.astype(np.float64) for part in sums)


def weeks_of_people(inference: Inference) -> list[list[dict[str, Any]]]:
    """Returns for each annotator her last weeks, the newest first: answers, how many could be judged, how right."""
    votes = inference.votes
    found = list[list[dict[str, Any]]]([] for _ in range(inference.votes.n_annotators))
    judged = inference.is_informative.astype(np.int64)
    for one in stretches(votes.votes[:, 1], weeks_of(votes.created), inference.right, judged)[::-1]:
        own = found[one.annotator]
        if len(own) < MOST_OWN_WEEKS:
            right = None if one.right is None else round(one.right, 4)
            own.append({"week": monday(one.period), "annotations": one.n_votes, "judged": one.n_judged, "right": right})
    return found


def _shown(one: Within) -> dict[str, Any]:
    share = one.agreement
    counts = {"annotations": one.n_votes, "items_with_overlap": share.n_items}
    return counts | {"percent": share.value, "low": share.low, "high": share.high}

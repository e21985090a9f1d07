"""Agreement in parts, as the manager reads it: by class, by person, by two people, by week."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from annotation.arrays import Floats, Ints, Votes
from annotation.operations.coefficients import shown_coefficient
from modeling import agreement_slices as slices
from modeling.agreement_slices import Share

MOST_WEEKS = 26
MOST_PAIRS = 50
# Every pair of people is looked at: beyond this many the table is of no use to anybody. Of people those are listed who
# agree least.
MOST_PEOPLE = 200
MONDAY = datetime(1969, 12, 29, tzinfo=UTC)
WEEK_SECONDS = 7 * 86_400


def agreement_slices(votes: Votes, names: Mapping[int, str], *, seed: int) -> dict[str, Any]:
    """Returns by_class, by_person, by_pair and by_week; shares are {value, low, high, n}, null where nothing speaks."""
    shared = np.bincount(votes.votes[:, 0], minlength=votes.n_items)[votes.votes[:, 0]] > 1
    own = votes.votes[shared]
    people = [names[int(user_id)] for user_id in votes.annotator_ids]
    return {
        "by_class": [
            {"class": name} | shown_share(share)
            for name, share in zip(votes.class_names, slices.by_class(own, votes.n_classes), strict=True)
        ],
        "by_person": shown_people(people, slices.by_person(own, votes.n_annotators)),
        "by_pair": _by_pair(own, people),
        "by_week": _by_week(own, finished_weeks(votes)[shared], votes.n_classes, seed),
    }


def shown_people(people: Sequence[str], shares: Sequence[Share]) -> list[dict[str, Any]]:
    """Returns everybody's share in the order given; of more than two hundred people the lowest, unknown ones last."""
    rows = [{"username": name} | shown_share(share) for name, share in zip(people, shares, strict=True)]
    if len(rows) <= MOST_PEOPLE:
        return rows
    return sorted(rows, key=lambda row: (row["value"] is None, row["value"]))[:MOST_PEOPLE]


def _by_pair(own: Ints, people: list[str]) -> list[dict[str, Any]]:
    if len(people) > MOST_PEOPLE:
        return []
    pairs = slices.by_two_people(own, limit=MOST_PAIRS)
    return [{"annotators": [people[one.first], people[one.second]]} | shown_share(one.agreement) for one in pairs]


def _by_week(own: Ints, week: Ints, n_classes: int, seed: int) -> list[dict[str, Any]]:
    """The newest weeks, Mondays in UTC, of the items that were finished in them."""
    recent = week > week.max(initial=0) - MOST_WEEKS
    found = slices.by_period(own[recent], week[recent], n_classes, rng=np.random.default_rng(seed))
    return [
        {
            "week": monday(one.period),
            "krippendorff_alpha": shown_coefficient(one.alpha),
        }
        | shown_share(one.agreement)
        for one in found
    ]


def weeks_of(created: Floats) -> Ints:
    """Returns the weeks (n,) of moments in seconds since 1970, numbered from the Monday before."""
    return ((created - MONDAY.timestamp()) // WEEK_SECONDS).astype(np.int64)


def finished_weeks(votes: Votes) -> Ints:
    """Returns for each answer the week of the last answer to its item (n,): to that week the item's agreement belongs,
    wherever it is told by week."""
    return slices.last_periods(votes.votes, weeks_of(votes.created))


def monday(week: int) -> str:
    """Returns the day on which the week begins."""
    return (MONDAY + timedelta(weeks=week)).date().isoformat()


def shown_share(share: Share) -> dict[str, Any]:
    """Returns the share as reports show it."""
    return {"value": share.value, "low": share.low, "high": share.high, "n": share.n_items}

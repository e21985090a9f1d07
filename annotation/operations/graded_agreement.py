"""How far people agree where answers are more or less alike (sets, spans, boxes, texts), as a whole and in parts."""

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from annotation.arrays import Ints
from annotation.kinds import Learner
from annotation.operations.agreement_report import ENOUGH_ITEMS, shown_percent
from annotation.operations.agreement_slices import (
    MOST_PAIRS,
    MOST_PEOPLE,
    MOST_WEEKS,
    finished_weeks,
    monday,
    shown_people,
    shown_share,
)
from annotation.operations.coefficients import NOT_GRADED, shown_coefficient
from annotation.operations.judgement import Crowd
from annotation.operations.tagging.agreement import span_agreement
from modeling.agreement import Coefficient
from modeling.agreement_slices import Share, share_of
from modeling.graded_agreement import (
    Pairs,
    closeness_by_period,
    closeness_by_person,
    closeness_by_two_people,
    graded_alpha,
)

MOST_DRAWN_PAIRS = 2_000
MOST_DIFFERENT = 100


def graded_agreement(crowd: Crowd, pairs: Pairs, names: Mapping[int, str], *, seed: int) -> dict[str, Any]:
    """Returns what `agreement/` shows: the mean closeness of pairs of answers, α by the kind's distance, and both in
    parts. `pairs` are all of the crowd's, `names` by user id."""
    rng = np.random.default_rng(seed)
    shared = _shared(crowd)
    _, mean, n_votes = pairs.per_item()
    said = crowd.answers.votes.votes[np.concatenate(shared), 2] if shared else np.empty(0, np.int64)
    expected = _expected_distance(crowd, said, rng)
    alpha = graded_alpha(1 - mean, n_votes, expected, rng=rng)
    by_span = span_agreement(crowd, shared) if crowd.kind.learner is Learner.TAGGER else {}
    undefined = Coefficient(None, undefined_because=NOT_GRADED)
    coefficients = dict.fromkeys(("cohen_kappa", "fleiss_kappa", "gwet_ac1", "scott_pi"), undefined)
    return {
        "items_with_overlap": len(shared),
        **shown_percent(_closeness_of(pairs)),
        "coefficients": {
            name: shown_coefficient(one)
            for name, one in ({"krippendorff_alpha": alpha} | by_span | coefficients).items()
        },
        "confused_pairs": [],
        "enough_overlap": len(shared) >= ENOUGH_ITEMS,
    } | _slices(crowd, pairs, shared, names, expected, rng)


def _closeness_of(pairs: Pairs) -> Share:
    """The mean closeness of all pairs; the pairs of one item go together."""
    _, item, n = np.unique(pairs.item, return_inverse=True, return_counts=True)
    close = np.bincount(item, weights=pairs.closeness, minlength=len(n)).astype(np.float64)
    return share_of(close, n.astype(np.float64))


def _shared(crowd: Crowd) -> list[Ints]:
    """The rows of each item that has several answers."""
    return [rows for _, rows in crowd.rows_by_item() if len(rows) > 1]


def answer_pairs(crowd: Crowd) -> Pairs:
    """Returns all pairs of answers to one item."""
    votes = crowd.answers.votes.votes
    two = [pair for rows in _shared(crowd) for pair in itertools.combinations(rows.tolist(), 2)]
    rows = np.array(two, dtype=np.int64).reshape(-1, 2)
    apart = [crowd.distance(crowd.value(int(a)), crowd.value(int(b))) for a, b in votes[rows, 2]]
    return Pairs(votes[rows[:, 0], 0], votes[rows, 1], rows, 1 - np.array(apart, dtype=np.float64))


def _expected_distance(crowd: Crowd, numbers: Ints, rng: np.random.Generator) -> float:
    """The mean distance of two answers drawn from all: exact where few answers are different ones, else over 2,000
    pairs."""
    n = len(numbers)
    if n < 2:
        return 0.0
    different, times = np.unique(numbers, return_counts=True)
    if len(different) <= MOST_DIFFERENT:
        pairs = itertools.combinations(zip(map(crowd.value, different.tolist()), times.tolist(), strict=True), 2)
        total = sum(n_one * n_other * crowd.distance(one, other) for (one, n_one), (other, n_other) in pairs)
        return float(total / (n * (n - 1) / 2))
    first = rng.integers(n, size=MOST_DRAWN_PAIRS)
    drawn = np.column_stack([first, (first + rng.integers(1, n, size=MOST_DRAWN_PAIRS)) % n])
    apart = [crowd.distance(crowd.value(int(numbers[a])), crowd.value(int(numbers[b]))) for a, b in drawn]
    return float(np.mean(apart))


def _slices(
    crowd: Crowd,
    pairs: Pairs,
    shared: list[Ints],
    names: Mapping[int, str],
    expected: float,
    rng: np.random.Generator,
) -> dict[str, Any]:
    votes = crowd.answers.votes
    people = [names[int(user_id)] for user_id in votes.annotator_ids]
    two = closeness_by_two_people(pairs, limit=MOST_PAIRS) if len(people) <= MOST_PEOPLE else []
    return {
        "by_class": _by_class(crowd, shared),
        "by_person": shown_people(people, closeness_by_person(pairs, len(people))),
        "by_pair": [
            {"annotators": [people[one.first], people[one.second]]} | shown_share(one.agreement) for one in two
        ],
        "by_week": _by_week(crowd, pairs, expected, rng),
    }


def _by_class(crowd: Crowd, shared: list[Ints]) -> list[dict[str, Any]]:
    """For each class: of what one person gave it, how much another gave it too (Hripcsak and Rothschild 2005, DOI
    10.1197/jamia.M1733); marks that match count as their overlap. Empty for kinds without classes."""
    found = {name: (np.zeros(len(shared)), np.zeros(len(shared))) for name in crowd.schema.classes}
    for place, rows in enumerate(shared):
        said = [_by_name(crowd.value(int(number))) for number in crowd.answers.votes.votes[rows, 2]]
        for one, other in itertools.combinations(said, 2):
            for name in (one.keys() | other.keys()) & found.keys():
                agreeing, given = found[name]
                mine, hers = one.get(name, []), other.get(name, [])
                n = len(mine) + len(hers)
                given[place] += n
                if mine and hers:
                    agreeing[place] += n * _closeness(crowd, mine, hers)
    return [{"class": name} | shown_share(share_of(*parts)) for name, parts in found.items()]


def _by_name(value: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Returns the answer's parts by class: answers of the same kind that hold only these. {} for texts."""
    ((part, said),) = value.items()
    if part == "classes":
        return {name: [{part: [name]}] for name in said}
    if not isinstance(said, list):
        return {}
    found: dict[str, list[dict[str, Any]]] = {}
    for mark in said:
        found.setdefault(mark["class"], []).append({part: [mark]})
    return found


def _closeness(crowd: Crowd, one: list[dict[str, Any]], other: list[dict[str, Any]]) -> float:
    """How close two lists of parts are, taken together again."""
    (part,) = one[0].keys()
    together = [{part: [said for piece in side for said in piece[part]]} for side in (one, other)]
    return 1 - crowd.distance(*together)


def _by_week(crowd: Crowd, pairs: Pairs, expected: float, rng: np.random.Generator) -> list[dict[str, Any]]:
    """The newest weeks, Mondays in UTC, of the items that were finished in them."""
    votes = crowd.answers.votes
    week = np.zeros(votes.n_items, dtype=np.int64)
    week[votes.votes[:, 0]] = finished_weeks(votes)
    recent = week[pairs.item] > week.max(initial=0) - MOST_WEEKS
    own = Pairs(pairs.item[recent], pairs.people[recent], pairs.rows[recent], pairs.closeness[recent])
    return [
        {"week": monday(one.period), "krippendorff_alpha": shown_coefficient(one.alpha)} | shown_share(one.agreement)
        for one in closeness_by_period(own, week, expected, rng=rng)
    ]

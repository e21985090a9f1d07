"""One judgement at a time: an item anew from its votes and from what its annotators did elsewhere, by a kept version.

Between two full inferences the belief about an item is a function of the version and of the item's present votes, of
nothing else. So a revised, deleted or repeated vote leaves no trace, the order of updates does not matter, and many
processes come to the same numbers as one.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modeling.calibration import discounted
from modeling.engine import Beliefs
from modeling.skills import Skills
from modeling.suspicion import normalised
from modeling.votes import Floats, Ints

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Version:
    """What a full inference keeps: its votes by rising item, the posterior before calibration and after, its skills
    and class prior. `matrix` is each annotator's place in `skills`."""

    votes: Ints
    raw: Floats
    posterior: Floats
    fixed: Ints
    skills: Skills
    class_prior: Floats
    dependence: float
    matrix: Ints

    @property
    def n_classes(self) -> int:
        return len(self.class_prior)


def version_of(beliefs: Beliefs, votes: Ints, *, gold: Ints | None) -> Version:
    """The version that these beliefs about these votes leave behind."""
    truth = beliefs.truth
    fixed = np.full(len(truth.posterior), -1, dtype=np.int64)
    if gold is not None and len(gold):
        fixed[gold[:, 0]] = gold[:, 1]
    return Version(
        votes=votes[np.argsort(votes[:, 0], kind="stable")],
        raw=truth.before,
        posterior=truth.posterior,
        fixed=fixed,
        skills=truth.skills,
        class_prior=truth.class_prior,
        dependence=beliefs.dependence,
        matrix=beliefs.matrix,
    )


def judge_items(version: Version, known_as: Ints, votes: Ints, fixed: Ints) -> Floats:
    """The calibrated posterior of some items by their present votes, (n_items, K).

    known_as: (n_items,) the item's number in the version, -1 for a new one. votes: (n, 3) item by its place in
    `known_as`, annotator by the version's number or -1 for somebody new, who starts as an average person; class.
    fixed: (n_items,) the known class or -1. An item whose votes are those of the version keeps the version's posterior.
    """
    before = _votes_before(version, known_as)
    logs = np.tile(np.log(version.class_prior), (len(known_as), 1))
    np.add.at(logs, votes[:, 0], _logs(version, known_as, votes, before))
    n_votes = np.bincount(votes[:, 0], minlength=len(known_as))
    posterior = discounted(normalised(logs), n_votes, version.dependence)
    posterior[fixed >= 0] = np.eye(version.n_classes)[fixed[fixed >= 0]]
    same = _unchanged(version, known_as, votes, before, fixed)
    posterior[same] = version.posterior[known_as[same]]
    return posterior


def _votes_before(version: Version, known_as: Ints) -> Ints:
    """The version's votes on these items, the item by its place in `known_as`."""
    first, last = (np.searchsorted(version.votes[:, 0], known_as, side=side) for side in ("left", "right"))
    n = np.where(known_as >= 0, last - first, 0)
    item = np.repeat(np.arange(len(known_as)), n)
    rows = np.arange(len(item)) - np.repeat(np.cumsum(n) - n, n) + np.repeat(first, n)
    return np.column_stack([item, version.votes[rows, 1:]])


def _logs(version: Version, known_as: Ints, votes: Ints, before: Ints) -> Floats:
    """Log P(answer | truth) of each vote (n, K), without what the version counted of the vote itself."""
    counted = _is_in(votes, before, version)
    several = np.bincount(before[:, 0], minlength=len(known_as)) > 1
    was_fixed = (known_as >= 0) & (version.fixed[known_as] >= 0)
    counted &= (several | was_fixed)[votes[:, 0]]
    own = np.zeros((len(votes), version.n_classes))
    own[counted] = version.raw[known_as[votes[counted, 0]]]
    people, place = np.unique(np.where(votes[:, 1] >= 0, version.matrix[votes[:, 1]], -1), return_inverse=True)
    return _skills_of(version.skills, people).elsewhere(place, votes[:, 2], own)


def _skills_of(skills: Skills, people: Ints) -> Skills:
    """The skills of these places alone; -1 is somebody new: no counts, the average person as the centre."""
    is_new = (people < 0)[:, None, None]
    return Skills(
        np.where(is_new, 0.0, skills.counts[people]),
        np.where(is_new, skills.pool, skills.centre[people]),
        skills.pool,
        skills.hit_rate,
    )


def _unchanged(version: Version, known_as: Ints, votes: Ints, before: Ints, fixed: Ints) -> Bools:
    """(n_items,) whether an item has the votes and the known class that it had in the version."""
    n = len(known_as)
    now, then = (np.bincount(rows[:, 0], minlength=n) for rows in (votes, before))
    kept = np.bincount(votes[_is_in(votes, before, version), 0], minlength=n)
    same = (known_as >= 0) & (now == then) & (kept == now)
    same[same] &= version.fixed[known_as[same]] == fixed[same]
    return np.asarray(same)


def _is_in(votes: Ints, before: Ints, version: Version) -> Bools:
    n_people = len(version.matrix) + 1
    now, then = ((rows[:, 0] * n_people + rows[:, 1] + 1) * version.n_classes + rows[:, 2] for rows in (votes, before))
    return np.asarray(np.isin(now, then) & (votes[:, 1] >= 0))

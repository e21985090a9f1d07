"""One moment's answers → the rows a model is fitted to and measured on."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from annotation.arrays import Votes
from annotation.models import Representation
from annotation.operations.examples import Beliefs, Bools, Floats, Ints, Seen, believe
from annotation.operations.probes import take_probe
from annotation.vectors import load_pool


@dataclass(frozen=True)
class Training:
    """The items that have vectors: rows of `X` (n, d), aligned with their ids, beliefs, masks, and answers: how many
    each has, and when the first came."""

    representation: Representation
    item_ids: Ints
    X: Floats
    beliefs: Beliefs
    is_protected: Bools
    is_control: Bools
    n_answers: Ints
    answered_at: npt.NDArray[np.float64]
    probe_ids: Ints
    probe_vectors: Floats
    rng: np.random.Generator
    number: int


def prepare(seen: Seen, representation: Representation) -> Training:
    """Infers the consensus and looks up the vectors; raises ArtifactError when a shard is missing or damaged."""
    pool = load_pool(representation)
    rows = pool.find(seen.votes.item_ids)
    here = rows >= 0
    beliefs = believe(seen.labels)
    probe = take_probe(pool.item_ids, seed=seen.project.seed)
    return Training(
        representation=representation,
        item_ids=seen.votes.item_ids[here],
        X=pool.vectors(rows[here]),
        beliefs=Beliefs(beliefs.targets[here], beliefs.weights[here], beliefs.certainty[here], beliefs.n_checked),
        is_protected=seen.is_protected[here],
        is_control=(seen.is_protected | seen.is_shuffled)[here],
        n_answers=np.bincount(seen.votes.votes[:, 0], minlength=seen.votes.n_items)[here],
        answered_at=_answered_at(seen.votes)[here],
        probe_ids=pool.item_ids[probe],
        probe_vectors=pool.vectors(probe),
        rng=np.random.default_rng([seen.project.seed, seen.number]),
        number=seen.number,
    )


def _answered_at(votes: Votes) -> npt.NDArray[np.float64]:
    """When each item was first answered, in epoch seconds; infinite for gold that nobody was asked about."""
    first = np.full(votes.n_items, np.inf)
    np.minimum.at(first, votes.votes[:, 0], votes.created)
    return first

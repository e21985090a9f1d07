"""Probabilities and vectors → the rows to label next: the `team` rule, for several annotators asking at once.

A batch looks for classes with too few labels, and spreads the rest over the uncertain part of the pool, one
representative a slot. The protected random slice is not drawn here: it is drawn when an assignment is claimed.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
import numpy.typing as npt

from modeling.acquisition import margin
from modeling.class_needs import exploring_share, needy_classes, rare_share_of
from modeling.repeats import Said, repeats_last
from modeling.representatives import best_first, uncertain_rows

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


# Vectors learned from the pool itself say less of what is near: from so many labels on the doubt says more. With
# fewer labels, some of them wrong, that doubt leads astray.
CENTRAL_LABELS = 60


class Kind(IntEnum):
    """Why a row was chosen."""

    RARE = 0
    UNCERTAIN = 1
    RANDOM = 2


@dataclass(frozen=True, slots=True)
class Choice:
    """Ranked rows, best first; four arrays of one length.

    `scores`: for RARE the probability of the class looked for, otherwise the margin score. `probabilities`: the
    chance that the row was eligible at all (1 for RARE; the sampled share of the candidates for the others).
    """

    rows: Ints
    scores: Floats
    kinds: npt.NDArray[np.int8]
    probabilities: Floats

    @classmethod
    def of(cls, rows: Ints, scores: Floats, kind: Kind, probability: float) -> Self:
        """Rows all chosen for one reason."""
        n = len(rows)
        return cls(
            np.asarray(rows, dtype=np.int64),
            np.asarray(scores, dtype=np.float32),
            np.full(n, kind, dtype=np.int8),
            np.full(n, probability, dtype=np.float32),
        )

    def at(self, places: Ints) -> "Choice":
        """The choice in another order, or a part of it."""
        return Choice(self.rows[places], self.scores[places], self.kinds[places], self.probabilities[places])


def joined(parts: list[Choice]) -> Choice:
    """The parts one after the other."""
    return Choice(
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.kinds for part in parts]),
        np.concatenate([part.probabilities for part in parts]),
    )


def rank_team(
    *,
    X: Floats,
    probabilities: Floats,
    candidates: Ints,
    labeled_counts: npt.NDArray[np.floating],
    batch: int,
    n_wanted: int,
    rng: np.random.Generator,
    random_share: float = 0.0,
    sample: Ints | None = None,
    uncertainty: Floats | None = None,
    pending: Floats | None = None,
    seconds: Floats | None = None,
    learned_here: bool = False,
) -> Choice:
    """A queue of `n_wanted` of the `candidates` (fewer when there are fewer): batch after batch, no row twice.

    X (n, d) and probabilities (n, n_classes) cover the pool, `labeled_counts` (n_classes,) says how many labels each
    class has. With few labels, or a class that was not found yet, more rows are random. All batches come from one
    candidate sample and one clustering: the next batch takes the next most uncertain row of each cluster, so a long
    queue costs hardly more than one batch. With a `sample` of the candidates only classes in need are looked for
    among the others. Uncertainty is the margin unless `uncertainty` (n,) is given, and is weighed by cost where
    `seconds` (n,) are. Vectors `pending` (m, d) count as chosen: what is near them waits, and what says the
    same as one of them, or as a row before it, comes last, for whatever reason it was chosen. Of what classes in need
    leave, a `random_share` is drawn at random. Of vectors `learned_here`, from the pool itself, the most uncertain row
    stands for its neighbourhood after some labels. Ties are broken by `rng`. Raises ValueError when X and probabilities
    do not match.
    """
    if len(X) != len(probabilities):
        raise ValueError(f"{len(X)} vectors but {len(probabilities)} rows of probabilities")
    sample = candidates if sample is None else sample
    n_wanted = min(n_wanted, len(sample))
    if n_wanted <= 0:
        return Choice.of(np.zeros(0, np.int64), np.zeros(0, np.float32), Kind.RANDOM, 1.0)
    counts = np.asarray(labeled_counts, dtype=np.float64)
    needy = needy_classes(counts)
    rare_share = rare_share_of(counts, needy)
    n_random_share = max(random_share, exploring_share(probabilities[sample], counts, batch))
    uncertainty = margin(probabilities) if uncertainty is None else uncertainty
    pending = X[:0] if pending is None else pending
    rows, scores, share_sampled = uncertain_rows(
        X,
        uncertainty,
        sample,
        batch,
        n_wanted,
        rng,
        pending=pending,
        seconds=seconds,
        central=not learned_here or counts.sum() < CENTRAL_LABELS,
    )
    parts = {
        Kind.RARE: rare_rows(
            probabilities, candidates, counts, needy, _n_needed(rare_share, n_wanted), rng, X=X, pending=pending
        ),
        Kind.RANDOM: _random_rows(probabilities, sample, _n_needed(n_random_share, n_wanted), rng),
        Kind.UNCERTAIN: Choice.of(rows, scores, Kind.UNCERTAIN, share_sampled),
    }
    shares = {Kind.RARE: rare_share, Kind.RANDOM: n_random_share * (1 - rare_share)}
    listed = _interleaved(parts, shares, n_wanted, rng)
    return listed.at(repeats_last(X[listed.rows], pending, listed.kinds == Kind.RANDOM))


def _n_needed(share: float, n_wanted: int) -> int:
    return min(n_wanted, int(np.ceil(share * n_wanted)) + 1) if share else 0


def rare_rows(
    probabilities: Floats,
    candidates: Ints,
    counts: npt.NDArray[np.float64],
    needy: Ints,
    n_wanted: int,
    rng: np.random.Generator,
    *,
    X: Floats | None = None,
    pending: Floats | None = None,
) -> Choice:
    """The likeliest rows of the neediest class, one at a time; each then counts as its probability of being in it.

    With vectors X (n, d) a row that says the same as a `pending` vector (m, d) or as one before it is passed over.
    """
    if not n_wanted or not len(needy):
        return Choice.of(np.zeros(0, np.int64), np.zeros(0, np.float32), Kind.RARE, 1.0)
    listed = {int(k): candidates[best_first(probabilities[candidates, k], n_wanted * len(needy), rng)] for k in needy}
    said = None if X is None else Said(X, np.concatenate([*listed.values()]), X[:0] if pending is None else pending)
    ranked = {k: iter(rows.tolist()) for k, rows in listed.items()}
    n_known, taken, scores = dict(enumerate(counts.tolist())), dict[int, None](), []
    while len(taken) < n_wanted and ranked:
        k = min(ranked, key=lambda k: n_known[k] + 0.1 * rng.random())
        row = next((row for row in ranked[k] if row not in taken and (said is None or said.adds(row))), None)
        if row is None:
            del ranked[k]
            continue
        taken[row] = None
        scores.append(probabilities[row, k])
        n_known[k] += max(float(scores[-1]), 0.2)
    return Choice.of(np.array(list(taken), dtype=np.int64), np.array(scores), Kind.RARE, 1.0)


def _random_rows(probabilities: Floats, candidates: Ints, n_wanted: int, rng: np.random.Generator) -> Choice:
    rows = rng.choice(candidates, n_wanted, replace=False) if n_wanted else candidates[:0]
    return Choice.of(rows, margin(probabilities[rows]), Kind.RANDOM, n_wanted / len(candidates))


def _interleaved(
    parts: dict[Kind, Choice], shares: dict[Kind, float], n_wanted: int, rng: np.random.Generator
) -> Choice:
    """One queue in which every stretch holds each part's share, rounded at random; no row twice."""
    everything = joined(list(parts.values()))
    rows = everything.rows.tolist()
    place = {kind: iter(np.flatnonzero(everything.kinds == kind).tolist()) for kind in parts}
    order: list[int] = []
    taken: set[int] = set()
    owed = {kind: float(rng.random()) for kind in shares}
    while len(order) < n_wanted:
        for kind, share in shares.items():
            owed[kind] += share
        kind = next((kind for kind in shares if owed[kind] >= 1), Kind.UNCERTAIN)
        owed[kind] = owed.get(kind, 0) - 1
        found = next((p for p in place[kind] if rows[p] not in taken), None)
        if found is not None:
            order.append(found)
            taken.add(rows[found])
    return everything.at(np.array(order, dtype=np.int64))

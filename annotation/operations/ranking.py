"""A live model and the pool's vectors → the places of the next queue, with the reason for each."""

import json
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from django.db import connection

from annotation.models import ModelVersion, Project, Stream
from annotation.vectors import Floats, Ints, Pool, load_pool
from modeling.batches import Choice, Kind, needy_classes, rank_team
from modeling.linear import LinearModel

QUEUE_LENGTH = 500
LEAST_SLOTS = 8
ACTIVE_MINUTES = 2
# The expensive part of the rule looks at this many candidates, and the likeliest ones of every class in need.
MAX_CANDIDATES = 12_000
LIKELIEST = 500

# Undrawn items that take answers are the bulk of a pool: the others are fewer and come from partial indexes.
NOT_TO_ASK = """
    SELECT id FROM annotation_item WHERE project_id = %(project)s AND drawn_at IS NOT NULL
    UNION ALL
    SELECT id FROM annotation_item WHERE project_id = %(project)s AND is_gold
"""
ACTIVE = """
    SELECT count(DISTINCT annotator_id) FROM annotation_annotation
    WHERE project_id = %s AND created_at > now() - make_interval(mins => %s)
"""
SHUFFLED = """
    SELECT id, (SELECT count(*) FROM annotation_item
                WHERE project_id = %(project)s AND drawn_at IS NULL AND open_slots > 0)
    FROM annotation_item WHERE project_id = %(project)s AND drawn_at IS NULL AND open_slots > 0
    ORDER BY shuffle_key LIMIT %(limit)s
"""


class Place(NamedTuple):
    """One entry of a queue to be published; `reason` is JSON text."""

    item_id: int
    score: float
    reason: str
    stream: str
    probability: float


def next_shuffled(project: Project) -> list[Place]:
    """The queue of the strategy `random`: the next items of the seeded shuffle."""
    with connection.cursor() as cursor:
        cursor.execute(SHUFFLED, {"project": project.pk, "limit": QUEUE_LENGTH})
        return [_shuffled(item_id, 0.0, n_open) for item_id, n_open in cursor.fetchall()]


def rank_pool(project: Project, version: ModelVersion, model: LinearModel) -> list[Place]:
    """The queue of the strategy `team` over all items nobody was asked about; empty when there are none.

    Raises ArtifactError when a shard is missing or damaged.
    """
    pool = load_pool(version.representation)
    item_ids = pool.item_ids
    open_rows = np.flatnonzero(~np.isin(item_ids, _not_to_ask(project)))
    if not len(open_rows):
        return []
    probabilities = _probabilities(pool, model)
    rng = np.random.default_rng([project.seed, version.number, len(open_rows)])
    counts = np.array(version.metrics["labeled_counts"])
    rows = _shortlist(probabilities, open_rows, counts, rng)
    choice = rank_team(
        X=pool.vectors(rows),
        probabilities=probabilities[rows],
        candidates=np.arange(len(rows)),
        labeled_counts=counts,
        batch=max(LEAST_SLOTS, _active_annotators(project)),
        n_wanted=min(QUEUE_LENGTH, len(rows)),
        rng=rng,
    )
    chosen = _redrawn(rows[choice.rows], choice, open_rows, rng) if len(rows) < len(open_rows) else rows[choice.rows]
    share = min(1.0, MAX_CANDIDATES / len(open_rows))
    reasons = Reasons(version.classes, needy_classes(counts))
    return [
        reasons.place(int(item_ids[row]), probabilities[row], choice, place, len(open_rows), share)
        for place, row in enumerate(chosen)
    ]


def _not_to_ask(project: Project) -> Ints:
    with connection.cursor() as cursor:
        cursor.execute(NOT_TO_ASK, {"project": project.pk})
        return np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)


def _active_annotators(project: Project) -> int:
    with connection.cursor() as cursor:
        cursor.execute(ACTIVE, [project.pk, ACTIVE_MINUTES])
        return int(cursor.fetchone()[0])


def _probabilities(pool: Pool, model: LinearModel) -> Floats:
    out = np.empty((pool.n_items, model.n_classes), dtype=np.float32)
    start = 0
    for block in pool.blocks():
        out[start : start + len(block)] = model.predict_proba(block)
        start += len(block)
    return out


def _shortlist(probabilities: Floats, open_rows: Ints, counts: npt.NDArray[Any], rng: np.random.Generator) -> Ints:
    """All open rows of a small pool; of a large one a random sample and the likeliest rows of the classes in need."""
    if len(open_rows) <= MAX_CANDIDATES:
        return open_rows
    parts = [rng.choice(open_rows, MAX_CANDIDATES, replace=False)]
    for k in needy_classes(counts):
        parts.append(open_rows[np.argpartition(probabilities[open_rows, k], -LIKELIEST)[-LIKELIEST:]])
    return np.unique(np.concatenate(parts))


def _redrawn(chosen: Ints, choice: Choice, open_rows: Ints, rng: np.random.Generator) -> Ints:
    """The rows with the random ones drawn again from the whole pool, for a shortlist is no fair sample of it."""
    out = chosen.copy()
    is_random = choice.kinds == Kind.RANDOM
    others = np.setdiff1d(open_rows, chosen[~is_random])
    out[is_random] = rng.choice(others, int(is_random.sum()), replace=False)
    return out


class Reasons:
    """Puts into words, for the page to show, why a row was chosen."""

    def __init__(self, classes: list[str], needy: Ints) -> None:
        self.classes = classes
        self.needy = needy

    def place(
        self, item_id: int, probabilities: Floats, choice: Choice, place: int, n_open: int, share: float
    ) -> Place:
        """`share` is the part of the open pool that was looked at."""
        kind, score = choice.kinds[place], float(choice.scores[place])
        if kind == Kind.RANDOM:
            return _shuffled(item_id, score, n_open)
        reason = self._rare(probabilities, score) if kind == Kind.RARE else self._uncertain(probabilities)
        probability = float(choice.probabilities[place]) * (share if kind == Kind.UNCERTAIN else 1.0)
        return Place(item_id, score, json.dumps(reason), Stream.MODEL.value, min(1.0, probability))

    def _rare(self, probabilities: Floats, score: float) -> dict[str, Any]:
        wanted = int(self.needy[np.abs(probabilities[self.needy] - score).argmin()])
        return {"kind": "rare", "class": self.classes[wanted], "probability": round(float(probabilities[wanted]), 4)}

    def _uncertain(self, probabilities: Floats) -> dict[str, Any]:
        first, *rest = np.argsort(-probabilities)[:2]
        gap = float(probabilities[first] - (probabilities[rest[0]] if rest else 0))
        names = [self.classes[k] for k in (first, *rest)]
        return {"kind": "uncertain", "classes": names, "margin": round(gap, 4)}


def _shuffled(item_id: int, score: float, n_open: int) -> Place:
    return Place(item_id, score, '{"kind": "shuffle"}', Stream.SHUFFLE.value, 1 / n_open)

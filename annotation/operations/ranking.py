"""A live model and the pool's vectors → the places of the next queue, with the reason for each."""

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
MODEL, SHUFFLE = Stream.MODEL.value, Stream.SHUFFLE.value

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
    """One entry of a queue to be published, the first one first."""

    item_id: int
    score: float
    reason: dict[str, Any]
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
    chosen = rows[choice.rows]
    if len(rows) < len(open_rows):
        chosen = _redrawn(chosen, choice.kinds == Kind.RANDOM, open_rows, rng)
    reasons = Reasons(version.classes, needy_classes(counts), probabilities[chosen])
    return reasons.places(item_ids[chosen], choice, n_open=len(open_rows))


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


def _redrawn(chosen: Ints, is_random: npt.NDArray[np.bool_], open_rows: Ints, rng: np.random.Generator) -> Ints:
    """The rows with the random ones drawn again from the whole pool, for a shortlist is no fair sample of it."""
    n = int(is_random.sum())
    drawn = rng.choice(open_rows, n + int((~is_random).sum()), replace=False) if n else chosen[:0]
    out = chosen.copy()
    out[is_random] = drawn[~np.isin(drawn, chosen[~is_random])][:n]
    return out


class Reasons:
    """Says, for the page to show, why each chosen row was chosen. `probabilities` (n_chosen, n_classes)."""

    def __init__(self, classes: list[str], needy: Ints, probabilities: Floats) -> None:
        self.classes = classes
        self.needy = needy
        self.probabilities = probabilities
        self.likeliest = np.argsort(-probabilities, axis=1)[:, :2]

    def places(self, item_ids: Ints, choice: Choice, *, n_open: int) -> list[Place]:
        """`n_open` is how many rows could have been chosen; an uncertain one had to be on the shortlist first."""
        listed = {Kind.RARE: 1.0, Kind.UNCERTAIN: min(1.0, MAX_CANDIDATES / n_open)}
        columns = zip(item_ids.tolist(), choice.scores.tolist(), choice.kinds, choice.probabilities, strict=True)
        places = []
        for place, (item_id, score, kind, probability) in enumerate(columns):
            if kind == Kind.RANDOM:
                places.append(_shuffled(item_id, score, n_open))
                continue
            reason = self._rare(place, score) if kind == Kind.RARE else self._uncertain(place)
            places.append(Place(item_id, score, reason, MODEL, min(1.0, float(probability) * listed[kind])))
        return places

    def _rare(self, place: int, score: float) -> dict[str, Any]:
        row = self.probabilities[place]
        wanted = int(self.needy[np.abs(row[self.needy] - score).argmin()])
        return {"kind": "rare", "class": self.classes[wanted], "probability": round(float(row[wanted]), 4)}

    def _uncertain(self, place: int) -> dict[str, Any]:
        row, likeliest = self.probabilities[place], self.likeliest[place]
        gap = float(row[likeliest[0]] - (row[likeliest[1]] if len(likeliest) > 1 else 0))
        return {"kind": "uncertain", "classes": [self.classes[k] for k in likeliest], "margin": round(gap, 4)}


def _shuffled(item_id: int, score: float, n_open: int) -> Place:
    return Place(item_id, score, {"kind": "shuffle"}, SHUFFLE, 1 / n_open)

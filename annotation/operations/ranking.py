"""A live model and the pool's vectors → the places of the next queue, with the reason for each."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from annotation.kinds import Learner
from annotation.models import ModelVersion, Project, Strategy, Stream, Suggestions
from annotation.operations.leases import N_UNDRAWN
from annotation.operations.named_ranking import choose_by_name
from annotation.operations.open_pool import OpenPool, open_pool
from annotation.operations.predicted_answers import answers_of
from annotation.operations.team_ranking import choose_by_team
from annotation.queries.labeling import SUGGESTED
from annotation.rows import every
from annotation.vectors import Floats, Ints
from modeling.batches import Choice, Kind
from modeling.class_needs import needy_classes
from modeling.linear import LinearModel
from modeling.recipes import RecipeModel

QUEUE_LENGTH = 500
# Kinds of which people see what the model would answer, where the project says so; spans have their own ranking.
SUGGESTING = frozenset((Learner.SOFTMAX, Learner.SIGMOID))
MODEL, SHUFFLE = Stream.MODEL.value, Stream.SHUFFLE.value

SHUFFLED = """
    SELECT id, {n_undrawn}
    FROM annotation_item WHERE project_id = %(project)s AND drawn_at IS NULL AND open_slots > 0
    ORDER BY shuffle_key LIMIT %(limit)s
""".replace("{n_undrawn}", N_UNDRAWN)


class Place(NamedTuple):
    """One entry of a queue to be published, the first one first."""

    item_id: int
    score: float
    reason: dict[str, Any]
    stream: str
    probability: float


def next_shuffled(project: Project) -> list[Place]:
    """The queue of the strategy `random`: the next items of the seeded shuffle."""
    found = every(SHUFFLED, {"project": project.pk, "limit": QUEUE_LENGTH})
    return [shuffled_place(item_id, 0.0, n_open) for item_id, n_open in found]


def announced(project: Project, places: Sequence[Place]) -> list[Place]:
    """Returns the places with the next items of the shuffle at those of random draws, for these are drawn then."""
    chosen = {place.item_id for place in places if place.stream != SHUFFLE}
    if len(chosen) == len(places):
        return list(places)
    draws = (place for place in next_shuffled(project) if place.item_id not in chosen)
    shown = [next(draws, None) if place.stream == SHUFFLE else place for place in places]
    return [place for place in shown if place is not None]


def rank_pool(project: Project, version: ModelVersion, model: LinearModel | RecipeModel) -> list[Place]:
    """The queue by the project's strategy over all items nobody was asked about; empty when there are none.

    Raises ArtifactError when a shard is missing or damaged, NotAllowed when the project names a callable that the
    operator has not allowed.
    """
    pool = open_pool(project, version, model)
    if not pool.n_open:
        return []
    choose = choose_by_team if project.strategy == Strategy.TEAM else choose_by_name
    choice = choose(pool, min(QUEUE_LENGTH, pool.n_open))
    return Reasons(pool, choice).places()


class Reasons:
    """Says, for the page to show, why each row of a choice was chosen."""

    def __init__(self, pool: OpenPool, choice: Choice) -> None:
        self.pool, self.choice, self.classes = pool, choice, pool.classes
        self.strategy = pool.project.strategy
        # A strategy by name counts labels in its own way: the class that it looked for is any of them.
        is_team = self.strategy == Strategy.TEAM
        self.needy: Ints = needy_classes(pool.counts) if is_team else np.arange(len(pool.classes))
        self.probabilities: Floats = pool.rows.predict(choice.rows)
        self.likeliest = np.argsort(-self.probabilities, axis=1)[:, :2]

    def places(self) -> list[Place]:
        choice = self.choice
        item_ids = self.pool.item_ids[choice.rows].tolist()
        columns = zip(item_ids, choice.scores.tolist(), choice.kinds, choice.probabilities.tolist(), strict=True)
        suggested = self._suggested()
        places = []
        for place, (item_id, score, kind, probability) in enumerate(columns):
            if kind == Kind.RANDOM:
                places.append(shuffled_place(item_id, score, self.pool.n_open))
            else:
                why = self._reason(place, kind) | suggested[place]
                places.append(Place(item_id, score, why, MODEL, min(1.0, probability)))
        return places

    def _suggested(self) -> list[dict[str, Any]]:
        """For each row what the model would answer, where the project wants people to see that."""
        question, mode = self.pool.project.question, self.pool.project.suggestions
        if mode not in (Suggestions.SHOWN, Suggestions.VERIFY) or question.learner not in SUGGESTING:
            return [{}] * len(self.probabilities)
        likely = np.maximum(self.probabilities, 1 - self.probabilities).prod(axis=1)
        sure = likely if self.pool.is_multilabel else self.probabilities.max(axis=1)
        answers = answers_of(question, self.classes, self.probabilities)
        model = f"version {self.pool.version.number}"
        return [
            {SUGGESTED: {"value": _value(answer), "probability": round(float(p), 4), "model": model}}
            for answer, p in zip(answers, sure, strict=True)
        ]

    def _reason(self, place: int, kind: int) -> dict[str, Any]:
        named = {} if self.strategy == Strategy.TEAM else {"strategy": self.strategy}
        return (self._rare(place) if kind == Kind.RARE else self._uncertain(place)) | named

    def _rare(self, place: int) -> dict[str, Any]:
        row, score = self.probabilities[place], self.choice.scores[place]
        wanted = int(self.needy[np.abs(row[self.needy] - score).argmin()])
        return {"kind": "rare", "class": self.classes[wanted], "probability": round(float(row[wanted]), 4)}

    def _uncertain(self, place: int) -> dict[str, Any]:
        row, likeliest = self.probabilities[place], self.likeliest[place]
        if self.pool.is_multilabel:
            unsure = int(np.abs(row - 0.5).argmin())
            return {
                "kind": "uncertain",
                "classes": [self.classes[unsure]],
                "margin": round(float(abs(2 * row[unsure] - 1)), 4),
                "probability": round(float(row[unsure]), 4),
            }
        gap = float(row[likeliest[0]] - (row[likeliest[1]] if len(likeliest) > 1 else 0))
        return {"kind": "uncertain", "classes": [self.classes[k] for k in likeliest], "margin": round(gap, 4)}


def _value(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in answer.items() if name != "probabilities"}


def shuffled_place(item_id: int, score: float, n_open: int) -> Place:
    """Returns the place of a random draw; which item it is, and with what probability, is settled when it is asked."""
    return Place(item_id, score, {"kind": "shuffle"}, SHUFFLE, 1 / max(1, n_open))

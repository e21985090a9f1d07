"""A live tagger → the places of the next queue, with the reason for each and the spans that it suggests."""

import math
from typing import Any

import numpy as np

from annotation.models import ModelVersion, Project
from annotation.operations.open_pool import items_not_to_ask, pending_items
from annotation.operations.ranking import MODEL, QUEUE_LENGTH, Place, shuffled_place
from annotation.operations.shards import TEXTS_A_QUERY, texts_of
from annotation.operations.team_ranking import LEAST_SLOTS, active_annotators, random_share_of
from annotation.operations.todays_classes import counts_today, folding_of, newest_version, spans_today
from annotation.queries.labeling import SUGGESTED
from annotation.tagged import Tagged, read_texts
from annotation.vectors import Ints, load_pool
from modeling.batches import Choice, Kind, rank_team
from modeling.class_needs import needy_classes
from modeling.tagging.outlook import Outlook, look_ahead, spans_wanted
from modeling.tagging.tagger import Tagger

# So many random texts are tagged for a queue, fewer when they are long: half a minute of one core at most.
MAX_TEXTS = 12_000
MAX_CHARACTERS = 6_000_000


def rank_texts(project: Project, version: ModelVersion, tagger: Tagger) -> list[Place]:
    """The queue of the strategy `team` over texts nobody was asked about; empty when there are none.

    Raises ArtifactError when a shard is missing or damaged.
    """
    pool = load_pool(version.representation)
    item_ids = np.setdiff1d(pool.item_ids, items_not_to_ask(project))
    if not len(item_ids):
        return []
    rng = np.random.default_rng([project.seed, version.number, len(item_ids)])
    sample, texts = _sample(item_ids, rng)
    read = read_texts(tagger, texts)
    outlook = look_ahead(read.log_probabilities, read.tokens.offsets)
    pending = pool.find(pending_items(project))
    folding = folding_of(project, version)
    if folding is not None:
        outlook = outlook._replace(expected=folding.added(outlook.expected))
    counts = spans_wanted(counts_today(project, version))
    choice = rank_team(
        X=pool.vectors(pool.find(sample)),
        probabilities=np.minimum(outlook.expected, 1),
        uncertainty=outlook.uncertainty,
        candidates=np.arange(len(sample)),
        labeled_counts=counts,
        batch=max(LEAST_SLOTS, active_annotators(project)),
        n_wanted=min(QUEUE_LENGTH, len(sample)),
        rng=rng,
        random_share=random_share_of(newest_version(project, version)),
        pending=pool.vectors(pending[pending >= 0]),
    )
    reasons = _Reasons(project, version, read, outlook, needy_classes(counts))
    return reasons.places(sample, choice, n_open=len(item_ids))


def _sample(item_ids: Ints, rng: np.random.Generator) -> tuple[Ints, list[str]]:
    """Random items with their texts, as many as can be tagged quickly."""
    chosen = rng.permutation(item_ids)[:MAX_TEXTS]
    texts: list[str] = []
    n_characters = 0
    for start in range(0, len(chosen), TEXTS_A_QUERY):
        texts += texts_of(chosen[start : start + TEXTS_A_QUERY])
        n_characters += sum(map(len, texts[start:]))
        if n_characters >= MAX_CHARACTERS:
            break
    return chosen[: len(texts)], texts


class _Reasons:
    """Says, for the page to show, why each text was chosen, and which spans the tagger would draw in it."""

    def __init__(self, project: Project, version: ModelVersion, read: Tagged, outlook: Outlook, needy: Ints) -> None:
        self.project, self.version = project, version
        self.read, self.outlook, self.needy = read, outlook, needy
        self.classes = project.question.columns(project.schema)

    def places(self, item_ids: Ints, choice: Choice, *, n_open: int) -> list[Place]:
        listed = len(item_ids) / n_open
        columns = zip(choice.rows.tolist(), choice.scores.tolist(), choice.kinds, choice.probabilities, strict=True)
        suggested = self.read.only(choice.rows).answers(self.version.classes)
        places = []
        for (row, score, kind, probability), answer in zip(columns, suggested, strict=True):
            if kind == Kind.RANDOM:
                places.append(shuffled_place(int(item_ids[row]), score, n_open))
                continue
            why = self._rare(row, score) if kind == Kind.RARE else self._unsure(row)
            why |= {SUGGESTED: self._suggestion(answer)}
            places.append(Place(int(item_ids[row]), score, why, MODEL, float(probability) * listed))
        return places

    def _suggestion(self, said: list[dict[str, Any]]) -> dict[str, Any]:
        """The spans of an answer, how likely each is, and all of them together."""
        found = spans_today(self.project, self.version, said)
        each = [span["probability"] for span in found]
        return {
            "value": {"spans": [{name: span[name] for name in ("start", "end", "class")} for span in found]},
            "probability": math.prod(each),
            "span_probabilities": each,
            "model": f"version {self.version.number}",
        }

    def _rare(self, row: int, score: float) -> dict[str, Any]:
        expected = np.minimum(self.outlook.expected[row], 1)
        wanted = int(self.needy[np.abs(expected[self.needy] - score).argmin()])
        return {"kind": "rare", "class": self.classes[wanted], "probability": round(float(expected[wanted]), 4)}

    def _unsure(self, row: int) -> dict[str, Any]:
        return {"kind": "unsure_spans", "n_spans": int(self.outlook.n_unsure[row])}

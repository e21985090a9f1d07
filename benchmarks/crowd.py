"""Crowd-labelled sets with known answers, as arrays, and what is measured on them.

A folder holds one folder a set: judgements.csv (item,annotator,label), gold.csv (item,gold), meta.json with `kind`, and
perhaps features.npz (X, one row an item, items being numbers).
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict


@dataclass(frozen=True)
class Crowd:
    """`votes` (n, 3) of item, annotator, class; `gold` (n_items,) the true class, -1 where unknown."""

    name: str
    votes: np.ndarray
    gold: np.ndarray
    n_annotators: int
    n_classes: int
    features: np.ndarray | None = None

    @property
    def sizes(self) -> dict[str, int]:
        return {"n_items": len(self.gold), "n_annotators": self.n_annotators, "n_classes": self.n_classes}

    @property
    def is_judged(self) -> np.ndarray:
        """(n,) the votes on items whose true class is known."""
        return self.gold[self.votes[:, 0]] >= 0

    @property
    def is_wrong(self) -> np.ndarray:
        return self.votes[:, 2] != self.gold[self.votes[:, 0]]

    def thinned(self, k: int, seed: int) -> "Crowd":
        """k random votes of each item that has as many; the other items are left out."""
        order = np.random.default_rng(seed).permutation(len(self.votes))
        items = self.votes[order, 0]
        by_item = np.argsort(items, kind="stable")
        place = np.empty(len(items), dtype=np.int64)
        starts = np.searchsorted(items[by_item], items[by_item])
        place[by_item] = np.arange(len(items)) - starts
        enough = np.bincount(self.votes[:, 0], minlength=len(self.gold)) >= k
        votes = self.votes[np.sort(order[(place < k) & enough[items]])]
        kept, item = np.unique(votes[:, 0], return_inverse=True)
        features = None if self.features is None else self.features[kept]
        return replace(self, votes=np.column_stack([item, votes[:, 1:]]), gold=self.gold[kept], features=features)

    def vote_shares(self) -> np.ndarray:
        n, k = len(self.gold), self.n_classes
        counts = np.bincount(self.votes[:, 0] * k + self.votes[:, 2], minlength=n * k).reshape(n, k)
        return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def load_crowds(folder: Path) -> Iterator[Crowd]:
    for place in sorted(folder.iterdir()):
        meta = place / "meta.json"
        if meta.exists() and json.loads(meta.read_text())["kind"] == "categorical":
            yield _load(place)


def _load(place: Path) -> Crowd:
    with (place / "judgements.csv").open(newline="") as file:
        judgements = [(row["item"], row["annotator"], row["label"]) for row in csv.DictReader(file)]
    with (place / "gold.csv").open(newline="") as file:
        gold = {row["item"]: row["gold"] for row in csv.DictReader(file)}
    items, people = (sorted({row[column] for row in judgements}) for column in (0, 1))
    classes = sorted({row[2] for row in judgements} | set(gold.values()))
    item_of, person_of, class_of = ({name: i for i, name in enumerate(names)} for names in (items, people, classes))
    votes = np.array([(item_of[i], person_of[w], class_of[c]) for i, w, c in judgements], dtype=np.int64)
    known = np.array([class_of[gold[item]] if item in gold else -1 for item in items])
    features = None
    if (place / "features.npz").exists():
        features = np.load(place / "features.npz")["X"][[int(item) for item in items]].astype(np.float64)
    return Crowd(place.name, votes, known, len(people), len(classes), features)


def accuracy(crowd: Crowd, posterior: np.ndarray) -> float:
    """Share of known items whose most probable class is true; of equally probable ones any may be meant."""
    known = crowd.gold >= 0
    best = posterior[known] >= posterior[known].max(axis=1, keepdims=True) - 1e-9
    return float((best[np.arange(known.sum()), crowd.gold[known]] / best.sum(axis=1)).mean())


def log_loss(crowd: Crowd, posterior: np.ndarray) -> float:
    known = crowd.gold >= 0
    return float(-np.log(np.clip(posterior[known, crowd.gold[known]], 1e-6, 1)).mean())


def flag_precision(crowd: Crowd, p_wrong: np.ndarray) -> float:
    """Average precision of the labels ranked by how probably they are wrong, ties in random order."""
    jitter = np.random.default_rng(0).random(len(p_wrong)) * 1e-9
    judged = crowd.is_judged
    return float(average_precision_score(crowd.is_wrong[judged], (p_wrong + jitter)[judged]))


def out_of_fold_views(crowd: Crowd) -> np.ndarray:
    """What a plain classifier of the features says of each item (n_items, K), fitted on majorities of other items."""
    assert crowd.features is not None
    X = crowd.features / (crowd.features.std(axis=0) + 1e-6)
    shares = crowd.vote_shares()
    y = (shares + np.random.default_rng(0).random(shares.shape) * 1e-3).argmax(axis=1)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    found = cross_val_predict(LogisticRegression(C=0.003, max_iter=400), X, y, cv=folds, method="predict_proba")
    views = np.full(shares.shape, 1e-6)
    views[:, np.unique(y)] = found
    return views / views.sum(axis=1, keepdims=True)

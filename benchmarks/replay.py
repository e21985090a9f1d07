"""One simulated project: labels are replayed from a labelled set, the model and its questions are ours."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from modeling.batches import rank_team
from modeling.guard import Arm, Guard, compare, is_due, next_state
from modeling.linear import LinearModel
from modeling.linear_fit import fit_linear
from modeling.regularization import Penalty, remeasured
from modeling.strategies import STRATEGIES, Candidates, choose
from modeling.strategies.base import Floats, Ints, Looks

N_CANDIDATES, N_REFERENCE = 3_000, 400


@dataclass
class Replay:
    """A pool with its true classes, and what was asked so far. `taught` are the rows that the model learns from."""

    X: Floats
    y: Ints
    n_classes: int
    rng: np.random.Generator
    penalty: Penalty = field(default_factory=Penalty)
    model: LinearModel | None = None
    guard: Guard | None = None
    n_start: int = 10
    learned_here: bool = False
    taught: list[int] = field(default_factory=list)
    protected: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.is_open = np.ones(len(self.y), dtype=np.bool_)

    @property
    def n_asked(self) -> int:
        return len(self.taught) + len(self.protected)

    def take(self, rows: Any, *, protected: bool = False) -> None:
        (self.protected if protected else self.taught).extend(int(row) for row in rows)
        self.is_open[rows] = False

    def known(self) -> tuple[Floats, Floats, Floats]:
        targets = np.eye(self.n_classes, dtype=np.float32)[self.y[self.taught]]
        return self.X[self.taught], targets, np.ones(len(self.taught), dtype=np.float32)

    def fit(self) -> LinearModel:
        X, targets, weights = self.known()
        self.penalty = remeasured(self.penalty, X, targets, weights, rng=self.rng)
        self.model = fit_linear(X, targets, weights, n_classes=self.n_classes, l2=self.penalty.l2, start=self.model)
        return self.model

    def shuffled(self, n: int) -> Ints:
        open_rows = np.flatnonzero(self.is_open)
        return self.rng.choice(open_rows, min(n, len(open_rows)), replace=False)

    def ask(self, name: str, batch: int, random_rate: float) -> None:
        """Asks one batch: the protected share at random, the rest by the strategy."""
        if name == "random":
            self.take(self.shuffled(batch))
            return
        n_protected = int(self.rng.binomial(batch, random_rate))
        if n_protected:
            self.take(self.shuffled(n_protected), protected=True)
        if batch > n_protected:
            self.take(self.by_team(batch - n_protected) if name == "team" else self.by(name, batch - n_protected))

    def by_team(self, n: int) -> Ints:
        assert self.model is not None
        self._look_at_gain()
        fallen_back = self.guard is not None and self.guard.fallen_back
        return rank_team(
            X=self.X,
            probabilities=self.model.predict_proba(self.X),
            candidates=np.flatnonzero(self.is_open),
            labeled_counts=np.bincount(self.y[self.taught], minlength=self.n_classes),
            batch=n,
            n_wanted=n,
            random_share=float(fallen_back),
            learned_here=self.learned_here,
            rng=self.rng,
        ).rows

    def _look_at_gain(self) -> None:
        """Asks the guard each hundred labels, as a training does."""
        random = self.taught[: self.n_start] + self.protected
        if is_due(self.guard, self.n_asked, len(random)):
            arms, is_protected = (self._arm(self.taught), self._arm(random)), np.arange(len(random)) >= self.n_start
            gain = compare(*arms, is_protected, l2=self.penalty.l2, rng=self.rng)
            self.guard = next_state(self.guard, gain, self.n_asked)

    def _arm(self, rows: list[int]) -> Arm:
        targets = np.eye(self.n_classes, dtype=np.float32)[self.y[rows]]
        return Arm(self.X[rows], targets, np.ones(len(rows), dtype=np.float32))

    def by(self, name: str, n: int) -> Ints:
        """A strategy of the registry, shown what the product shows it."""
        assert self.model is not None
        strategy, open_rows = STRATEGIES[name], np.flatnonzero(self.is_open)
        rows = open_rows
        if strategy.looks is Looks.UNCERTAIN:
            scores = STRATEGIES["margin"].score(self.candidates(open_rows, name), self.rng)
            rows = open_rows[np.argsort(-scores)[:N_CANDIDATES]]
        elif strategy.looks is Looks.SAMPLE:
            rows = self.shuffled(N_CANDIDATES)
        return rows[choose(strategy, self.candidates(rows, name), n, self.rng).places]

    def candidates(self, rows: Ints, name: str) -> Candidates:
        assert self.model is not None
        X, targets, weights = self.known()
        reference = self.X[self.shuffled(N_REFERENCE)]

        def fit(X: Floats, targets: Floats, weights: Floats) -> LinearModel:
            return fit_linear(X, targets, weights, n_classes=self.n_classes, l2=self.penalty.l2, start=self.model)

        predict = self.model.predict_proba
        return Candidates(
            X=self.X[rows], probabilities=predict(self.X[rows]), labeled=X, labeled_probabilities=predict(X),
            targets=targets, weights=weights, reference=reference, reference_probabilities=predict(reference),
            l2=self.penalty.l2, fit=fit,
        )  # fmt: skip

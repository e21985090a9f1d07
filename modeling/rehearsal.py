"""A team labels a pool whose truth is known, without a server: which strategy, team or overlap learns fastest?

The same parts as the service's: consensus of the answers, soft targets, λ chosen in the loop, the protected share that
is answered but never taught, a fresh choice for each round of the team.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modeling.acquisition import margin
from modeling.class_needs import believed_counts
from modeling.evaluation import Interval, corrected_accuracy, unchecked_accuracy
from modeling.linear import LinearModel
from modeling.linear_fit import fit_linear
from modeling.open_rows import OpenRows
from modeling.regularization import Penalty, remeasured
from modeling.strategies import STRATEGIES, choose
from modeling.strategies.base import Candidates, Floats, Ints
from modeling.suspicion import certainty_if_looked
from modeling.team import candidate_rows, choose_rows
from modeling.truth import infer

LEAST_BATCH = 8
N_FIRST = 10
MAX_CANDIDATES = 3_000
N_REFERENCE = 400
TEAM = "team"
LEAST_PROTECTED, LEAST_CHECKED = 5, 30


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Vectors (n, d) and true classes (n,) of the items to label, and the same of those to test on.

    `learned_here`: whether the vectors were learned from the pool itself.
    """

    X: Floats
    true: Ints
    X_test: Floats
    true_test: Ints
    n_classes: int
    learned_here: bool = False

    @property
    def n_items(self) -> int:
        """How many items can be labelled."""
        return len(self.X)

    def blocks(self) -> Iterator[Floats]:
        """All vectors at once."""
        yield self.X

    def vectors(self, rows: Ints) -> Floats:
        """The vectors of these rows."""
        return self.X[rows]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Who answers what: `noise` (n_people,) is each person's share of wrong answers, 1 − 1/K for a spammer."""

    strategy: str
    noise: npt.NDArray[np.float64]
    overlap: int
    n_labels: int
    step: int
    random_rate: float = 0.1


class Point(NamedTuple):
    """After so many answers: accuracy and the F1 of the rarest class on the test items.

    `shown` is what a project would be told: accuracy on the protected items by people's answers, corrected for their
    mistakes where several people answered; None below five items.
    """

    n_labels: int
    accuracy: float
    f1_rarest: float
    shown: Interval | None = None


@dataclass(eq=False)
class _Run:
    pool: Pool
    plan: Plan
    rng: np.random.Generator
    votes: list[tuple[int, int, int]] = field(default_factory=list)
    is_asked: npt.NDArray[np.bool_] = field(init=False)
    is_protected: npt.NDArray[np.bool_] = field(init=False)
    penalty: Penalty = field(default_factory=Penalty)
    model: LinearModel | None = None

    def __post_init__(self) -> None:
        self.is_asked = np.zeros(self.pool.n_items, dtype=np.bool_)
        self.is_protected = np.zeros(self.pool.n_items, dtype=np.bool_)

    def ask(self, rows: Ints) -> None:
        """Puts each row to `overlap` different people."""
        others, noise = self.pool.n_classes - 1, self.plan.noise
        for row in rows.tolist():
            self.is_asked[row] = True
            for person in self.rng.permutation(len(noise))[: self.plan.overlap].tolist():
                shift = self.rng.integers(1, others + 1) if self.rng.random() < noise[person] else 0
                self.votes.append((row, person, int(self.pool.true[row] + shift) % self.pool.n_classes))

    def next_rows(self, n: int) -> Ints:
        """The next round: a protected share drawn at random, the rest by the strategy."""
        open_rows = np.flatnonzero(~self.is_asked)
        n_random = min(int(self.rng.binomial(n, self.plan.random_rate)), len(open_rows))
        protected = self.rng.choice(open_rows, n_random, replace=False)
        self.is_protected[protected] = True
        rest = np.setdiff1d(open_rows, protected, assume_unique=True)
        return np.concatenate([protected, self._chosen(rest, min(n - n_random, len(rest)))])

    def _chosen(self, rows: Ints, n: int) -> Ints:
        if n <= 0:
            return rows[:0]
        if self.model is None or self.plan.strategy == "random":
            return self.rng.choice(rows, n, replace=False)
        opened = OpenRows(self.pool, self.model, rows, self.rng)
        return self._by_team(opened, n) if self.plan.strategy == TEAM else self._by_name(opened, n)

    def _by_team(self, opened: OpenRows, n: int) -> Ints:
        counts = believed_counts(self.targets, opened.predict(self.taught))
        sample, rows = candidate_rows(opened, counts, n)
        return choose_rows(
            opened, sample, rows, labeled_counts=counts, batch=n, n_wanted=n, learned_here=self.pool.learned_here
        ).rows

    def _by_name(self, opened: OpenRows, n: int) -> Ints:
        assert self.model is not None
        rows = opened.best(opened.doubt(), [MAX_CANDIDATES])[0]
        reference = opened.sample(N_REFERENCE)
        X, labeled = self.pool.X[rows], self.pool.X[self.taught]
        candidates = Candidates(
            X=X, probabilities=self.model.predict_proba(X),
            labeled=labeled, labeled_probabilities=self.model.predict_proba(labeled),
            targets=self.targets, weights=self.weights,
            reference=self.pool.X[reference], reference_probabilities=opened.predict(reference),
            l2=self.penalty.l2, fit=self._fit,
        )  # fmt: skip
        return np.asarray(rows[choose(STRATEGIES[self.plan.strategy], candidates, n, self.rng).places])

    def _fit(self, X: Floats, targets: Floats, weights: Floats) -> LinearModel:
        return fit_linear(X, targets, weights, n_classes=self.pool.n_classes, l2=self.penalty.l2, start=self.model)

    def learn(self) -> None:
        """Infers the consensus and fits on all but the protected rows."""
        votes = np.array(self.votes, dtype=np.int64)
        items, place = np.unique(votes[:, 0], return_inverse=True)
        votes[:, 0] = place
        n_people, n_classes = len(self.plan.noise), self.pool.n_classes
        truth = infer(votes, n_items=len(items), n_annotators=n_people, n_classes=n_classes)
        evidence = truth.posterior / truth.class_prior
        targets = (evidence / evidence.sum(axis=1, keepdims=True)).astype(np.float32)
        is_taught = ~self.is_protected[items]
        self.taught, self.targets = items[is_taught], targets[is_taught]
        self.tested, self.answers = items[~is_taught], targets[~is_taught].argmax(axis=1)
        likeliest = truth.posterior[np.arange(len(items)), targets.argmax(axis=1)]
        certainty = certainty_if_looked(likeliest, votes, truth.random_log_odds, None, n_classes)
        self.certainty = certainty[~is_taught]
        self.is_checked = bool(truth.n_informative.sum() >= LEAST_CHECKED)
        self.weights = np.ones(len(self.taught), dtype=np.float32)
        X = self.pool.X[self.taught]
        self.penalty = remeasured(self.penalty, X, self.targets, self.weights, rng=self.rng)
        self.model = self._fit(X, self.targets, self.weights)

    def measure(self) -> Point:
        """How good the model is now."""
        assert self.model is not None
        guesses, true = self.model.logits(self.pool.X_test).argmax(axis=1), self.pool.true_test
        counts = np.bincount(true, minlength=self.pool.n_classes)
        rarest = int(np.where(counts > 0, counts, counts.max() + 1).argmin())
        hits = int(((guesses == rarest) & (true == rarest)).sum())
        f1 = 2 * hits / max(1, int((guesses == rarest).sum() + counts[rarest]))
        return Point(len(self.votes), float((guesses == true).mean()), f1, self._shown())

    def _shown(self) -> Interval | None:
        if self.model is None or len(self.tested) < LEAST_PROTECTED:
            return None
        probabilities, n_classes = self.model.predict_proba(self.pool.X[self.tested]), self.pool.n_classes
        is_match = probabilities.argmax(axis=1) == self.answers
        corrected = corrected_accuracy(is_match, self.certainty, n_classes) if self.is_checked else None
        return corrected or unchecked_accuracy(is_match, margin(probabilities), n_classes)


def known_strategies() -> list[str]:
    """The strategies that can be rehearsed: those for one class of several."""
    return [TEAM, *(name for name, strategy in STRATEGIES.items() if not strategy.is_multilabel)]


def rehearse(pool: Pool, plan: Plan, *, rng: np.random.Generator) -> Iterator[Point]:
    """Yields a point after every `step` answers until `n_labels` are given or the pool is used up.

    Raises ValueError for a strategy that does not exist, and for more answers an item than there are people.
    """
    due = plan.step
    for run, done in _rounds(pool, plan, rng):
        if len(run.votes) >= due or done:
            yield run.measure()
            due = (len(run.votes) // plan.step + 1) * plan.step


def given_answers(pool: Pool, plan: Plan, *, rng: np.random.Generator) -> Ints:
    """Returns all answers (n, 3) of such a team: row of the pool, person, class; raises as `rehearse`."""
    *_, (run, _) = _rounds(pool, plan, rng)
    return np.array(run.votes, dtype=np.int64)


def _rounds(pool: Pool, plan: Plan, rng: np.random.Generator) -> Iterator[tuple[_Run, bool]]:
    """Yields the run whenever the model has learned what was answered, and whether that was the last time."""
    if plan.strategy not in known_strategies():
        raise ValueError(f"there is no strategy {plan.strategy!r}; known: {', '.join(known_strategies())}")
    if not 1 <= plan.overlap <= len(plan.noise):
        raise ValueError(f"{plan.overlap} answers an item need as many people; there are {len(plan.noise)}")
    run, batch = _Run(pool, plan, rng), max(LEAST_BATCH, len(plan.noise))
    run.ask(rng.choice(pool.n_items, min(N_FIRST, pool.n_items), replace=False))
    while True:
        run.learn()
        done = bool(len(run.votes) >= plan.n_labels or run.is_asked.all())
        yield run, done
        if done:
            return
        left = -(-(plan.n_labels - len(run.votes)) // plan.overlap)
        run.ask(run.next_rows(min(batch, left)))


def people(n: int, *, noise: float, n_spammers: int, n_classes: int) -> npt.NDArray[np.float64]:
    """Each person's share of wrong answers (n,): from half to one and a half times `noise`, spammers by chance."""
    spread = 0.5 + np.arange(n) / max(1, n - 1)
    shares = np.minimum(1.0, noise * spread)
    shares[n - n_spammers :] = 1 - 1 / n_classes
    return shares

"""Any strategy of modeling/strategies, or an allowed callable of the same signature, over a whole pool."""

from dataclasses import replace

import numpy as np

from annotation.arrays import protected_items
from annotation.callables import allowed_callable
from annotation.models import Strategy as StrategyName
from annotation.operations.answer_costs import predicted_seconds
from annotation.operations.examples import believe
from annotation.operations.labels import load_labels
from annotation.operations.open_pool import OpenPool
from annotation.operations.recipes import maker
from annotation.vectors import Floats, Ints
from modeling.batches import Choice, Kind
from modeling.linear import LinearModel
from modeling.linear_fit import fit_linear
from modeling.open_rows import FoldedModel
from modeling.recipes import Examples, RecipeModel, fit_recipe
from modeling.strategies import STRATEGIES, choose
from modeling.strategies.base import Candidates, Fit, Looks, Predicts, Strategy

# What costs more than a pass over the pool looks at this many candidates only.
MAX_CANDIDATES = 3_000
N_REFERENCE = 400


def choose_by_name(pool: OpenPool, n_wanted: int) -> Choice:
    """The next `n_wanted` rows; raises NotAllowed for a callable that may not be used."""
    name = pool.project.strategy
    strategy = STRATEGIES[name] if name in STRATEGIES else Strategy(allowed_callable(name))
    known = _known(pool)
    rows, share = _shown(pool, strategy, known, max(MAX_CANDIDATES, n_wanted))
    vectors = pool.vectors.vectors(rows)
    candidates = replace(known, X=vectors, probabilities=pool.rows.model.predict_proba(vectors))
    seconds = predicted_seconds(pool.project, pool.item_ids[rows])
    ranked = choose(strategy, candidates, n_wanted, pool.rng, seconds)
    # Weighed by cost, a score no longer says of which class it is the probability.
    looks_for_a_class = name == StrategyName.RARE_CLASS and seconds is None
    kind = Kind.RARE if looks_for_a_class else Kind.UNCERTAIN
    return Choice.of(rows[ranked.places], ranked.scores, kind, share)


def _shown(pool: OpenPool, strategy: Strategy, known: Candidates, n: int) -> tuple[Ints, float]:
    """The rows that a strategy looks at, and the chance that a row is among them."""
    if pool.n_open <= n:
        return pool.rows.rows, 1.0
    if strategy.looks is Looks.SAMPLE:
        return pool.rows.sample(n), n / pool.n_open
    if strategy.looks is Looks.UNCERTAIN:
        return pool.rows.best(pool.rows.doubt(), [n])[0], 1.0

    def score(block: Floats) -> list[Floats]:
        probabilities = pool.rows.model.predict_proba(block)
        nowhere = np.empty((len(block), 0), dtype=np.float32)
        return [strategy.score(replace(known, X=nowhere, probabilities=probabilities), pool.rng)]

    return pool.rows.best(score, [n])[0], 1.0


def _known(pool: OpenPool) -> Candidates:
    """What the labels say, the protected ones left out, and a sample of the pool; no candidates yet."""
    labels = load_labels(pool.project)
    votes, beliefs = labels.votes, believe(labels)
    rows = pool.vectors.find(votes.item_ids)
    taught = (rows >= 0) & ~np.isin(votes.item_ids, protected_items(pool.project))
    labeled = pool.vectors.vectors(rows[taught])
    reference = pool.vectors.vectors(pool.rows.sample(N_REFERENCE))
    return Candidates(
        X=labeled[:0], probabilities=pool.rows.model.predict_proba(labeled[:0]),
        labeled=labeled, labeled_probabilities=pool.rows.model.predict_proba(labeled),
        targets=beliefs.targets[taught], weights=beliefs.weights[taught],
        reference=reference, reference_probabilities=pool.rows.model.predict_proba(reference),
        l2=float(pool.version.metrics["l2"]), fit=_refit(pool),
    )  # fmt: skip


def _refit(pool: OpenPool) -> Fit:
    model = pool.rows.model
    start = model if isinstance(model, LinearModel) else None
    head = model.head if isinstance(model, LinearModel | FoldedModel) else "softmax"

    def fit(X: Floats, targets: Floats, weights: Floats) -> Predicts:
        if isinstance(model, RecipeModel):
            examples = Examples.of(X, targets, weights)
            return fit_recipe(model.recipe, maker(model.recipe), examples, model.n_classes)
        l2 = float(pool.version.metrics["l2"])
        return fit_linear(X, targets, weights, n_classes=targets.shape[1], l2=l2, head=head, start=start)

    return fit

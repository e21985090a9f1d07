"""Every query strategy by name, under one signature: candidates in, scores or a batch out (see base.py)."""

import numpy as np

from modeling.cost import per_cost
from modeling.representatives import best_first
from modeling.strategies import bayesian, committee, diverse, rare, uncertainty
from modeling.strategies.base import Candidates, Floats, Looks, Ranked, Strategy

STRATEGIES: dict[str, Strategy] = {
    "random": Strategy(uncertainty.random, looks=Looks.ALL),
    "least_confidence": Strategy(uncertainty.least_confidence, looks=Looks.ALL),
    "margin": Strategy(uncertainty.margin, looks=Looks.ALL),
    "entropy": Strategy(uncertainty.entropy, looks=Looks.ALL),
    "vote_entropy": Strategy(committee.vote_entropy, looks=Looks.UNCERTAIN),
    "consensus_entropy": Strategy(committee.consensus_entropy, looks=Looks.UNCERTAIN),
    "kl_disagreement": Strategy(committee.kl_disagreement, looks=Looks.UNCERTAIN),
    "bald": Strategy(bayesian.bald, looks=Looks.UNCERTAIN),
    "variance_reduction": Strategy(
        bayesian.variance_reduction, bayesian.variance_reduction_batch, looks=Looks.UNCERTAIN
    ),
    "expected_error_reduction": Strategy(bayesian.expected_error_reduction, looks=Looks.UNCERTAIN),
    "badge": Strategy(diverse.badge, diverse.badge_batch, looks=Looks.UNCERTAIN),
    "density_weighted": Strategy(diverse.density_weighted),
    "ranked_batch": Strategy(diverse.ranked_batch, diverse.ranked_batch_batch),
    "core_set": Strategy(diverse.core_set, diverse.core_set_batch),
    "rare_class": Strategy(rare.rare_class, rare.rare_class_batch, looks=Looks.ALL),
    "min_confidence": Strategy(uncertainty.min_confidence, looks=Looks.ALL, is_multilabel=True),
    "average_confidence": Strategy(uncertainty.average_confidence, looks=Looks.ALL, is_multilabel=True),
    "max_loss": Strategy(uncertainty.max_loss, looks=Looks.ALL, is_multilabel=True),
    "mean_max_loss": Strategy(uncertainty.mean_max_loss, looks=Looks.ALL, is_multilabel=True),
}


def choose(
    strategy: Strategy,
    candidates: Candidates,
    n_wanted: int,
    rng: np.random.Generator,
    seconds: Floats | None = None,
) -> Ranked:
    """The `n_wanted` candidates to ask for (fewer when there are fewer), by the batch form where there is one.

    With predicted `seconds` (n,) the scores are weighed by cost and the highest are taken. Ties are broken by `rng`.
    Raises ValueError when a strategy gives scores of another shape, or NaN.
    """
    n_wanted = min(n_wanted, candidates.n)
    if strategy.batch is not None and seconds is None:
        return strategy.batch(candidates, n_wanted, rng)
    scores = np.asarray(strategy.score(candidates, rng), dtype=np.float32)
    if scores.shape != (candidates.n,) or np.isnan(scores).any():
        raise ValueError(f"a strategy must give {candidates.n} scores, none of them NaN")
    weighed = scores if seconds is None else per_cost(scores, seconds)
    places = best_first(weighed, n_wanted, rng)
    return Ranked(places, weighed[places])

"""Query by committee: models fitted on bootstrap samples of the labels, and how much they disagree."""

import numpy as np

from modeling.acquisition import entropy
from modeling.strategies.base import Candidates, Floats

N_MEMBERS = 5
# The examples of a class of which a sample has none keep this weight, so that no class is ever gone from a member.
LEAST_WEIGHT = 1e-3


def vote_entropy(candidates: Candidates, rng: np.random.Generator) -> Floats:
    """Entropy of the members' votes (Dagan and Engelson 1995, DOI 10.1016/B978-1-55860-377-6.50027-X)."""
    members = _members(candidates, rng)
    votes = members.argmax(axis=2)
    shares = np.stack([(votes == k).mean(axis=0) for k in range(members.shape[2])], axis=1)
    return entropy(shares)


def consensus_entropy(candidates: Candidates, rng: np.random.Generator) -> Floats:
    """Entropy of the members' mean probabilities (Settles 2009, section 3.2)."""
    return entropy(_members(candidates, rng).mean(axis=0))


def kl_disagreement(candidates: Candidates, rng: np.random.Generator) -> Floats:
    """Mean Kullback-Leibler divergence of members from their mean (McCallum and Nigam 1998, equation 5)."""
    members = _members(candidates, rng)
    alone = np.mean([entropy(member) for member in members], axis=0)
    return np.asarray(np.maximum(entropy(members.mean(axis=0)) - alone, 0), dtype=np.float32)


def _members(candidates: Candidates, rng: np.random.Generator) -> Floats:
    """Probabilities of every member (n_members, n, n_classes), each fitted on a bootstrap (Abe and Mamitsuka 1998).

    Rows are repeated, not weighed: classifiers that take no weights would all be the same.
    """
    found = []
    classes, n = candidates.targets.argmax(axis=1), len(candidates.targets)
    for _ in range(N_MEMBERS):
        drawn = rng.integers(n, size=n)
        missed = np.flatnonzero(~np.isin(classes, classes[drawn]))
        rows, share = np.append(drawn, missed), np.repeat([1, LEAST_WEIGHT], [n, len(missed)])
        weights = (candidates.weights[rows] * share).astype(np.float32)
        model = candidates.fit(candidates.labeled[rows], candidates.targets[rows], weights)
        found.append(model.predict_proba(candidates.X))
    return np.asarray(found, dtype=np.float32)

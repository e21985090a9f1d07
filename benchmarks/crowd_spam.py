"""Newcomers with twenty judgements among real crowds: are the careless told from the honest?"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.crowd import Crowd
from benchmarks.table import Row
from modeling.engine import believe_people

N_JUDGEMENTS = 20
N_SPAMMERS = 8
DRAWS_A_SEED = 3
CUT = float(np.log(10))
ADVERSARY_RIGHT = 0.2
AIMS = {"one-class": 0.9, "adversary": 0.9, "uniform": 0.65}
FALSE_ALARMS = 0.02


def spam_rows(folder: Path, crowds: list[Crowd], n_seeds: int) -> Iterator[Row]:
    """One fixed cut, ten to one; honest probes are people at least as good as the worst quarter, cut down as well."""
    false = []
    for kind, aim in AIMS.items():
        found = [_told(crowd, kind, seed) for crowd in crowds for seed in range(DRAWS_A_SEED * n_seeds)]
        spam, honest = (np.concatenate(part) >= CUT for part in zip(*[one for one in found if one], strict=True))
        false.append(honest)
        yield Row(f"{kind}: caught by {N_JUDGEMENTS} judgements", f"{spam.mean():.3f}", f"≥ {aim}", spam.mean() >= aim)
    alarms = float(np.concatenate(false).mean())
    yield Row("honest people accused, same cut", f"{alarms:.3f}", f"≤ {FALSE_ALARMS}", alarms <= FALSE_ALARMS)


def _told(crowd: Crowd, kind: str, seed: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Log odds of the spammers and of the honest probes; None where there are too few people or items."""
    rng = np.random.default_rng([seed, len(kind)])
    probes = _probes(crowd, rng)
    if probes is None or 0.6 * (crowd.gold >= 0).sum() < N_JUDGEMENTS:
        return None
    kept = [crowd.votes[~np.isin(crowd.votes[:, 1], probes)]]
    for person in probes:
        own = np.flatnonzero(crowd.votes[:, 1] == person)
        kept.append(crowd.votes[rng.choice(own, N_JUDGEMENTS, replace=False)])
    spammers = np.arange(crowd.n_annotators, crowd.n_annotators + N_SPAMMERS)
    kept += [_spam(crowd, int(person), kind, rng) for person in spammers]
    sizes = crowd.sizes | {"n_annotators": crowd.n_annotators + N_SPAMMERS}
    odds = believe_people(np.concatenate(kept), **sizes).truth.random_log_odds
    return odds[spammers], odds[probes]


def _probes(crowd: Crowd, rng: np.random.Generator) -> np.ndarray | None:
    judged = crowd.votes[crowd.is_judged]
    n = np.bincount(judged[:, 1], minlength=crowd.n_annotators)
    right = np.bincount(judged[:, 1], weights=~crowd.is_wrong[crowd.is_judged], minlength=crowd.n_annotators)
    accuracy = right / np.maximum(n, 1)
    able = np.flatnonzero((n >= N_JUDGEMENTS) & (accuracy >= np.quantile(accuracy[n >= 10], 0.25)))
    if len(able) < 4:
        return None
    return rng.choice(able, min(N_SPAMMERS, max(2, len(able) // 3)), replace=False)


def _spam(crowd: Crowd, person: int, kind: str, rng: np.random.Generator) -> np.ndarray:
    items = rng.choice(np.flatnonzero(crowd.gold >= 0), N_JUDGEMENTS, replace=False)
    k = crowd.n_classes
    turned = (crowd.gold[items] + rng.integers(1, k, len(items))) % k
    answers = {
        "one-class": np.full(len(items), rng.integers(k)),
        "uniform": rng.integers(0, k, len(items)),
        "adversary": np.where(rng.random(len(items)) < ADVERSARY_RIGHT, crowd.gold[items], turned),
    }[kind]
    return np.column_stack([items, np.full(len(items), person), answers])

"""The first labels of a rare class, by a team that errs: how soon do `team` and `random` have a model?

    python -m benchmarks.first_labels --data DATA/sms_spam.jsonl.gz [--seeds 12] [--repeats 5]

One answer an item, wrong in one of ten cases, one person of eight answering at random; F1 of the rarest class on the
test rows at every 25 labels. One curve is noisy, and random questions now and then look lucky for a while. So two
things are said of each pair: whether `team` reached the target *first* with at most half of the labels of `random`, and
the same of the labels from which on it was never lost again, *for good*. The last row is `team` without a wrong answer.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from annotation.simulation.dataset import load
from annotation.simulation.offline import pool_of
from modeling.rehearsal import Plan, Pool, rehearse

Curve = list[float]

N_PEOPLE, N_LABELS, STEP, N_ITEMS = 8, 300, 25, 5000
SHOWN = (25, 50, 75, 100, 150, 200, 250)
NEVER = 10**6


def first(curve: Curve, target: float) -> int:
    """Labels with which the target was reached first."""
    return next((STEP * place for place, f1 in enumerate(curve, 1) if f1 >= target), NEVER)


def for_good(curve: Curve, target: float) -> int:
    """Labels from which on the target was never lost again."""
    n_kept = next((kept for kept, f1 in enumerate(reversed(curve)) if f1 < target), len(curve))
    return STEP * (len(curve) - n_kept + 1) if n_kept else NEVER


def curves(pools: Sequence[Pool], strategy: str, noise: float, repeats: int) -> list[Curve]:
    """F1 of the rarest class at every checkpoint, for each pool and repeat."""
    people = np.full(N_PEOPLE, noise)
    people[-1] = 0.5 if noise else 0.0
    plan = Plan(strategy, people, 1, N_LABELS, STEP)
    return [
        [point.f1_rarest for point in rehearse(pool, plan, rng=np.random.default_rng([seed, repeat]))]
        for seed, pool in enumerate(pools)
        for repeat in range(repeats)
    ]


def print_arm(name: str, arm: list[Curve], random: list[Curve], target: float) -> None:
    """One line of the table: mean and spread at some checkpoints, and how often half of random's labels were enough."""
    n = min(map(len, arm))
    mean, spread = (of([curve[:n] for curve in arm], axis=0) for of in (np.mean, np.std))
    at = [n_labels // STEP - 1 for n_labels in SHOWN]
    figures = [f"{mean[place]:.3f} ± {spread[place]:.2f}" for place in at]
    halves = [f"{_halved(needed, arm, random, target):.0%}" for needed in (first, for_good)]
    print(f"| {' | '.join([name, *figures, *halves])} |", flush=True)


def _halved(needed: Callable[[Curve, float], int], arm: list[Curve], random: list[Curve], target: float) -> float:
    pairs = zip(arm, random, strict=True)
    return float(np.mean([2 * needed(ours, target) <= needed(theirs, target) for ours, theirs in pairs]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--target", type=float, default=0.85)
    options = parser.parse_args()
    pools = [
        pool_of(load(options.data, text="text", label="label", n_items=N_ITEMS, seed=seed), "pool")
        for seed in range(1, options.seeds + 1)
    ]
    arms = {name: curves(pools, name, 0.1, options.repeats) for name in ("random", "team")}
    arms["team, nobody errs"] = curves(pools, "team", 0.0, options.repeats)
    print(f"| F1 with labels | {' | '.join(map(str, SHOWN))} | half of random's: first | for good |")
    print("|" + "---|" * (len(SHOWN) + 3))
    for name, arm in arms.items():
        print_arm(name, arm, arms["random"], options.target)


if __name__ == "__main__":
    main()

"""Does the accuracy that a project is shown hold the truth? Twenty seeded rehearsals a set, no server.

    python -m benchmarks.intervals --data FOLDER --sets sms_spam,ag_news --seeds 20

FOLDER holds {set}.jsonl.gz with `text` and `label`. For each set, noise and overlap: how many runs' last interval holds
the accuracy on a thousand other items, how wide it is, and how far off on average. People's own mistakes can be
accounted for only where several answer an item.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from annotation.simulation.dataset import load
from annotation.simulation.offline import POOL, pool_of
from modeling.rehearsal import Plan, Point, Pool, people, rehearse

CASES = ((0.0, 1), (0.1, 1), (0.1, 3), (0.2, 3))
N_LABELS = {1: 400, 3: 900}
N_PEOPLE, RANDOM_RATE, N_ITEMS = 6, 0.2, 4_000


def last_points(pool: Pool, noise: float, overlap: int, seeds: int) -> Iterator[Point]:
    """Yields the last point of each seeded run of the default strategy."""
    shares = people(N_PEOPLE, noise=noise, n_spammers=0, n_classes=pool.n_classes)
    plan = Plan("team", shares, overlap, N_LABELS[overlap], step=N_LABELS[overlap], random_rate=RANDOM_RATE)
    for seed in range(seeds):
        *_, last = rehearse(pool, plan, rng=np.random.default_rng(seed))
        yield last


def report(name: str, noise: float, overlap: int, points: list[Point]) -> str:
    """Returns one row of the table."""
    shown = [(point.accuracy, point.shown) for point in points if point.shown is not None]
    held = sum(interval.low <= accuracy <= interval.high for accuracy, interval in shown)
    off = np.mean([interval.estimate - accuracy for accuracy, interval in shown])
    width = np.mean([interval.high - interval.low for _, interval in shown])
    return f"{name:<10}{noise:>7.0%}{overlap:>9}{held:>7} of {len(shown)}{width:>9.3f}{off:>+9.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", default="sms_spam,ag_news,trec,subj")
    parser.add_argument("--seeds", type=int, default=20)
    options = parser.parse_args()
    print(f"{'set':<10}{'noise':>7}{'overlap':>9}{'held':>10}{'width':>9}{'bias':>9}", flush=True)
    for name in options.sets.split(","):
        dataset = load(options.data / f"{name}.jsonl.gz", text="text", label="label", n_items=N_ITEMS, seed=1)
        pool = pool_of(dataset, POOL)
        for noise, overlap in CASES:
            points = list(last_points(pool, noise, overlap, options.seeds))
            print(report(name, noise, overlap, points), flush=True)


if __name__ == "__main__":
    main()

"""What the learned representations are worth with random labels, and what learning them costs.

    python -m benchmarks.representations --data FOLDER [--sets trec,ag_news] [--labels 50,100,300,1000] [--draws 12]

FOLDER holds {set}.jsonl.gz. Each representation is learned from the training part's texts; the score is that of the
test part, accuracy, with two classes F1 of the rarer one: the mean over draws of labels, for the best of four λ. Then
the processor time to learn one from made-up texts of the first set's length, and to turn them into vectors.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from annotation.simulation.dataset import load
from annotation.simulation.offline import FITTED, pool_of
from modeling.linear_fit import L2_GRID, fit_linear
from modeling.rehearsal import Pool

N_ITEMS = 100_000
SIZES = (10_000, 100_000)


def score(pool: Pool, guesses: np.ndarray) -> float:
    """Accuracy on the test part; with two classes F1 of the rarer one."""
    if pool.n_classes > 2:
        return float((guesses == pool.true_test).mean())
    rare = int(np.bincount(pool.true).argmin())
    hits = ((guesses == rare) & (pool.true_test == rare)).sum()
    return float(2 * hits / max(1, (guesses == rare).sum() + (pool.true_test == rare).sum()))


def score_with(pool: Pool, n_labels: int, draws: int) -> float:
    """The mean over draws of so many labels, for the best λ; all labels are one draw."""
    n = min(n_labels, pool.n_items)
    scores = np.zeros((len(L2_GRID), draws if n < pool.n_items else 1))
    for draw in range(scores.shape[1]):
        rows = np.random.default_rng(draw).permutation(pool.n_items)[:n]
        targets, weights = np.eye(pool.n_classes, dtype=np.float32)[pool.true[rows]], np.ones(n, dtype=np.float32)
        for place, l2 in enumerate(L2_GRID):
            model = fit_linear(pool.X[rows], targets, weights, n_classes=pool.n_classes, l2=l2)
            scores[place, draw] = score(pool, model.predict_proba(pool.X_test).argmax(axis=1))
    return float(scores.mean(axis=1).max())


def print_scores(folder: Path, name: str, labels: list[int], draws: int) -> None:
    """One line a number of labels, every representation beside the others."""
    dataset = load(folder / f"{name}.jsonl.gz", text="text", label="label", n_items=N_ITEMS, seed=1)
    pools = {representation: pool_of(dataset, representation) for representation in FITTED}
    for n in [*labels, len(dataset.pool)]:
        cells = " | ".join(f"{score_with(pool, n, draws):.3f}" for pool in pools.values())
        print(f"| {name} | {n:,} | {cells} |", flush=True)


def print_seconds(folder: Path, name: str) -> None:
    """Processor time to learn from texts that are the first half of one and the second half of another."""
    dataset = load(folder / f"{name}.jsonl.gz", text="text", label="label", n_items=N_ITEMS, seed=1)
    words = [one.text.split() for one in dataset.pool]
    for n in SIZES:
        rng = np.random.default_rng(n)
        pairs = rng.integers(len(words), size=(n, 2))
        texts = [" ".join(words[a][: len(words[a]) // 2] + words[b][len(words[b]) // 2 :]) for a, b in pairs]
        for representation, fit in FITTED.items():
            started = time.process_time()
            encoder = fit(texts, rng=rng)
            learned = time.process_time()
            encoder.transform(texts)
            took = f"learned in {learned - started:.1f} s, vectors in {time.process_time() - learned:.1f} s"
            print(f"{representation}, {n:,} texts: {took}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", default="ag_news,trec,sms_spam,subj")
    parser.add_argument("--labels", default="50,100,300,1000")
    parser.add_argument("--draws", type=int, default=12)
    options = parser.parse_args()
    sets, labels = options.sets.split(","), [int(n) for n in options.labels.split(",")]
    print(f"| set | labels | {' | '.join(FITTED)} |\n|---|---|{'---|' * len(FITTED)}")
    for name in sets:
        print_scores(options.data, name, labels, options.draws)
    print_seconds(options.data, sets[0])


if __name__ == "__main__":
    main()

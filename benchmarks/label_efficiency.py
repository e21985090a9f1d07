"""How many labels a strategy needs, on real sets, and then everything that the learning engine is meant to reach.

    python -m benchmarks.label_efficiency --data DATA --bench BENCH/al [--features encoder,pool] [--seeds 10]
        [--url http://127.0.0.1:8000 --password …]

The last table holds measured figures beside aims: labels, shown intervals, a turn of the loop, and with the address
of a running server how soon a label has changed the queue. DATA holds `{set}.jsonl.gz` (text, label, split) and
`embeddings/{set}.npy`; BENCH/al is a folder with a `harness.py` to compare with. Every question is counted, those of
the protected sample too, from which our model does not learn.
"""

import argparse
import functools
import gzip
import importlib
import json
import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np  # noqa: E402 - the variables above are read when it is loaded

from benchmarks import learning_aims as aims  # noqa: E402 - as NumPy
from benchmarks.label_scenarios import SCENARIOS, Curve, Scenario, mean_curve  # noqa: E402 - as NumPy
from benchmarks.replay import Replay  # noqa: E402 - as NumPy
from modeling.pool_fit import fit_pool  # noqa: E402 - as NumPy

HEADER = (
    "| set | strategy | full data | labels to 90 % | 95 % | @50 | @100 | @200 | @350 | @500 | worst gap to random"
    " from 100 on | from 200 on |\n|---|---|---|---|---|---|---|---|---|---|---|---|"
)
RANDOM_RATE = 0.1
START = 10


class Task(NamedTuple):
    """One seeded run."""

    scenario: Scenario
    features: str
    strategy: str
    seed: int


@functools.lru_cache(maxsize=4)
def loaded(folder: str, bench: str, name: str, features: str) -> tuple[Any, ...]:
    """The harness's view of a set, with the vectors that were prepared for it."""
    X, y, is_train, cost, classes = harness(bench).load(name, folder, f"{folder}/embeddings/", "tfidf")
    X = np.load(prepared(folder, name, features)).astype(np.float32)
    n = len(X)
    return X, y[:n], is_train[:n], cost[:n], classes


def harness(bench: str) -> Any:
    if bench not in sys.path:
        sys.path.insert(0, bench)
    return importlib.import_module("harness")


def prepared(folder: str, name: str, features: str) -> Path:
    """The file of the vectors; `pool` is learned from the set's own texts, test part excluded, at first use."""
    if features == "encoder":
        return Path(folder) / "embeddings" / f"{name}.npy"
    return Path(os.environ["LABEL_EFFICIENCY_CACHE"]) / f"{name}.npy"


def measured(data: str, bench: str, task: Task) -> Curve:
    """Runs one task."""
    tool, scenario = harness(bench), task.scenario
    D = loaded(data, bench, scenario.set, task.features)
    metric, minority = target_of(D, scenario)
    X, y, _, X_test, y_test, _, _ = tool.scenario(*D[:4], len(D[4]), task.seed, 0.0, scenario.imbalance, minority)
    if task.strategy.startswith("bench:"):
        found, _, _ = tool.run(
            tool.resolve(task.strategy.removeprefix("bench:")), D, task.seed, scenario.batch, scenario.budget, 0.0,
            scenario.imbalance, metric, tool.LAM["minilm"], START, minority,
        )  # fmt: skip
        return Curve([one[0] for one in found], [one[2] for one in found])
    replay = Replay(X, y, len(D[4]), np.random.default_rng(task.seed), learned_here=task.features == "pool")
    replay.take(replay.shuffled(START))
    curve = Curve([], [])
    budget = scenario.random_budget if task.strategy == "random" else scenario.budget
    while True:
        model = replay.fit()
        curve.asked.append(replay.n_asked)
        curve.score.append(tool.score(y_test, model.logits(X_test).argmax(axis=1), len(D[4]), metric))
        if replay.n_asked >= budget:
            return curve
        step = scenario.batch
        if task.strategy == "random":
            step = max(scenario.batch, int(0.08 * replay.n_asked) // 10 * 10)
        replay.ask(task.strategy, min(step, budget - replay.n_asked), RANDOM_RATE)


def target_of(D: tuple[Any, ...], scenario: Scenario) -> tuple[Any, int]:
    """The metric, by the rule of the harness: F1 of a rare class, accuracy of balanced ones, else macro F1."""
    counts = np.bincount(D[1])
    minority = D[4].index(scenario.rare) if scenario.rare else int(counts.argmin())
    balanced = counts.min() / len(D[1]) > 0.3 / len(D[4])
    if scenario.imbalance or (len(D[4]) == 2 and not balanced):
        return minority, minority
    return ("acc" if balanced else "macro"), minority


def prepare_pool(data: str, name: str) -> None:
    """Learns `pool` from the texts of a set's training part and stores all vectors."""
    with gzip.open(f"{data}/{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    started = time.perf_counter()
    encoder = fit_pool([row["text"] for row in rows if row["split"] != "test"], rng=np.random.default_rng(0))
    np.save(prepared(data, name, "pool"), encoder.transform([row["text"] for row in rows]))
    print(f"pool of {name}: {len(rows)} texts in {time.perf_counter() - started:.1f} s", flush=True)


def full_score(data: str, bench: str, scenario: Scenario, features: str) -> float:
    """What the whole pool teaches, by the harness's own model; of the encoder where there is one."""
    tool = harness(bench)
    features = "encoder" if prepared(data, scenario.set, "encoder").exists() else features
    D = loaded(data, bench, scenario.set, features)
    metric, minority = target_of(D, scenario)
    return float(tool.full(D, 0.0, scenario.imbalance, metric, tool.LAM["minilm"], minority)[0])


def found_of(scenario: Scenario, features: str, full: float, curves: dict[str, list[Curve]], bench: str) -> aims.Found:
    """What is held against the aims: the mean curve of `team`."""
    x, y = mean_curve(curves["team"])
    gaps = y - np.interp(x, *mean_curve(curves["random"]))
    to_95 = harness(bench).reach(x, y, 0.95 * full)
    return aims.Found(scenario.set, features, scenario.batch, scenario.rare, x, y, to_95, gaps)


def lines_of(scenario: Scenario, features: str, full: float, found: dict[str, list[Curve]], bench: str) -> list[str]:
    """One line a strategy: labels to 90 and 95 %, scores on the way, the worst gap below random, and the spread."""
    tool, lines = harness(bench), []
    random_x, random_y = mean_curve(found["random"])
    for strategy, curves in found.items():
        x, y = mean_curve(curves)
        to = [tool.reach(x, y, share * full) for share in (0.9, 0.95)]
        at = [np.interp(n, x, y) if n <= x[-1] else np.nan for n in (50, 100, 200, 350, 500)]
        gaps = {int(n): float(value - np.interp(n, random_x, random_y)) for n, value in zip(x, y, strict=True)}
        late = {n: gap for n, gap in gaps.items() if n >= 100}
        worst = min(late, key=lambda n: late[n]) if late else 0
        settled = min((gap for n, gap in gaps.items() if n >= 200), default=np.nan)
        thinned = f", {scenario.rare} at {scenario.imbalance:.0%}" if scenario.imbalance else ""
        label = f"{scenario.set} {features}, batch {scenario.batch}{thinned}"
        lines.append(
            f"| {label} | {strategy} | {full:.3f} | "
            + " | ".join("-" if n is None else f"{n:.0f}" for n in to)
            + " | " + " | ".join("-" if np.isnan(v) else f"{v:.3f}" for v in at)
            + f" | {100 * late.get(worst, 0):+.1f} at {worst} | {100 * settled:+.1f} |"
        )  # fmt: skip
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--features", default="encoder,pool")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--sets", default="", help="only these sets, by commas")
    parser.add_argument(
        "--strategies", default="", help="instead of those of each row; ours by name, theirs as bench:name"
    )
    parser.add_argument("--url", default="", help="a running server, to measure how soon a label changes the queue")
    parser.add_argument("--password", default="", help="of its user admin")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        os.environ["LABEL_EFFICIENCY_CACHE"] = cache
        run(options)


def run(options: argparse.Namespace) -> None:
    rows = [row for row in SCENARIOS if not options.sets or row.set in options.sets.split(",")]
    wanted = [(row, features) for row in rows for features in options.features.split(",")]
    wanted = [(row, name) for row, name in wanted if name == "pool" or prepared(options.data, row.set, name).exists()]
    for name in sorted({row.set for row, _ in wanted}):
        if "pool" in options.features:
            prepare_pool(options.data, name)
    print(HEADER, flush=True)
    with multiprocessing.get_context("spawn").Pool(options.processes) as workers:
        found = [compared(row, features, options, workers) for row, features in wanted]
        intervals = workers.starmap(
            aims.interval_row, [(options.data, case) for case in aims.INTERVAL_CASES], chunksize=1
        )
    reached = aims.label_rows([one for one in found if one is not None])
    print("", aims.HEADER, *reached, *intervals, sep="\n", flush=True)
    for one in aims.turn_rows(tempfile.gettempdir()):
        print(one, flush=True)
    if not options.url:
        print("| label → queue | not measured without --url: benchmarks/freshness.py | ≤ 0.5 / 1 / 2 s | - |")
        return
    for one in aims.queue_rows(options.url, options.password):
        print(one, flush=True)


def compared(row: Scenario, features: str, options: argparse.Namespace, workers: Any) -> aims.Found | None:
    """Runs and prints one scenario; what `team` reached, where it took part."""
    names = ("random", *(tuple(filter(None, options.strategies.split(","))) or ("team", *row.beside)))
    tasks = [Task(row, features, name, seed) for name in names for seed in range(options.seeds)]
    curves = workers.map(functools.partial(measured, options.data, options.bench), tasks, chunksize=1)
    found = {name: [one for task, one in zip(tasks, curves, strict=True) if task.strategy == name] for name in names}
    full = full_score(options.data, options.bench, row, features)
    print(*lines_of(row, features, full, found, options.bench), sep="\n", flush=True)
    return found_of(row, features, full, found, options.bench) if "team" in found else None


if __name__ == "__main__":
    main()

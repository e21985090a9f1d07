"""What the learning engine is meant to reach, beside what was measured: called by `benchmarks.label_efficiency`."""

import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from annotation.simulation.dataset import load
from annotation.simulation.offline import POOL, pool_of
from benchmarks.intervals import N_ITEMS, last_points
from benchmarks.table import Row

Doubles = npt.NDArray[np.float64]

HEADER = "| what | measured | to reach | reached |\n|---|---|---|---|"
LABELS = {("sms_spam", 10): 90, ("ag_news", 10): 115, ("trec", 10): 700}
RARE_AT, RARE_F1 = 350, 0.5
UNDER_RANDOM = -0.02
TURNS = {10_000: 15, 100_000: 50, 1_000_000: 400}
QUEUES = {10_000: 0.5, 100_000: 1.0, 1_000_000: 2.0}
INTERVAL_SEEDS, INTERVALS_HELD = 20, 18
INTERVAL_CASES = ((0.0, 1), (0.1, 1), (0.1, 3))


class Found(NamedTuple):
    """Mean curve of `team` on a set: questions asked and score, labels to 95 %, and how far above random it was.

    `rare` is the class that was thinned, or nothing; `gaps` (n,) belong to `asked` (n,), in shares of one.
    """

    set: str
    features: str
    batch: int
    rare: str
    asked: Doubles
    score: Doubles
    to_95: float | None
    gaps: Doubles


def label_rows(found: Sequence[Found]) -> list[Row]:
    """The rows about labels, for those sets that were measured."""
    rows = [_to_95(one) for one in found if (one.set, one.batch) in LABELS and not one.rare]
    rows += [_rare(one) for one in found if one.rare]
    rows += [row for one in found if one.batch == 50 for row in _in_batches(one)]
    return rows + [_never_under(one) for one in found if one.batch == 10 and not one.rare]


def _to_95(one: Found) -> Row:
    aim = LABELS[one.set, one.batch]
    measured = f"more than {one.asked[-1]:.0f}" if one.to_95 is None else f"{one.to_95:.0f}"
    what = f"{one.set}, {one.features}: labels to 95 %"
    return Row(what, measured, f"≤ {aim}", one.to_95 is not None and one.to_95 <= aim)


def _rare(one: Found) -> Row:
    value = float(np.interp(RARE_AT, one.asked, one.score))
    what = f"{one.set}, {one.features}, {one.rare} at 1 %: its F1 at {RARE_AT}"
    return Row(what, f"{value:.2f}", f"≥ {RARE_F1}", value >= RARE_F1)


def _in_batches(one: Found) -> list[Row]:
    name = f"{one.set}, {one.features}, batch 50"
    at_100 = float(np.interp(100, one.asked, one.gaps))
    later = float(one.gaps[one.asked >= 200].min())
    return [
        Row(f"{name}: against random at 100", f"{100 * at_100:+.1f} points", "≥ -4", at_100 >= 2 * UNDER_RANDOM),
        Row(f"{name}: against random from 200 on", f"{100 * later:+.1f} points", "> 0", later > 0),
    ]


def _never_under(one: Found) -> Row:
    late = one.asked >= 100
    worst = int(np.argmin(np.where(late, one.gaps, np.inf)))
    gap = float(one.gaps[worst])
    measured = f"{100 * gap:+.1f} points at {one.asked[worst]:.0f}"
    what = f"{one.set}, {one.features}: against random from 100 on, worst"
    return Row(what, measured, "≥ -2", gap >= UNDER_RANDOM)


def interval_row(data: str, case: tuple[float, int]) -> Row:
    """In how many of twenty seeded runs the interval that a project is shown holds the truth."""
    noise, overlap = case
    dataset = load(Path(data) / "sms_spam.jsonl.gz", text="text", label="label", n_items=N_ITEMS, seed=1)
    points = list(last_points(pool_of(dataset, POOL), noise, overlap, INTERVAL_SEEDS))
    held = sum(point.shown is not None and point.shown.low <= point.accuracy <= point.shown.high for point in points)
    what = f"interval holds the truth, {noise:.0%} wrong answers, {overlap} an item"
    return Row(what, f"{held} of {INTERVAL_SEEDS}", f"≥ {INTERVALS_HELD}", held >= INTERVALS_HELD)


def turn_rows(folder: str) -> Iterable[Row]:
    """Refit, rank and choose; each size in a process of its own, beside nothing else of ours."""
    for size, aim in TURNS.items():
        line = _printed("benchmarks.learning", "--row", str(size), "--folder", folder)
        milliseconds = float(line.split("|")[5].removesuffix(" ms "))
        what = f"refit + re-rank + choose, {size:,} items, 384 numbers, 10 classes"
        yield Row(what, f"{milliseconds:.1f} ms", f"≤ {aim} ms", milliseconds <= aim)


def queue_rows(url: str, password: str) -> Iterable[Row]:
    """Label committed → queue published, through a server that runs."""
    for size, aim in QUEUES.items():
        printed = _printed("benchmarks.freshness", "--url", url, "--password", password, "--sizes", str(size))
        median = re.search(r"median ([\d.]+) s", printed)
        seconds = float(median[1]) if median else np.inf
        yield Row(f"label → queue, {size:,} items, median", f"{seconds:.2f} s", f"≤ {aim} s", seconds <= aim)


def _printed(module: str, *arguments: str) -> str:
    """What another benchmark prints; raises CalledProcessError when it fails."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout

"""What one turn of the loop costs: refit, rank the whole pool again, choose 500 questions. One thread, no database.

    python -m benchmarks.learning [--sizes 10000,100000,1000000] [--rounds 7] [--folder /tmp]

Vectors are made up (384 numbers, unit length, ten classes, one of them rare) and lie in memory-mapped files of 16,384
rows, as a worker has them. Each figure is a median of processor time; the yardstick is one float32 product of the same
matrix with the model's weights, over the same blocks, in the same run and in the quicker of its two layouts. Each size
runs in a process of its own, so that its memory can be read.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np  # noqa: E402 - the variables above are read when it is loaded
import numpy.typing as npt  # noqa: E402 - as NumPy

from modeling.linear import LinearModel  # noqa: E402 - as NumPy
from modeling.linear_fit import fit_linear  # noqa: E402 - as NumPy
from modeling.open_rows import OpenRows  # noqa: E402 - as NumPy
from modeling.team import candidate_rows, choose_rows  # noqa: E402 - as NumPy

Floats = npt.NDArray[np.float32]

DIMENSION, N_CLASSES, SHARD_ROWS = 384, 10, 16_384
N_LABELS, N_NEW, N_WANTED, BATCH = 500, 10, 500, 8
RARE_SHARE = 0.01
HEADER = (
    "| items | product | refit | rank + choose | all | ratio | rank without a rare class | mapped | resident, peak |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


class Mapped:
    """A pool in memory-mapped files."""

    def __init__(self, files: list[Path]) -> None:
        self.shards: list[Floats] = [np.load(file, mmap_mode="r") for file in files]
        self.starts = np.cumsum([0, *(len(shard) for shard in self.shards)])

    @property
    def n_items(self) -> int:
        return int(self.starts[-1])

    def blocks(self) -> Iterator[Floats]:
        yield from self.shards

    def vectors(self, rows: npt.NDArray[np.int64]) -> Floats:
        out = np.empty((len(rows), DIMENSION), dtype=np.float32)
        for shard, start in zip(self.shards, self.starts, strict=False):
            here = (rows >= start) & (rows < start + len(shard))
            if here.all():
                return shard[rows - start]
            out[here] = shard[rows[here] - start]
        return out


class Turn(NamedTuple):
    """Seconds of each part."""

    product: float
    refit: float
    rank: float
    rank_without_rare: float


def make_files(folder: Path, n: int, centres: Floats) -> list[Path]:
    files, rng = [], np.random.default_rng(n)
    shares = np.array([RARE_SHARE] + [(1 - RARE_SHARE) / (N_CLASSES - 1)] * (N_CLASSES - 1))
    for start in range(0, n, SHARD_ROWS):
        rows = min(SHARD_ROWS, n - start)
        X = 2 * centres[rng.choice(N_CLASSES, rows, p=shares)] + rng.standard_normal((rows, DIMENSION), np.float32)
        X /= np.linalg.norm(X, axis=1, keepdims=True)
        files.append(folder / f"{start:09d}.npy")
        np.save(files[-1], X.astype(np.float32))
    return files


def seconds(work: Callable[[], object]) -> float:
    """Processor time: there is one thread, and others may want the machine meanwhile."""
    started = time.process_time()
    work()
    return time.process_time() - started


def turn(pool: Mapped, model: LinearModel, X: Floats, y: npt.NDArray[np.int64], round_: int) -> Turn:
    """One turn as a worker does it: from the model of before and ten new labels to the rows of a new queue."""
    targets, weights = np.eye(N_CLASSES, dtype=np.float32)[y], np.ones(len(y), dtype=np.float32)
    is_open = np.ones(pool.n_items, dtype=np.bool_)
    is_open[:: max(1, pool.n_items // N_LABELS)] = False
    rows = np.flatnonzero(is_open)
    counts = np.bincount(y, minlength=N_CLASSES)

    def product() -> None:
        for block in pool.blocks():
            block @ model.coef

    def refit() -> None:
        fit_linear(X, targets, weights, n_classes=N_CLASSES, l2=1.0, start=model)

    def rank(counts: npt.NDArray[np.int64]) -> None:
        opened = OpenRows(pool, model, rows, np.random.default_rng(round_))
        sample, candidates = candidate_rows(opened, counts, N_WANTED)
        choose_rows(opened, sample, candidates, labeled_counts=counts, batch=BATCH, n_wanted=N_WANTED)

    return Turn(
        seconds(product), seconds(refit), seconds(lambda: rank(counts)), seconds(lambda: rank(np.maximum(counts, 40)))
    )


def measure(n: int, rounds: int, folder: str) -> str:
    """One row of the table."""
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((N_CLASSES, DIMENSION), np.float32) / 4
    with tempfile.TemporaryDirectory(dir=folder) as place:
        pool = Mapped(make_files(Path(place), n, centres))
        y = rng.permutation(np.append(np.zeros(5, np.int64), rng.integers(1, N_CLASSES, N_LABELS - 5)))
        X = 2 * centres[y] + rng.standard_normal((N_LABELS, DIMENSION), np.float32)
        X /= np.linalg.norm(X, axis=1, keepdims=True)
        known = N_LABELS - N_NEW
        targets, weights = np.eye(N_CLASSES, dtype=np.float32)[y], np.ones(N_LABELS, dtype=np.float32)
        model = fit_linear(X[:known], targets[:known], weights[:known], n_classes=N_CLASSES, l2=1.0)
        turns = [turn(pool, model, X, y, round_) for round_ in range(rounds + 1)][1:]
        product, refit, rank, without = (1e3 * statistics.median(part) for part in zip(*turns, strict=True))
        ratio = statistics.median((one.refit + one.rank) / one.product for one in turns)
        mapped, peak = n * DIMENSION * 4 / 1e6, peak_megabytes()
    return (
        f"| {n:,} | {product:.1f} ms | {refit:.1f} ms | {rank:.1f} ms | {refit + rank:.1f} ms | {ratio:.2f} | "
        f"{without:.1f} ms | {mapped:.0f} MB | {peak:.0f} MB = {peak / mapped:.2f} |"
    )


def peak_megabytes() -> float:
    """The largest resident memory that this process ever had, mapped files included."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument(
        "--folder", default=tempfile.gettempdir(), help="where the vectors are put; 1.6 GB for a million"
    )
    parser.add_argument("--row", type=int, help="print the row of this size only")
    options = parser.parse_args()
    if options.row:
        print(measure(options.row, options.rounds, options.folder), flush=True)
        return
    print(HEADER, flush=True)
    for size in options.sizes.split(","):
        command = [sys.executable, "-m", "benchmarks.learning", "--row", size, "--rounds", str(options.rounds)]
        subprocess.run([*command, "--folder", options.folder], check=True)


if __name__ == "__main__":
    main()

"""Querent's choice beside modAL, small-text and scikit-activeml, on the same pools, with one thread.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python -m benchmarks.peers --data FOLDER [--seeds 3] [--sizes 10000,100000]

Runs whichever of the three this Python can import and says which it cannot; they are no part of the project, so install
them in an environment of their own (modAL 0.4.2 needs scikit-learn below 1.6) and start this from the checkout. Every
one of them gets scikit-learn's logistic regression with the same penalty. FOLDER holds
{set}.jsonl.gz and embeddings/{set}.npy; without it only the synthetic pools are timed.
"""

import argparse
import gzip
import json
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from benchmarks.replay import Replay
from modeling.linear_fit import fit_linear

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

L2, BATCH, FIRST, TIMED_LABELS, TIMED_BATCH, SMALL = 0.1, 10, 10, 500, 50, 12_000
BUDGETS = {"ag_news": 250, "sms_spam": 250, "trec": 900}


class Peer(Protocol):
    """One library at work on a pool: `retrain` on these rows, then `pick` so many others."""

    def retrain(self, rows: Ints) -> None: ...

    def pick(self, n: int) -> Ints: ...

    def predict(self, X: Floats) -> Ints: ...


class Querent:
    """Our own loop, with the protected share that it never learns from."""

    def __init__(
        self, X: Floats, y: Ints, n_classes: int, seed: int, strategy: str = "team", random_rate: float = 0.0
    ) -> None:
        self.replay = Replay(X, y, n_classes, np.random.default_rng(seed), n_start=FIRST)
        self.strategy, self.random_rate = strategy, random_rate

    def retrain(self, rows: Ints) -> None:
        if not self.replay.n_asked:
            self.replay.take(rows)
        self.replay.fit()

    def pick(self, n: int) -> Ints:
        before = np.flatnonzero(self.replay.is_open)
        self.replay.ask(self.strategy, n, self.random_rate)
        return before[~self.replay.is_open[before]]

    def predict(self, X: Floats) -> Ints:
        assert self.replay.model is not None
        return np.asarray(self.replay.model.predict_proba(X).argmax(axis=1))


def classifier() -> LogisticRegression:
    return LogisticRegression(C=1 / L2, max_iter=200)


class ModAL:
    """ActiveLearner.teach and query (Danka and Horváth 2018, arXiv:1805.00979)."""

    def __init__(self, X: Floats, y: Ints, n_classes: int, seed: int, strategy: str = "margin_sampling") -> None:
        from modAL import models, uncertainty  # noqa: PLC0415 - present only beside the project

        self.X, self.y = X, y
        self.query = getattr(uncertainty, strategy)
        self.make = models.ActiveLearner
        self.learner: Any = None

    def retrain(self, rows: Ints) -> None:
        if self.learner is None:
            self.learner = self.make(
                classifier(), query_strategy=self.query, X_training=self.X[rows], y_training=self.y[rows]
            )
        else:
            fresh = np.setdiff1d(rows, self.rows)
            self.learner.teach(self.X[fresh], self.y[fresh])
        self.rows = rows

    def pick(self, n: int) -> Ints:
        open_rows = np.setdiff1d(np.arange(len(self.X)), self.rows)
        return open_rows[self.learner.query(self.X[open_rows], n_instances=n)[0]]

    def predict(self, X: Floats) -> Ints:
        return np.asarray(self.learner.predict(X))


class SkActiveML:
    """A query strategy on a SklearnClassifier (Kottke et al. 2021, doi:10.20944/preprints202103.0194.v1)."""

    def __init__(self, X: Floats, y: Ints, n_classes: int, seed: int, strategy: str = "UncertaintySampling") -> None:
        from skactiveml import classifier as wrappers  # noqa: PLC0415 - present only beside the project
        from skactiveml import pool  # noqa: PLC0415 - the same

        options = {"method": "margin_sampling"} if strategy == "UncertaintySampling" else {}
        self.strategy = getattr(pool, strategy)(random_state=seed, **options)
        self.model = wrappers.SklearnClassifier(classifier(), classes=np.arange(n_classes), random_state=seed)
        self.X, self.y = X, y

    def retrain(self, rows: Ints) -> None:
        self.known = np.full(len(self.X), np.nan)
        self.known[rows] = self.y[rows]
        self.model.fit(self.X, self.known)

    def pick(self, n: int) -> Ints:
        return np.asarray(self.strategy.query(self.X, self.known, self.model, fit_clf=False, batch_size=n))

    def predict(self, X: Floats) -> Ints:
        return np.asarray(self.model.predict(X).astype(int))


class SmallText:
    """PoolBasedActiveLearner (Schröder et al. 2023, doi:10.18653/v1/2023.eacl-demo.11)."""

    def __init__(self, X: Floats, y: Ints, n_classes: int, seed: int, strategy: str = "BreakingTies") -> None:
        import small_text  # noqa: PLC0415 - present only beside the project

        dataset = small_text.SklearnDataset(X, y, target_labels=np.arange(n_classes))
        factory = small_text.SklearnClassifierFactory(classifier(), n_classes)
        self.learner = small_text.PoolBasedActiveLearner(factory, getattr(small_text, strategy)(), dataset)
        self.make, self.y, self.target = small_text.SklearnDataset, y, np.arange(n_classes)
        self.asked: Ints | None = None

    def retrain(self, rows: Ints) -> None:
        if self.asked is None:
            self.learner.initialize_data(rows, self.y[rows])
        else:
            self.learner.update(self.y[self.asked])

    def pick(self, n: int) -> Ints:
        self.asked = np.asarray(self.learner.query(n))
        return self.asked

    def predict(self, X: Floats) -> Ints:
        rows = self.make(X, np.zeros(len(X), int), target_labels=self.target)
        return np.asarray(self.learner.classifier.predict(rows))


class Entry(NamedTuple):
    """A row of the tables; `package` is None for our own."""

    name: str
    package: str | None
    make: Callable[..., Peer]
    options: dict[str, Any]
    is_quick: bool = True  # others take minutes on a large pool, so they are timed on small ones and draw no curve


ENTRIES = [
    Entry("Querent, team", None, Querent, {}),
    Entry("Querent, team + 10 % protected", None, Querent, {"random_rate": 0.1}),
    Entry("random, our model", None, Querent, {"strategy": "random"}),
    Entry("modAL margin_sampling", "modAL-python", ModAL, {}),
    Entry("modAL entropy_sampling", "modAL-python", ModAL, {"strategy": "entropy_sampling"}),
    Entry("small-text BreakingTies", "small-text", SmallText, {}),
    Entry("small-text PredictionEntropy", "small-text", SmallText, {"strategy": "PredictionEntropy"}, False),
    Entry("scikit-activeml margin", "scikit-activeml", SkActiveML, {}),
    Entry("scikit-activeml Badge", "scikit-activeml", SkActiveML, {"strategy": "Badge"}, False),
]


def installed(entry: Entry) -> str | None:
    """The version of the entry's package; None when it is not here."""
    try:
        return version(entry.package) if entry.package else "this checkout"
    except PackageNotFoundError:
        return None


def synthetic(n: int, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Unit vectors (n, 384) around ten centres, and their classes."""
    centres = rng.standard_normal((10, 384), dtype=np.float32)
    y = rng.integers(0, 10, n)
    X = centres[y] + 3 * rng.standard_normal((n, 384), dtype=np.float32)
    return X / np.linalg.norm(X, axis=1, keepdims=True), y


class Seconds(NamedTuple):
    """By the clock, and of processor time: others who wait for the cores count less in that."""

    clock: float
    processor: float


def seconds_to_turn(entry: Entry, n: int) -> Seconds | None:
    """Median seconds to retrain on 500 labels and pick 50 of n rows, three rounds after one; None when too slow."""
    if n > SMALL and not entry.is_quick:
        return None
    rng = np.random.default_rng(0)
    X, y = synthetic(n, rng)
    peer, rows = entry.make(X, y, 10, 0, **entry.options), rng.permutation(n)[:TIMED_LABELS]
    took = []
    for _ in range(4):
        started = time.perf_counter(), time.process_time()
        peer.retrain(rows)
        rows = np.concatenate([rows, peer.pick(TIMED_BATCH)])
        took.append((time.perf_counter() - started[0], time.process_time() - started[1]))
    return Seconds(*np.median(took[1:], axis=0).tolist())


class Data(NamedTuple):
    X: Floats
    y: Ints
    is_test: npt.NDArray[np.bool_]
    n_classes: int


def load(folder: Path, name: str) -> Data:
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    X = np.load(folder / "embeddings" / f"{name}.npy").astype(np.float32)
    names, y = np.unique([row["label"] for row in rows[: len(X)]], return_inverse=True)
    return Data(X, y, np.array([row["split"] == "test" for row in rows[: len(X)]]), len(names))


def score(data: Data, guesses: Ints) -> float:
    """Accuracy; with two classes F1 of the rarer one."""
    truth = data.y[data.is_test]
    if data.n_classes > 2:
        return float((guesses == truth).mean())
    rare = int(np.bincount(data.y).argmin())
    hits = ((guesses == rare) & (truth == rare)).sum()
    return float(2 * hits / max(1, (guesses == rare).sum() + (truth == rare).sum()))


def curve(entry: Entry, data: Data, seed: int, budget: int) -> list[float]:
    """The score on the test rows after 10, 20, … labels."""
    pool = np.random.default_rng(1000 + seed).permutation(np.flatnonzero(~data.is_test))
    X, y, X_test = data.X[pool], data.y[pool], data.X[data.is_test]
    peer = entry.make(X, y, data.n_classes, seed, **entry.options)
    rows = first_rows(y, np.random.default_rng(seed))
    points = []
    while True:
        peer.retrain(rows)
        points.append(score(data, peer.predict(X_test)))
        if len(rows) >= budget:
            return points
        rows = np.concatenate([rows, peer.pick(BATCH)])


def first_rows(y: Ints, rng: np.random.Generator) -> Ints:
    """Ten random rows; drawn again while they show one class only, which the others cannot start from."""
    while True:
        rows = rng.permutation(len(y))[:FIRST]
        if len(np.unique(y[rows])) > 1:
            return rows


def full_score(data: Data) -> float:
    """What our model reaches with every label of the pool."""
    rows = np.flatnonzero(~data.is_test)
    targets = np.eye(data.n_classes, dtype=np.float32)[data.y[rows]]
    model = fit_linear(data.X[rows], targets, np.ones(len(rows), np.float32), n_classes=data.n_classes, l2=L2)
    return score(data, model.predict_proba(data.X[data.is_test]).argmax(axis=1))


def labels_needed(points: list[float], target: float) -> int | None:
    """Labels at which the score, smoothed over five batches, first reaches the target."""
    padded = np.pad(points, 2, mode="edge")
    smooth = np.convolve(padded, np.ones(5) / 5, "valid")
    reached = np.flatnonzero(smooth >= target)
    return int(FIRST + BATCH * reached[0]) if len(reached) else None


def print_speed(entries: list[Entry], sizes: list[int]) -> None:
    print(f"\nseconds (of them processor time) to retrain on {TIMED_LABELS} labels and pick {TIMED_BATCH}; one thread")
    for entry in entries:
        cells = (seconds_to_turn(entry, n) for n in sizes)
        shown = "   ".join("not run" if cell is None else "{:.3f} ({:.3f})".format(*cell) for cell in cells)
        print(f"  {entry.name:<34} {shown}", flush=True)


def print_labels(entries: list[Entry], folder: Path, seeds: int) -> None:
    for name, budget in BUDGETS.items():
        data = load(folder, name)
        target = 0.95 * full_score(data)
        print(f"\n{name}: labels to {target:.3f} (95 % of all labels), mean curve of {seeds} seeds, batch {BATCH}")
        for entry in entries:
            if not entry.is_quick:
                continue
            started = time.perf_counter()
            points = np.mean([curve(entry, data, seed, budget) for seed in range(seeds)], axis=0)
            needed = labels_needed(list(points), target)
            minutes = (time.perf_counter() - started) / 60
            print(f"  {entry.name:<34} {needed or f'not in {budget}'}   ({minutes:.1f} min)", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--only", default="", help="entries whose name holds one of these")
    options = parser.parse_args()
    wanted = options.only.split(",")
    here = [entry for entry in ENTRIES if installed(entry) and any(part in entry.name for part in wanted)]
    for package in sorted({entry.package for entry in ENTRIES if entry.package and not installed(entry)}):
        print(f"NOT RUN: {package} is not installed in this environment")
    for package in sorted({entry.package for entry in here if entry.package} | {"scikit-learn", "numpy"}):
        print(f"{package} {version(package)}")
    if options.sizes:
        print_speed(here, [int(size) for size in options.sizes.split(",")])
    if options.data:
        print_labels(here, options.data, options.seeds)


if __name__ == "__main__":
    main()

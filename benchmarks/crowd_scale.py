"""A million judgements: how long a full inference takes, how much memory, and how long one more judgement."""

import resource
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.crowd import Crowd
from benchmarks.table import Row
from modeling.engine import believe_people
from modeling.live import judge_items, version_of

N_CLASSES = 5
PER_ITEM = 5
N_PEOPLE = 1000
N_UPDATES = 300


def scale_rows(folder: Path, crowds: list[Crowd], n_seeds: int, n_votes: int = 1_000_000) -> Iterator[Row]:
    votes, truth = _votes(n_votes)
    sizes = {"n_items": len(truth), "n_annotators": N_PEOPLE, "n_classes": N_CLASSES}
    started = time.process_time()
    beliefs = believe_people(votes, **sizes)
    seconds = time.process_time() - started
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Row(
        f"{len(votes):,} judgements, five classes: full inference", f"{seconds:.1f} s CPU", "≤ 10 s", seconds <= 10
    )
    yield Row("memory of the process, all of it", f"{megabytes:.0f} MB", "≤ 1,000 MB", megabytes <= 1000)
    version = version_of(beliefs, votes, gold=None)
    times = []
    for item in np.random.default_rng(0).integers(0, len(truth), N_UPDATES):
        own = version.votes[np.searchsorted(version.votes[:, 0], item) :][: PER_ITEM - 1]
        own = own[own[:, 0] == item]
        votes_now = np.column_stack([np.zeros(len(own) + 1), np.append(own[:, 1], -1), np.append(own[:, 2], 0)])
        started = time.perf_counter()
        judge_items(version, np.array([item]), votes_now.astype(np.int64), np.array([-1]))
        times.append(time.perf_counter() - started)
    median, worst = (1000 * float(np.quantile(times, q)) for q in (0.5, 0.99))
    yield Row("one judgement, median (99 %)", f"{median:.2f} ms ({worst:.2f})", "≤ 5 ms", median <= 5)


def _votes(n_votes: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, N_CLASSES, n_votes // PER_ITEM)
    skill = rng.beta(8, 3, N_PEOPLE)
    item = np.repeat(np.arange(len(truth)), PER_ITEM)
    person = rng.integers(0, N_PEOPLE, len(item))
    answer = np.where(rng.random(len(item)) < skill[person], truth[item], rng.integers(0, N_CLASSES, len(item)))
    _, first = np.unique(item * N_PEOPLE + person, return_index=True)
    return np.stack([item, person, answer], axis=1)[first], truth

"""Many rehearsals of one labelled file, no server: every strategy, representation, overlap and team size asked for."""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from annotation.simulation.dataset import Dataset, Example, SimulationError
from modeling.pool_fit import fit_pool
from modeling.rehearsal import Plan, Point, Pool, people, rehearse

Floats = npt.NDArray[np.float32]
POOL = "pool"


@dataclass(frozen=True)
class Choices:
    """What is compared, and what all runs share."""

    strategies: Sequence[str]
    representations: Sequence[str]
    overlaps: Sequence[int]
    teams: Sequence[int]
    seeds: int
    noise: float
    spammers: int
    labels: int
    step: int
    seconds: float


@dataclass
class Arm:
    """One combination, and the points of each seed that there was time for."""

    strategy: str
    representation: str
    overlap: int
    team: int
    runs: list[list[Point]] = field(default_factory=list)

    def mean(self, measure: str) -> list[tuple[int, float, float, float]]:
        """Returns (answers, mean, lowest, highest over seeds) at each checkpoint that every run has reached."""
        shared = zip(*self.runs, strict=False)
        rows = []
        for points in shared:
            values = [getattr(point, measure) for point in points]
            n_labels = round(sum(point.n_labels for point in points) / len(points))
            rows.append((n_labels, sum(values) / len(values), min(values), max(values)))
        return rows


def rehearse_all(dataset: Dataset, choices: Choices, say: Callable[[str], None]) -> list[Arm]:
    """Returns every arm, in the order of the choices. When time is up, what has not been run is left out and said.

    Raises SimulationError for what does not fit together.
    """
    end = time.monotonic() + choices.seconds
    pools = {name: pool_of(dataset, name) for name in choices.representations}
    arms = [Arm(*one) for one in _combinations(choices)]
    for seed, arm in itertools.product(range(choices.seeds), arms):
        if time.monotonic() > end:
            say(f"Time is up: seed {seed + 1} of {choices.seeds} and what follows were not run.")
            break
        points = _run(pools[arm.representation], arm, choices, seed, end)
        if points is not None:
            arm.runs.append(points)
    return arms


def _combinations(choices: Choices) -> Iterator[tuple[str, str, int, int]]:
    return itertools.product(choices.strategies, choices.representations, choices.overlaps, choices.teams)


def _run(pool: Pool, arm: Arm, choices: Choices, seed: int, end: float) -> list[Point] | None:
    """The points of one run; None when time ran out in the middle."""
    noise = people(arm.team, noise=choices.noise, n_spammers=choices.spammers, n_classes=pool.n_classes)
    plan = Plan(arm.strategy, noise, arm.overlap, choices.labels, choices.step)
    points = []
    try:
        for point in rehearse(pool, plan, rng=np.random.default_rng([seed, arm.overlap, arm.team])):
            if time.monotonic() > end:
                return None
            points.append(point)
    except ValueError as error:
        raise SimulationError(f"{arm.strategy}: {error}") from error
    return points


def pool_of(dataset: Dataset, representation: str) -> Pool:
    vectors = _learned if representation == POOL else _stored(representation)
    X, X_test = vectors(dataset.pool, dataset.pool), vectors(dataset.pool, dataset.test)
    place = {name: column for column, name in enumerate(dataset.classes)}
    true, true_test = (np.array([place[one.answer] for one in part]) for part in (dataset.pool, dataset.test))
    return Pool(X, true, X_test, true_test, len(dataset.classes), learned_here=representation == POOL)


def _learned(known: Sequence[Example], wanted: Sequence[Example]) -> Floats:
    encoder = fit_pool([one.text for one in known], rng=np.random.default_rng(0))
    return encoder.transform([one.text for one in wanted])


def _stored(path: str) -> Callable[[Sequence[Example], Sequence[Example]], Floats]:
    """Vectors of an .npy file whose row i belongs to row i of the labelled file."""
    try:
        rows = np.load(Path(path), mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise SimulationError(f"{path} is neither {POOL!r} nor an .npy file of vectors: {error}") from error
    if rows.ndim != 2 or not np.issubdtype(rows.dtype, np.floating):
        raise SimulationError(f"{path} holds {rows.ndim} dimensions of {rows.dtype}; rows of numbers are needed.")

    def vectors(_: Sequence[Example], wanted: Sequence[Example]) -> Floats:
        places = np.array([int(one.name.removeprefix("row-")) - 1 for one in wanted])
        if places.max(initial=-1) >= len(rows):
            raise SimulationError(f"{path} has {len(rows)} rows, fewer than the labelled file.")
        found = np.asarray(rows[places], dtype=np.float32)
        if not np.isfinite(found).all():
            raise SimulationError(f"{path} holds numbers that are not finite.")
        return found

    return vectors

"""Many rehearsals of one labelled file, no server: every strategy, representation, overlap and team size asked for."""

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from annotation.simulation.dataset import Dataset, Example, SimulationError
from annotation.simulation.naming import names
from annotation.simulation.options import POOL, TFIDF, Lists
from modeling.encoders import PREFIX, EncoderError, LibraryEncoder
from modeling.encoding import Encoder
from modeling.pool_fit import fit_pool, fit_tfidf
from modeling.rehearsal import Plan, Point, Pool, people, rehearse

Floats = npt.NDArray[np.float32]
FITTED: dict[str, Callable[..., Encoder]] = {POOL: fit_pool, TFIDF: fit_tfidf}


@dataclass(frozen=True)
class Choices:
    """What is compared, and what all runs share; no run is begun after `limit` seconds."""

    lists: Lists
    seeds: int
    noise: float
    spammers: int
    labels: int
    step: int
    limit: float


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
    """Returns every arm, in the order of the choices, and says how far it is after each run.

    When time is up, what has not been run is left out and said. Raises SimulationError for what does not fit together.
    """
    started = time.monotonic()
    pools = {}
    for name in choices.lists.representations:
        pools[name] = pool_of(dataset, name)
        say(f"{name}: vectors of {len(dataset.pool)} rows to label and {len(dataset.test)} to test on.")
    arms, running_since = [Arm(*one) for one in itertools.product(*choices.lists)], time.monotonic()
    runs = list(itertools.product(range(choices.seeds), zip(arms, names(arms), strict=True)))
    for n_done, (seed, (arm, name)) in enumerate(runs):
        points = _run(pools[arm.representation], arm, choices, seed, started + choices.limit)
        if points is None:
            say(f"Time is up (--limit {choices.limit:g}): {len(runs) - n_done} of {len(runs)} runs are left out.")
            break
        arm.runs.append(points)
        left = (time.monotonic() - running_since) / (n_done + 1) * (len(runs) - n_done - 1)
        reached = f"accuracy {points[-1].accuracy:.3f} with {points[-1].n_labels} labels"
        say(f"{name}, seed {seed + 1} of {choices.seeds}: {reached}; about {left:.0f} s to go.")
    return arms


def _run(pool: Pool, arm: Arm, choices: Choices, seed: int, end: float) -> list[Point] | None:
    """The points of one run; None when time is up, be it in the middle."""
    noise = people(arm.team, noise=choices.noise, n_spammers=choices.spammers, n_classes=pool.n_classes)
    plan = Plan(arm.strategy, noise, arm.overlap, choices.labels, choices.step)
    points: list[Point] = []
    try:
        for point in rehearse(pool, plan, rng=np.random.default_rng([seed, arm.overlap, arm.team])):
            points.append(point)
            if time.monotonic() > end:
                return None
    except ValueError as error:
        raise SimulationError(f"{arm.strategy}: {error}") from error
    return points


def pool_of(dataset: Dataset, representation: str) -> Pool:
    """Returns the vectors by the representation's name; raises SimulationError where there are none."""
    is_encoder = representation in FITTED or representation.startswith(PREFIX)
    vectors = _by_encoder(representation) if is_encoder else _stored(representation)
    X, X_test = vectors(dataset.pool, dataset.pool), vectors(dataset.pool, dataset.test)
    place = {name: column for column, name in enumerate(dataset.classes)}
    true, true_test = (np.array([place[one.answer] for one in part]) for part in (dataset.pool, dataset.test))
    return Pool(X, true, X_test, true_test, len(dataset.classes), learned_here=representation in FITTED)


def _by_encoder(representation: str) -> Callable[[Sequence[Example], Sequence[Example]], Floats]:
    """Vectors by an encoder learned from the rows to label, or by one of another library."""

    def vectors(known: Sequence[Example], wanted: Sequence[Example]) -> Floats:
        try:
            fit = FITTED.get(representation)
            texts = [one.text for one in known]
            encoder = fit(texts, rng=np.random.default_rng(0)) if fit else LibraryEncoder.measured(representation)
            return encoder.transform([one.text for one in wanted])
        except EncoderError as error:
            raise SimulationError(str(error)) from error

    return vectors


def _stored(path: str) -> Callable[[Sequence[Example], Sequence[Example]], Floats]:
    """Vectors of an .npy file whose row i belongs to row i of the labelled file."""
    try:
        rows = np.load(Path(path), mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise SimulationError(f"{path} is neither 'pool' nor 'tfidf' nor an .npy file of vectors: {error}") from error
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

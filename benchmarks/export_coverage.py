"""Does the interval of "expected right" hold the truth? Seeded teams, and crowd-labelled sets with known answers.

    python -m benchmarks.export_coverage --seeds 20 [--data FOLDER]

Three hundred items a team; without known items and with sixty; all items, and those that are sure to so much or more.
FOLDER/crowd holds the sets of benchmarks.crowd: 2, 3 and 5 answers of each item.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.crowd import load_crowds
from modeling.engine import Beliefs, believe_people
from modeling.error_range import mistakes_of
from modeling.evaluation import Interval, expected_right

N_ITEMS, LEAST_ITEMS, LEAST_SURE = 300, 80, 20
LEAST = (0.0, 0.8, 0.9, 0.95)
RIGHT_IF_HARD = 0.4
HEAD = f"{'team':<34}{'known':>6}{'from':>6}  right  expected [mean interval]  held"

Shown = dict[float, list[tuple[float, Interval]]]


@dataclass(frozen=True)
class Team:
    """How often each person is right, answers an item, how common the classes are, and which share of the items is
    hard: there six in ten fall for the same wrong class."""

    right: tuple[float, ...]
    overlap: int
    classes: tuple[float, ...]
    hard: float = 0.0

    def answers(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """The true class of each item and votes on them (n, 3)."""
        k, n_people = len(self.classes), len(self.right)
        true = rng.choice(k, N_ITEMS, p=self.classes)
        item = np.repeat(np.arange(N_ITEMS), self.overlap)
        person = np.concatenate([rng.permutation(n_people)[: self.overlap] for _ in range(N_ITEMS)])
        is_hard, decoy = (rng.random(N_ITEMS) < self.hard)[item], rng.integers(1, k, N_ITEMS)[item]
        errs = rng.random(len(item)) >= np.where(is_hard, RIGHT_IF_HARD, np.array(self.right)[person])
        shift = np.where(errs, np.where(is_hard, decoy, rng.integers(1, k, len(item))), 0)
        return true, np.column_stack([item, person, (true[item] + shift) % k])


def even(k: int) -> tuple[float, ...]:
    return (1 / k,) * k


TEAMS = {
    "five of 0.9, 3 answers": Team((0.9,) * 5, 3, even(4)),
    "five of 0.9, 2 answers": Team((0.9,) * 5, 2, even(4)),
    "five of 0.6 to 0.95, 3 answers": Team((0.95, 0.9, 0.85, 0.75, 0.6), 3, even(4)),
    "five of 0.9, a class of 5 %": Team((0.9,) * 5, 3, (0.95, 0.05)),
    "eight of 0.8, 5 answers": Team((0.8,) * 8, 5, even(4)),
    "five, one item in ten hard": Team((0.92,) * 5, 3, even(4), hard=0.1),
    "five, one item in five hard": Team((0.92,) * 5, 3, even(4), hard=0.2),
    "two of 0.9": Team((0.9, 0.9), 2, even(4)),
    "two, of 0.95 and 0.6": Team((0.95, 0.6), 2, even(3)),
    "one of 0.9, one who guesses": Team((0.9, 0.01), 2, even(100)),
    "two who guess": Team((1 / 300,) * 2, 2, even(300)),
}


def intervals(found: Beliefs, votes: np.ndarray, known: np.ndarray, least: float) -> tuple[np.ndarray, Interval]:
    """Which items are sure to `least` or more, and the interval of how many of them are right."""
    posterior = found.truth.posterior
    held = posterior.max(axis=1)
    sure = held >= least
    n_votes = np.where(known, 0, np.bincount(votes[:, 0], minlength=len(known)))
    mistakes = mistakes_of(posterior, found, n_votes, known).of(sure)
    kept = held[sure]
    worth = expected_right(max(len(kept), 1), kept.sum(), (kept * (1 - kept)).sum(), mistakes.scale, level=0.9)
    return sure, worth


def holds(worth: Interval, right: float) -> bool:
    return worth.low <= right + 1e-9 and right <= worth.high + 1e-9


def coverage_rows(name: str, n_known: int, shown: Shown) -> Iterator[str]:
    """Yields a line for each least confidence, by the share right and the interval of each team that is so sure."""
    for least, rows in shown.items():
        if rows:
            right = np.mean([one for one, _ in rows])
            estimate, low, high = np.mean([worth for _, worth in rows], axis=0)
            n_held = sum(holds(worth, one) for one, worth in rows)
            figures = f"{right:.3f}  {estimate:.3f} [{low:.3f}, {high:.3f}]"
            yield f"{name:<34}{n_known:>6}{least:>6}  {figures}{n_held:>5} of {len(rows)}"


def team_rows(name: str, team: Team, n_known: int, seeds: int) -> Iterator[str]:
    """Yields a line for each least confidence; teams that are so sure of fewer than twenty items do not count."""
    shown: Shown = {least: [] for least in LEAST}
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        true, votes = team.answers(rng)
        items = rng.permutation(N_ITEMS)[:n_known]
        gold, sizes = np.column_stack([items, true[items]]), (N_ITEMS, len(team.right), len(team.classes))
        names = dict(zip(("n_items", "n_annotators", "n_classes"), sizes, strict=True))
        found = believe_people(votes, gold=gold, calibrate_on=gold, **names)
        is_right = found.truth.posterior.argmax(axis=1) == true
        for least in LEAST:
            sure, worth = intervals(found, votes, np.isin(np.arange(N_ITEMS), items), least)
            if sure.sum() >= LEAST_SURE:
                shown[least].append((float(is_right[sure].mean()), worth))
    yield from coverage_rows(name, n_known, shown)


def crowd_rows(folder: Path) -> Iterator[tuple[str, bool]]:
    """Yields a line for each set, number of answers and least confidence, and whether the interval holds the truth."""
    for crowd, k in product(load_crowds(folder), (2, 3, 5)):
        part = crowd.thinned(k, 0)
        found = believe_people(part.votes, **part.sizes)
        is_right = found.truth.posterior.argmax(axis=1) == part.gold
        for least in LEAST:
            sure, worth = intervals(found, part.votes, np.zeros(len(part.gold), dtype=np.bool_), least)
            judged = sure & (part.gold >= 0)
            if judged.sum() >= LEAST_ITEMS:
                right = float(is_right[judged].mean())
                figures = f"{right:.3f}  {worth.estimate:.3f} [{worth.low:.3f}, {worth.high:.3f}]"
                yield f"{crowd.name:<12}{k:>3}{least:>6}  {figures}", holds(worth, right)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--seeds", type=int, default=20)
    options = parser.parse_args()
    print(HEAD, flush=True)
    for n_known, (name, team) in product((0, 60), TEAMS.items()):
        print(*team_rows(name, team, n_known, options.seeds), sep="\n", flush=True)
    if options.data:
        rows = list(crowd_rows(options.data / "crowd"))
        print(*(f"{line}{'' if is_held else '  missed'}" for line, is_held in rows), sep="\n")
        print(f"held {sum(is_held for _, is_held in rows)} of {len(rows)}")


if __name__ == "__main__":
    main()

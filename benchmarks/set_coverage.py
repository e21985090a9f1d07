"""Does the interval of "expected right" hold the truth where an answer is a set of classes? Seeded teams.

    python -m benchmarks.set_coverage --seeds 20

Three hundred items a team, as in `export_coverage`; an item is right if its whole set is.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from benchmarks.export_coverage import HEAD, LEAST, LEAST_SURE, N_ITEMS, RIGHT_IF_HARD, Shown, coverage_rows
from modeling.evaluation import Interval, expected_right
from modeling.set_truth import SetBeliefs, believe_sets

SHARES = (0.5, 0.3, 0.2, 0.1, 0.1, 0.05)


@dataclass(frozen=True)
class SetTeam:
    """How often each person puts or leaves out a class wrongly, answers an item, and how common the classes are; how
    often an answer is another item's altogether (`lapses`), and which share of the items is hard: there six in ten
    fall for the same wrong set. With `apart` an item has one class and a second one at times, else any."""

    slips: tuple[float, ...]
    overlap: int
    shares: tuple[float, ...] = SHARES
    lapses: float = 0.0
    hard: float = 0.0
    is_apart: bool = False

    def truth(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Sets of n items, (n, K)."""
        k = len(self.shares)
        if not self.is_apart:
            return np.asarray(rng.random((n, k)) < np.array(self.shares))
        drawn = [rng.choice(k, 1 + (rng.random() < 0.3), replace=False, p=self.even_shares) for _ in range(n)]
        return np.stack([np.isin(np.arange(k), one) for one in drawn])

    @property
    def even_shares(self) -> np.ndarray:
        return np.array(self.shares) / sum(self.shares)

    def answers(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The true sets (n_items, K), item and person of each answer (n, 2), and the sets answered (n, K)."""
        true, decoy = self.truth(N_ITEMS, rng), self.truth(N_ITEMS, rng)
        item = np.repeat(np.arange(N_ITEMS), self.overlap)
        person = np.concatenate([rng.permutation(len(self.slips))[: self.overlap] for _ in range(N_ITEMS)])
        falls = (rng.random(N_ITEMS) < self.hard)[item] & (rng.random(len(item)) >= RIGHT_IF_HARD)
        lapses = rng.random(len(item)) < self.lapses
        meant = np.where(falls[:, None], decoy[item], true[item])
        meant = np.where(lapses[:, None], self.truth(len(item), rng), meant)
        said = meant ^ (rng.random(meant.shape) < np.array(self.slips)[person, None])
        return true, np.column_stack([item, person]), said


TEAMS = {
    "five, slips 2 %, 3 answers": SetTeam((0.02,) * 5, 3),
    "five, slips 5 %, 3 answers": SetTeam((0.05,) * 5, 3),
    "five, slips 5 %, 2 answers": SetTeam((0.05,) * 5, 2),
    "five, slips 1 to 15 %, 3 answers": SetTeam((0.01, 0.03, 0.05, 0.1, 0.15), 3),
    "eight, slips 10 %, 5 answers": SetTeam((0.1,) * 8, 5),
    "five, twenty classes, slips 2 %": SetTeam((0.02,) * 5, 3, (0.1,) * 20),
    "five, every eighth answer a lapse": SetTeam((0.01,) * 5, 3, lapses=0.125),
    "five, a lapse, one class mostly": SetTeam((0.01,) * 5, 3, lapses=0.125, is_apart=True),
    "five, one item in ten hard": SetTeam((0.02,) * 5, 3, hard=0.1),
    "five, one item in five hard": SetTeam((0.02,) * 5, 3, hard=0.2),
    "two, slips 2 %": SetTeam((0.02,) * 2, 2),
    "two, slips 2 and 15 %": SetTeam((0.02, 0.15), 2),
    "two, one of whom guesses": SetTeam((0.02, 0.5), 2),
}


def believed(team: SetTeam, n_known: int, rng: np.random.Generator) -> tuple[np.ndarray, SetBeliefs]:
    """Which items are held right (n_items,), and what is believed where so many sets are known."""
    true, who, said = team.answers(rng)
    named, number = np.unique(np.concatenate([said, true]), axis=0, return_inverse=True)
    items = rng.permutation(N_ITEMS)[:n_known]
    gold = np.column_stack([items, number[len(said) :][items]])
    votes = np.column_stack([who, number[: len(said)]])
    found = believe_sets(votes, named, n_items=N_ITEMS, n_annotators=len(team.slips), gold=gold, calibrate_on=gold)
    return ((found.p_in > 0.5) == true).all(axis=1), found


def interval(found: SetBeliefs, least: float) -> tuple[np.ndarray, Interval]:
    """Which items are sure to `least` or more, and the interval of how many of them are right."""
    sure = found.probability >= least
    kept, scale = found.probability[sure], found.mistakes.of(sure).scale
    return sure, expected_right(max(len(kept), 1), kept.sum(), (kept * (1 - kept)).sum(), scale, level=0.9)


def team_rows(name: str, team: SetTeam, n_known: int, seeds: int) -> Iterator[str]:
    """Yields a line for each least confidence; teams that are so sure of fewer than twenty items do not count."""
    shown: Shown = {least: [] for least in LEAST}
    for seed in range(seeds):
        is_right, found = believed(team, n_known, np.random.default_rng(seed))
        for least in LEAST:
            sure, worth = interval(found, least)
            if sure.sum() >= LEAST_SURE:
                shown[least].append((float(is_right[sure].mean()), worth))
    yield from coverage_rows(name, n_known, shown)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    options = parser.parse_args()
    print(HEAD, flush=True)
    for n_known, (name, team) in product((0, 60), TEAMS.items()):
        print(*team_rows(name, team, n_known, options.seeds), sep="\n", flush=True)


if __name__ == "__main__":
    main()

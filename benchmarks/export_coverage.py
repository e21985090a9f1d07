"""Does the interval of "expected right" hold the truth? Seeded teams, and crowd-labelled sets with known answers.

    python -m benchmarks.export_coverage --seeds 20 [--data FOLDER]

Three hundred items a team; without known items and with sixty. `skill alone` counts only the doubt about people's
skill, `as shown` also how far people may err together, and that of two people alone either may be right. FOLDER/crowd
holds the sets of benchmarks.crowd: 2, 3 and 5 answers of each item.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.crowd import load_crowds
from modeling.engine import Beliefs, believe_people
from modeling.error_range import error_range, skill_range
from modeling.evaluation import Interval, expected_right

N_ITEMS, LEAST_ITEMS = 300, 80
RIGHT_IF_HARD = 0.4


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


def intervals(found: Beliefs, votes: np.ndarray, known: np.ndarray) -> tuple[Interval, Interval]:
    """By the doubt about skill alone, and as shown."""
    posterior, n = found.truth.posterior, len(known)
    held = posterior.max(axis=1)
    counted = np.bincount(votes[:, 0], minlength=n)
    counted = np.where(known, np.minimum(counted, 1), counted)
    skill, together = skill_range(found.truth), error_range(posterior, found, counted, known)
    both = (skill[0] * together[0], skill[1] * together[1])
    sums = float(held.sum()), float((held * (1 - held)).sum())
    return expected_right(n, *sums, skill, level=0.9), expected_right(n, *sums, both, level=0.9)


def team_row(name: str, team: Team, n_known: int, seeds: int) -> str:
    right, shown, held = np.zeros(seeds), [], np.zeros(2, dtype=int)
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        true, votes = team.answers(rng)
        items = rng.permutation(N_ITEMS)[:n_known]
        gold, sizes = np.column_stack([items, true[items]]), (N_ITEMS, len(team.right), len(team.classes))
        names = dict(zip(("n_items", "n_annotators", "n_classes"), sizes, strict=True))
        found = believe_people(votes, gold=gold, calibrate_on=gold, **names)
        right[seed] = (found.truth.posterior.argmax(axis=1) == true).mean()
        both = intervals(found, votes, np.isin(np.arange(N_ITEMS), items))
        held += [one.low <= right[seed] + 1e-9 and right[seed] <= one.high + 1e-9 for one in both]
        shown.append(both[1])
    estimate, low, high = np.mean(shown, axis=0)
    figures = f"{right.mean():.3f}  {estimate:.3f} [{low:.2f}, {high:.2f}]"
    return f"{name:<32}{n_known:>6}  {figures}{held[0]:>10}{held[1]:>10} of {seeds}"


def crowd_rows(folder: Path) -> Iterator[tuple[str, bool, bool]]:
    """Yields a line for each set and number of answers, and whether each interval holds the truth."""
    for crowd in load_crowds(folder):
        for k in (2, 3, 5):
            part = crowd.thinned(k, 0)
            if len(part.gold) < LEAST_ITEMS:
                continue
            found = believe_people(part.votes, **part.sizes)
            judged = part.gold >= 0
            right = float((found.truth.posterior.argmax(axis=1) == part.gold)[judged].mean())
            skill, shown = intervals(found, part.votes, np.zeros(len(part.gold), dtype=np.bool_))
            line = f"{crowd.name:<12}{k:>3}  {right:.3f}  {shown.estimate:.3f} [{shown.low:.2f}, {shown.high:.2f}]"
            yield line, skill.low <= right <= skill.high, shown.low <= right <= shown.high


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--seeds", type=int, default=20)
    options = parser.parse_args()
    print(f"{'team':<32}{'known':>6}  right  expected{'skill alone':>22}{'as shown':>10}", flush=True)
    for n_known in (0, 60):
        for name, team in TEAMS.items():
            print(team_row(name, team, n_known, options.seeds), flush=True)
    if options.data:
        rows = list(crowd_rows(options.data / "crowd"))
        print(*(line for line, _, _ in rows), sep="\n")
        print(
            f"held by skill alone {sum(row[1] for row in rows)}, as shown {sum(row[2] for row in rows)} of {len(rows)}"
        )


if __name__ == "__main__":
    main()

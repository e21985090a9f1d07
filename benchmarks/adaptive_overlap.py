"""Recorded judgements replayed under rules for asking again: votes used and consensus accuracy.

    python -m benchmarks.adaptive_overlap --data /path/to/crowd --sets rte,product --seeds 3

A folder a set, with judgements.csv (item, annotator, label) and gold.csv (item, gold). `always-k` takes k votes of
every item, drawn at random. `adaptive a-b` begins with a votes and asks again, a round at a time, where the calibrated
confidence is below the target, by expected gain, up to b; the next answer is the recorded one of whoever is best at
the classes in doubt, or, `unrouted`, of anybody who judged the item.
"""

import argparse
import csv
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from modeling.engine import believe_people
from modeling.second_opinions import doubtful, two_step_gain
from modeling.votes import places_of

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Recorded:
    """Votes (n, 3) of item, annotator, class in random order, and the gold class of every item (-1: not known)."""

    name: str
    votes: Ints
    gold: Ints
    n_annotators: int
    n_classes: int

    @property
    def n_items(self) -> int:
        return len(self.gold)


@dataclass(frozen=True)
class Outcome:
    n_votes: int
    accuracy: float


def read(folder: Path) -> Recorded:
    with (folder / "judgements.csv").open() as file:
        rows = [(row["item"], row["annotator"], row["label"]) for row in csv.DictReader(file)]
    with (folder / "gold.csv").open() as file:
        known = {row["item"]: row["gold"] for row in csv.DictReader(file)}
    items, people = sorted({row[0] for row in rows}), sorted({row[1] for row in rows})
    classes = sorted({row[2] for row in rows} | set(known.values()))
    place = [{name: number for number, name in enumerate(names)} for names in (items, people, classes)]
    votes = np.array([[place[0][i], place[1][w], place[2][c]] for i, w, c in rows])
    gold = np.array([place[2].get(known.get(item, ""), -1) for item in items])
    return Recorded(folder.name, votes, gold, len(people), len(classes))


def conclude(data: Recorded, votes: Ints) -> tuple[Floats, Floats]:
    """Returns the calibrated posterior and everybody's confusion matrix, as the server infers them."""
    truth = believe_people(votes, n_items=data.n_items, n_annotators=data.n_annotators, n_classes=data.n_classes).truth
    return truth.posterior, truth.skills.confusion


def outcome(data: Recorded, votes: Ints) -> Outcome:
    posterior, _ = conclude(data, votes)
    known = data.gold >= 0
    return Outcome(len(votes), float((posterior.argmax(axis=1) == data.gold)[known].mean()))


def always(data: Recorded, *, k: int) -> Outcome:
    return outcome(data, data.votes[places_of(data.votes[:, 0]) < k])


def adaptive(data: Recorded, *, overlap: int, max_votes: int, target: float, routed: bool = True) -> Outcome:
    """Each round asks about the more valuable half of the items in doubt, one answer each, and infers anew."""
    asked = places_of(data.votes[:, 0]) < overlap
    while True:
        posterior, confusion = conclude(data, data.votes[asked])
        n_votes = np.bincount(data.votes[asked, 0], minlength=data.n_items)
        left = np.bincount(data.votes[~asked, 0], minlength=data.n_items) > 0
        items = np.flatnonzero(doubtful(posterior, n_votes, target=target, max_votes=max_votes) & left)
        if not len(items):
            return outcome(data, data.votes[asked])
        gains = two_step_gain(posterior[items], confusion.mean(axis=0))
        best = items[np.argsort(-gains, kind="stable")][: (len(items) + 1) // 2]
        asked[_answers(data, asked, best, posterior, confusion if routed else None)] = True


def _answers(
    data: Recorded, asked: npt.NDArray[np.bool_], items: Ints, posterior: Floats, confusion: Floats | None
) -> Ints:
    """One recorded answer for every item: by the best of those who judged it, else by the first in random order."""
    rows = np.flatnonzero(~asked & np.isin(data.votes[:, 0], items))
    item, person = data.votes[rows, 0], data.votes[rows, 1]
    if confusion is not None:
        first, second = np.argsort(-posterior, axis=1)[:, :2].T
        skill = confusion[person, first[item], first[item]] + confusion[person, second[item], second[item]]
        rows = rows[np.argsort(-skill, kind="stable")]
    _, one = np.unique(data.votes[rows, 0], return_index=True)
    return np.asarray(rows[one])


Rule = Callable[[Recorded], Outcome]


def rules() -> dict[str, Rule]:
    found: dict[str, Rule] = {f"always-{k}": partial(always, k=k) for k in (1, 3, 5)}
    for overlap, max_votes in ((1, 3), (2, 3), (2, 5)):
        for target in (0.8, 0.85, 0.875, 0.9, 0.95):
            name = f"adaptive {overlap}-{max_votes}, target {target}"
            found[name] = partial(adaptive, overlap=overlap, max_votes=max_votes, target=target)
    found["adaptive 2-5, target 0.9, unrouted"] = partial(adaptive, overlap=2, max_votes=5, target=0.9, routed=False)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", default="rte,product")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    print("| set | rule | votes | votes an item | accuracy |\n|---|---|---|---|---|")
    for name in options.sets.split(","):
        data = read(options.data / name)
        for rule, play in rules().items():
            outcomes = []
            for seed in range(options.seeds):
                rng = np.random.default_rng(seed)
                shuffled = Recorded(
                    data.name, rng.permutation(data.votes), data.gold, data.n_annotators, data.n_classes
                )
                outcomes.append(play(shuffled))
            votes = statistics.mean(one.n_votes for one in outcomes)
            accuracy = statistics.mean(one.accuracy for one in outcomes)
            print(f"| {name} | {rule} | {votes:,.0f} | {votes / data.n_items:.2f} | {accuracy:.4f} |", flush=True)


if __name__ == "__main__":
    main()

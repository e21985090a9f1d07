"""Second opinions by a share of the questions, or in one ranking with new items? The same budget spent each way.

    python -m benchmarks.one_ranking --data DATA/sms_spam.jsonl.gz [--seeds 10] [--labels 600]

One answer an item at first, eight people who err in 10 % (one of them guesses), at most three answers an item and a
fifth of the questions for second opinions. `none`: new items only. `own rate`: a fifth of the questions, drawn until
people are known, then by expected gain, as the service asks. `doubtful`: by expected gain from the first one on.
`one ranking`: new and old items by expected rise of P(right), the model's probabilities being what is believed of a new
item. Said of each: second opinions, model on the test rows, consensus of the items asked about, and the whole pool
(consensus where somebody was asked, else the model).
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from annotation.simulation.dataset import load
from annotation.simulation.offline import pool_of
from modeling.engine import believe_people
from modeling.rehearsal import N_FIRST, Ints, Plan, Pool, _Run
from modeling.second_opinions import WELL_KNOWN, two_step_gain, worth_asking
from modeling.truth import Truth

N_PEOPLE, N_ITEMS, BATCH = 8, 5000, 20
MOST_SHARE, MAX_VOTES, TARGET = 0.2, 3, 0.95


@dataclass(eq=False)
class Asking(_Run):
    """A run that also asks again."""

    way: str = "none"
    n_again: int = 0

    def ask_again(self, items: Ints) -> None:
        """One more answer to each, by somebody who has given none."""
        for row in items.tolist():
            seen = {person for item, person, _ in self.votes if item == row}
            person = int(self.rng.choice([one for one in range(N_PEOPLE) if one not in seen]))
            k = self.pool.n_classes
            shift = self.rng.integers(1, k) if self.rng.random() < self.plan.noise[person] else 0
            self.votes.append((row, person, int(self.pool.true[row] + shift) % k))
        self.n_again += len(items)

    def believed(self) -> tuple[Ints, Truth, Ints]:
        """Items asked about, what is believed of them, and their votes."""
        votes = np.array(self.votes, dtype=np.int64)
        items, votes[:, 0] = np.unique(votes[:, 0], return_inverse=True)
        sizes = {"n_items": len(items), "n_annotators": N_PEOPLE, "n_classes": self.pool.n_classes}
        truth = believe_people(votes, **sizes).truth
        return items, truth, np.bincount(votes[:, 0])

    def step(self) -> None:
        items, truth, n_votes = self.believed()
        most, average = 0 if self.way == "none" else round(MOST_SHARE * BATCH), truth.skills.confusion.mean(axis=0)
        n_judged = truth.n_informative if self.way == "own rate" else np.full(N_PEOPLE, WELL_KNOWN)
        again, gains = worth_asking(
            truth.posterior, average, n_votes, n_judged=n_judged, target=TARGET, max_votes=MAX_VOTES, rng=self.rng
        )
        old, gains = items[again[:most]], gains[:most]
        if self.way == "one ranking" and self.model is not None and len(old):
            new = self.next_rows(BATCH)
            of_new = np.sort(two_step_gain(self.model.predict_proba(self.pool.X[new]), average))
            n_old = int((gains > of_new[: len(gains)]).cumprod().sum())
            self.ask_again(old[:n_old])
            self.ask(new[: BATCH - n_old])
        else:
            self.ask_again(old)
            self.ask(self.next_rows(BATCH - len(old)))


def spent(pool: Pool, way: str, n_labels: int, seed: int) -> list[float]:
    """Second opinions, accuracy of the model, of the consensus, and of the whole pool."""
    noise = np.full(N_PEOPLE, 0.1)
    noise[-1] = 1 - 1 / pool.n_classes
    run = Asking(pool, Plan("team", noise, 1, n_labels, BATCH), np.random.default_rng(seed), way=way)
    run.ask(run.rng.choice(pool.n_items, N_FIRST, replace=False))
    while len(run.votes) < n_labels:
        run.learn()
        run.step()
    run.learn()
    items, truth, _ = run.believed()
    said = run.model.logits(pool.X).argmax(axis=1) if run.model else np.zeros(pool.n_items, dtype=np.int64)
    said[items] = truth.posterior.argmax(axis=1)
    right = said == pool.true
    return [run.n_again, run.measure().accuracy, float(right[items].mean()), float(right.mean())]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--labels", type=int, default=600)
    options = parser.parse_args()
    print("| way | second opinions | model | consensus | whole pool |\n|---|---|---|---|---|")
    found: dict[str, list[list[float]]] = {way: [] for way in ("none", "own rate", "doubtful", "one ranking")}
    for seed in range(options.seeds):
        pool = pool_of(load(options.data, text="text", label="label", n_items=N_ITEMS, seed=seed + 1), "pool")
        for way, rows in found.items():
            rows.append(spent(pool, way, options.labels, seed))
    for way, rows in found.items():
        mean, error = np.mean(rows, axis=0), np.std(rows, axis=0) / np.sqrt(len(rows))
        figures = " | ".join(f"{one:.4f} ± {off:.4f}" for one, off in zip(mean[1:], error[1:], strict=True))
        print(f"| {way} | {mean[0]:.0f} | {figures} |", flush=True)


if __name__ == "__main__":
    main()

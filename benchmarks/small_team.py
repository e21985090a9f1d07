"""Eight people, two of whom guess, three answers an item, three hundred answers: what is known of people and labels?

    python -m benchmarks.small_team --data FOLDER --set sms_spam --seeds 100 [--noise 0.1] [--questions team]

FOLDER holds {set}.jsonl.gz with `text` and `label`. Items come in the order of a shuffle, as they do where people are
quicker than the first model, or as the strategy that is named chooses them; one in ten honest answers is wrong. The
parts are those of the service: the inference from people, a model that has not seen an item's answers, and its voice.
No server; a seed takes a fiftieth of a second, a fifth with chosen questions.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from annotation.simulation.dataset import load
from annotation.simulation.offline import POOL, pool_of
from modeling.engine import Beliefs, believe_people, hear_model
from modeling.linear_fit import DEFAULT_L2, out_of_fold
from modeling.model_voice import Voice, weighed_voice
from modeling.rehearsal import Plan, Pool, given_answers

N_PEOPLE, N_GUESSING, OVERLAP, N_ANSWERS = 8, 2, 3, 300
CUT, LEAST_JUDGED, FLAGGED_FROM = float(np.log(10)), 20, 0.8
GUESSING = np.arange(N_PEOPLE) >= N_PEOPLE - N_GUESSING


@dataclass(frozen=True)
class Options:
    """How many teams, which share of honest answers is wrong, and which strategy asks (None: a shuffle)."""

    n_seeds: int
    noise: float
    questions: str | None


def answers(pool: Pool, options: Options, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Returns rows of the pool (n_items,) and votes on them (n, 3), the questions as a strategy chooses them or else in
    the order of a shuffle."""
    if options.questions is None:
        return _answered(pool, options, rng)
    plan = Plan(options.questions, wrong_shares(pool, options), OVERLAP, N_ANSWERS, N_ANSWERS)
    votes = given_answers(pool, plan, rng=rng)
    rows, place = np.unique(votes[:, 0], return_inverse=True)
    return rows, np.column_stack([place, votes[:, 1:]])


def wrong_shares(pool: Pool, options: Options) -> np.ndarray:
    """Everybody's share of wrong answers, (8,)."""
    return np.where(GUESSING, 1 - 1 / pool.n_classes, options.noise)


def _answered(pool: Pool, options: Options, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    rows = rng.choice(pool.n_items, N_ANSWERS // OVERLAP, replace=False)
    item = np.repeat(np.arange(len(rows)), OVERLAP)
    person = np.concatenate([rng.permutation(N_PEOPLE)[:OVERLAP] for _ in rows])
    errs = rng.random(len(item)) < wrong_shares(pool, options)[person]
    shift = np.where(errs, rng.integers(1, pool.n_classes, len(item)), 0)
    return rows, np.column_stack([item, person, (pool.true[rows][item] + shift) % pool.n_classes])


def people_and_voice(
    pool: Pool, rows: np.ndarray, votes: np.ndarray, rng: np.random.Generator
) -> tuple[Beliefs, Voice | None]:
    """What people alone say, and the voice that a model has earned which has not seen an item's answers."""
    n_items, n_classes = len(rows), pool.n_classes
    people = believe_people(votes, n_items=n_items, n_annotators=N_PEOPLE, n_classes=n_classes)
    soft = people.truth.posterior.astype(np.float32)
    views = out_of_fold(pool.X[rows], soft, soft.max(axis=1), l2=DEFAULT_L2, rng=rng)
    return people, weighed_voice(votes, np.arange(n_items), views, truth=people.truth, matrix=people.matrix)


def believed(pool: Pool, rows: np.ndarray, votes: np.ndarray, rng: np.random.Generator) -> Beliefs:
    """What the service would hold for true."""
    people, voice = people_and_voice(pool, rows, votes, rng)
    silent = np.zeros(len(rows), dtype=bool)
    return people if voice is None else hear_model(people, voice, votes, gold=None, silent=silent)


def knowing_skill(pool: Pool, votes: np.ndarray, n_items: int, options: Options) -> np.ndarray:
    """The most probable classes for somebody who knows how often each person errs and how common each class is."""
    n_classes = pool.n_classes
    right = 1 - wrong_shares(pool, options)[votes[:, 1]]
    wrong = (1 - right) / (n_classes - 1)
    logs = np.tile(np.log(np.bincount(pool.true, minlength=n_classes) / pool.n_items), (n_items, 1))
    np.add.at(logs, votes[:, 0], np.log(wrong)[:, None])
    np.add.at(logs, (votes[:, 0], votes[:, 2]), np.log(right / wrong))
    return np.asarray(logs.argmax(axis=1))


def looked_at(pool: Pool, seed: int, options: Options) -> dict[str, float]:
    """Returns for one team what held."""
    rng = np.random.default_rng(seed)
    rows, votes = answers(pool, options, rng)
    found, true = believed(pool, rows, votes, rng), pool.true[rows]
    truth = found.truth
    accused = (truth.random_log_odds >= CUT) & (found.n_judged >= LEAST_JUDGED)
    counts = np.bincount(votes[:, 0] * pool.n_classes + votes[:, 2], minlength=len(rows) * pool.n_classes)
    best = (counts := counts.reshape(len(rows), -1)) == counts.max(axis=1, keepdims=True)
    majority = float((best[np.arange(len(rows)), true] / best.sum(axis=1)).mean())
    consensus = float((truth.posterior.argmax(axis=1) == true).mean())
    oracle = float((knowing_skill(pool, votes, len(rows), options) == true).mean())
    flagged, wrong = truth.p_wrong >= FLAGGED_FROM, votes[:, 2] != true[votes[:, 0]]
    return {
        "both are the two worst by accuracy": float(GUESSING[np.argsort(truth.accuracy)[:N_GUESSING]].all()),
        "both are the two worst by odds": float(GUESSING[np.argsort(-truth.random_log_odds)[:N_GUESSING]].all()),
        "both look random": float(accused[GUESSING].all()),
        "somebody honest looks random": float(accused[~GUESSING].any()),
        "consensus above majority": float(consensus > majority),
        "consensus not below majority": float(consensus >= majority - 1e-9),
        "knowing everybody's skill: above majority": float(oracle > majority),
        "knowing everybody's skill: not below": float(oracle >= majority - 1e-9),
        "consensus right": consensus,
        "majority right": majority,
        "knowing everybody's skill: right": oracle,
        "labels flagged that are wrong": float((flagged & wrong).sum() / max(flagged.sum(), 1)),
    }


def read_options(description: str | None) -> tuple[Pool, Options]:
    """Returns the pool and what was asked for on the command line."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--set", default="sms_spam")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--noise", type=float, default=0.1, help="share of honest answers that are wrong")
    parser.add_argument("--questions", help="a strategy that chooses the items, such as team")
    given = parser.parse_args()
    dataset = load(given.data / f"{given.set}.jsonl.gz", text="text", label="label", n_items=5_000, seed=1)
    return pool_of(dataset, POOL), Options(given.seeds, given.noise, given.questions)


def main() -> None:
    pool, options = read_options(__doc__)
    teams = [looked_at(pool, seed, options) for seed in range(options.n_seeds)]
    for what in teams[0]:
        print(f"| {what} | {np.mean([team[what] for team in teams]):.3f} |", flush=True)


if __name__ == "__main__":
    main()

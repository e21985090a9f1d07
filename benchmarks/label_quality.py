"""Every figure that the quality engine has to reach, from one command, on crowd-labelled sets with known answers.

    python -m benchmarks.label_quality --data ../shared/data [--seeds 2] [--skip scale]

The folder holds agreement-reference.json and crowd/ (see benchmarks/crowd.py). What is absent is said and left out.
Each line: what, what was reached, what is to be reached, and whether it was.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks import agreement_cases
from benchmarks.crowd import Crowd, accuracy, flag_precision, load_crowds, log_loss, out_of_fold_views
from benchmarks.crowd_scale import scale_rows
from benchmarks.crowd_spam import spam_rows
from benchmarks.dawid_skene import dawid_skene
from benchmarks.table import Row
from modeling.engine import Beliefs, believe_people, hear_model
from modeling.model_voice import weighed_voice

LEAST_ITEMS = 80


def agreement_rows(folder: Path, crowds: list[Crowd], n_seeds: int) -> Iterator[Row]:
    cases = list(agreement_cases.cases(folder))
    met = [case["id"] for case in cases if agreement_cases.is_met(case)]
    yield Row("agreement reference cases", f"{len(met)} of {len(cases)}", "all", len(met) == len(cases))


def invariance_rows(folder: Path, crowds: list[Crowd], n_seeds: int) -> Iterator[Row]:
    change = max(agreement_cases.renaming_changes(seed) for seed in range(20))
    yield Row("renaming classes, people, rows changes at most", f"{change:.0e}", "1e-9", change <= 1e-9)


def truth_rows(folder: Path, crowds: list[Crowd], n_seeds: int) -> Iterator[Row]:
    """Consensus accuracy against majority and the published estimator: all labels, then 3 and 5 an item."""
    losses = []
    for k in (None, 3, 5):
        scores = np.array([_truth_scores(crowd) for crowd in _cases(crowds, k, n_seeds)])
        ours, majority, published = scores[:, :3].mean(axis=0)
        slack = 0.005 if k is None else 0.0
        what = f"consensus accuracy, {'all' if k is None else k} labels (majority {majority:.3f})"
        aim = f"≥ {published - slack:.4f} (Dawid-Skene {published:.4f})"
        yield Row(what, f"{ours:.4f}", aim, ours >= published - slack)
        losses.append(scores[:, 3:].mean(axis=0))
        if k is None:
            worst = float((scores[:, 0] - scores[:, 1]).min())
            yield Row("worst set against majority, all labels", f"{100 * worst:+.1f} points", "> -4", worst > -0.04)
    calibrated, raw = np.mean(losses, axis=0)
    yield Row(
        "log loss of the consensus, calibrated (before)", f"{calibrated:.3f} ({raw:.3f})", "lower", calibrated < raw
    )


def _truth_scores(crowd: Crowd) -> tuple[float, ...]:
    found, published = believe_people(crowd.votes, **crowd.sizes), dawid_skene(crowd.votes, **crowd.sizes)
    ours = found.truth.posterior
    return (
        accuracy(crowd, ours),
        accuracy(crowd, crowd.vote_shares()),
        accuracy(crowd, published.posterior),
        log_loss(crowd, ours),
        log_loss(crowd, found.truth.unfixed),
    )


def flag_rows(folder: Path, crowds: list[Crowd], n_seeds: int) -> Iterator[Row]:
    """Labels ranked by how probably they are wrong, with 2, 3 and 5 labels an item."""
    scores = np.array([_flag_scores(crowd) for k in (2, 3, 5) for crowd in _cases(crowds, k, n_seeds)])
    ours, majority, ceiling, top, best_top = scores.mean(axis=0)
    what = f"flags, mean average precision (majority {majority:.3f}, knowing everybody's true skill {ceiling:.3f})"
    yield Row(what, f"{ours:.3f}", "≥ 0.77", ours >= 0.77)
    what = f"really wrong among the 5 % flagged first (knowing everybody's true skill {best_top:.3f})"
    yield Row(what, f"{top:.3f}", "≥ 0.9", top >= 0.9)


def _flag_scores(crowd: Crowd) -> tuple[float, ...]:
    p_wrong, ceiling = believe_people(crowd.votes, **crowd.sizes).truth.p_wrong, _knowing_skill(crowd)
    shares = crowd.vote_shares()
    return (
        flag_precision(crowd, p_wrong),
        flag_precision(crowd, 1 - shares[crowd.votes[:, 0], crowd.votes[:, 2]]),
        flag_precision(crowd, ceiling),
        _wrong_first(crowd, p_wrong),
        _wrong_first(crowd, ceiling),
    )


def _wrong_first(crowd: Crowd, p_wrong: np.ndarray) -> float:
    """The share of wrong labels among the 5 % of judged ones that are ranked first."""
    judged = crowd.is_judged
    first = np.argsort(-p_wrong[judged], kind="stable")[: max(1, int(0.05 * judged.sum()))]
    return float(crowd.is_wrong[judged][first].mean())


def _knowing_skill(crowd: Crowd) -> np.ndarray:
    """P(wrong) of each vote by everybody's confusion matrix as the known answers to *other* items give it."""
    k, truth = crowd.n_classes, crowd.gold
    item, person, answer = crowd.votes.T
    known = truth[item] >= 0
    counts = np.zeros((crowd.n_annotators, k, k))
    np.add.at(counts, (person[known], truth[item[known]], answer[known]), 1)
    pool = counts.sum(axis=0) + 1
    pool /= pool.sum(axis=1, keepdims=True)
    rows = counts[person] + 2 * pool
    rows[np.flatnonzero(known), truth[item[known]], answer[known]] -= 1
    likelihood = rows[np.arange(len(item)), :, answer] / rows.sum(axis=2)
    logs = np.tile(np.log(np.bincount(truth[truth >= 0], minlength=k) + 1.0), (len(truth), 1))
    np.add.at(logs, item, np.log(np.maximum(likelihood, 1e-9)))
    posterior = np.exp(logs - logs.max(axis=1, keepdims=True))
    return 1 - (posterior / posterior.sum(axis=1, keepdims=True))[item, answer]


def model_rows(folder: Path, crowds: list[Crowd], n_seeds: int) -> Iterator[Row]:
    for crowd in crowds:
        if crowd.features is None:
            continue
        thinned = [crowd.thinned(3, seed) for seed in range(n_seeds)]
        ours = float(np.mean([flag_precision(thin, _with_model(thin).truth.p_wrong) for thin in thinned]))
        what = f"{crowd.name} with the model as a voice, 3 labels: average precision"
        yield Row(what, f"{ours:.3f}", "≥ 0.72", ours >= 0.72)


def _with_model(crowd: Crowd) -> Beliefs:
    people = believe_people(crowd.votes, **crowd.sizes)
    items = np.arange(len(crowd.gold))
    views = out_of_fold_views(crowd)
    voice = weighed_voice(crowd.votes, items, views, truth=people.truth, matrix=people.matrix)
    silent = np.zeros(len(items), dtype=bool)
    return people if voice is None else hear_model(people, voice, crowd.votes, gold=None, silent=silent)


def _cases(crowds: list[Crowd], k: int | None, n_seeds: int) -> Iterator[Crowd]:
    for crowd in crowds:
        for seed in range(n_seeds if k else 1):
            thin = crowd.thinned(k, seed) if k else crowd
            if (thin.gold >= 0).sum() >= LEAST_ITEMS:
                yield thin


PARTS: dict[str, Callable[[Path, list[Crowd], int], Iterator[Row]]] = {
    "agreement": agreement_rows,
    "truth": truth_rows,
    "flags": flag_rows,
    "model": model_rows,
    "spam": spam_rows,
    "scale": scale_rows,
    "invariance": invariance_rows,
}
NEEDS = {"agreement": agreement_cases.FILE, "truth": "crowd", "flags": "crowd", "model": "crowd", "spam": "crowd"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=2, help="random draws of k labels an item (2)")
    parser.add_argument("--skip", nargs="*", default=[], choices=list(PARTS))
    options = parser.parse_args()
    crowds = list(load_crowds(options.data / "crowd")) if (options.data / "crowd").exists() else []
    failed = 0
    for name, rows in PARTS.items():
        if name in options.skip:
            continue
        if name in NEEDS and not (options.data / NEEDS[name]).exists():
            sys.stderr.write(f"SKIPPED {name}: {options.data / NEEDS[name]} is not there\n")
            continue
        for row in rows(options.data, crowds, options.seeds):
            failed += not row.is_reached
            sys.stdout.write(f"{row}\n")
            sys.stdout.flush()
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())

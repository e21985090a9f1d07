"""Worked cases of agreement and truth inference from a file, run through this project's code."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.dawid_skene import dawid_skene
from modeling.agreement import fleiss_kappa, gwet_ac1, krippendorff_alpha, percent_agreement
from modeling.distances import interval_distances, ordinal_distances, ratio_distances, set_distance, set_distances
from modeling.kappa import cohen_kappa, scott_pi
from modeling.mark_agreement import character_f1, exact_f1, matched_f1, relaxed_f1
from modeling.overlap import iou
from modeling.truth import infer

FILE = "agreement-reference.json"


def cases(folder: Path) -> Iterator[dict[str, Any]]:
    yield from json.loads((folder / FILE).read_text())["cases"]


def is_met(case: dict[str, Any]) -> bool:
    """Whether our code comes to the expected value within the case's tolerance."""
    found = METRICS[case["id"] if case["metric"] == "property" else case["metric"]](case["input"], case["params"])
    return found is True if case["metric"] == "property" else _near(found, case["expected"], case["tolerance"])


def _near(found: Any, expected: Any, tolerance: float) -> bool:
    if expected is None or found is None:
        return found is None and expected is None
    if isinstance(expected, dict):
        return all(_near(found[key], value, tolerance) for key, value in expected.items())
    return bool(np.abs(np.asarray(found) - np.asarray(expected)).max() <= tolerance)


def coded_votes(observers: list[list[Any]]) -> tuple[np.ndarray, list[Any]]:
    """One list of answers a person, None where there is none → votes, and the classes in rising order."""
    classes = sorted({one for answers in observers for one in answers if one is not None}, key=str)
    rows = [
        (item, person, classes.index(answer))
        for person, answers in enumerate(observers)
        for item, answer in enumerate(answers)
        if answer is not None
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, 3), classes


def _given(given: dict[str, Any]) -> tuple[np.ndarray, int, list[Any]]:
    if "rater_a" in given:
        observers = [given["rater_a"], given["rater_b"]]
    elif "units" in given:
        observers = [list(column) for column in zip(*given["units"], strict=True)]
    elif "observers" in given:
        observers = given["observers"]
    else:
        rows = [np.repeat(np.arange(len(counts)), counts).tolist() for counts in given["counts"]]
        observers = [list(column) for column in zip(*rows, strict=True)]
    votes, classes = coded_votes(observers)
    return votes, max(len(classes), len(given.get("categories", [])), len(given.get("counts", [[]])[0])), classes


def _alpha(given: dict[str, Any], params: dict[str, Any]) -> float | None:
    level = params["level"]
    if level in ("jaccard", "masi"):
        sets = [frozenset(one["labels"]) for one in given["judgements"]]
        names = sorted(set(sets), key=sorted)
        items, people = ([one[key] for one in given["judgements"]] for key in ("item", "annotator"))
        rows = np.array([items, [ord(name) for name in people], [names.index(one) for one in sets]]).T
        return krippendorff_alpha(rows, len(names), distances=set_distances(names, level)).value
    votes, k, classes = _given(given)
    distances = {
        "nominal": lambda: None,
        "ordinal": lambda: ordinal_distances(votes, k),
        "interval": lambda: interval_distances(classes),
        "ratio": lambda: ratio_distances(classes),
    }[level]()
    return krippendorff_alpha(votes, k, distances=distances).value


def _spans(given: dict[str, Any], _: Any) -> dict[str, float | None]:
    documents = [tuple([tuple(mark) for mark in one[side]] for side in "ab") for one in given["documents"]]
    return {
        "exact_f1": exact_f1(documents).value,
        "exact_boundaries_any_label_f1": exact_f1(documents, by_class=False).value,
        "overlap_same_label_f1": relaxed_f1(documents).value,
        "overlap_any_label_f1": relaxed_f1(documents, by_class=False).value,
        "iou50_same_label_f1": matched_f1(documents).value,
        "char_f1": character_f1(documents).value,
    }


def _dawid_skene(given: dict[str, Any], _: Any) -> dict[str, Any]:
    rows = given["judgements"]
    names = [sorted({row[key] for row in rows}) for key in ("item", "annotator", "label")]
    places = [{name: place for place, name in enumerate(column)} for column in names]
    keys = ("item", "annotator", "label")
    votes = np.array([[place[row[key]] for key, place in zip(keys, places, strict=True)] for row in rows])
    n_items, n_annotators, n_classes = map(len, names)
    sizes = {"n_items": n_items, "n_annotators": n_annotators, "n_classes": n_classes}
    found = dawid_skene(votes, **sizes, n_rounds=2000, tolerance=1e-13)
    matrices = dict(zip(map(str, names[1]), found.confusion, strict=True))
    posterior = dict(zip(map(str, names[0]), found.posterior, strict=True))
    consensus = {name: names[2][int(row.argmax())] for name, row in posterior.items()}
    return {
        "class_prior": found.class_prior,
        "error_rates": matrices,
        "posterior": posterior,
        "consensus": consensus,
        "log_likelihood": found.log_likelihood,
    }


def _alone(given: dict[str, Any], _: Any) -> bool:
    """One annotator alone: the consensus is hers, and nothing is known of her skill."""
    votes, _classes = coded_votes([[row["label"] for row in given["judgements"]]])
    found = infer(votes, n_items=len(votes), n_annotators=1, n_classes=int(votes[:, 2].max()) + 1)
    return bool((found.posterior.argmax(axis=1) == votes[:, 2]).all() and found.n_informative[0] == 0)


def renaming_changes(seed: int) -> float:
    """By how much renaming and reordering everything changes a posterior, at most."""
    rng = np.random.default_rng(seed)
    item, person = np.nonzero(rng.random((60, 7)) < 0.5)
    votes = np.stack([item, person, np.where(rng.random(len(item)) < 0.7, item % 4, rng.integers(0, 4, len(item)))], 1)
    items, people, classes = (rng.permutation(n) for n in (60, 7, 4))
    renamed = np.stack([items[votes[:, 0]], people[votes[:, 1]], classes[votes[:, 2]]], 1)[rng.permutation(len(votes))]
    first, second = (infer(v, n_items=60, n_annotators=7, n_classes=4).posterior for v in (votes, renamed))
    return float(np.abs(first - second[items][:, classes]).max())


METRICS: dict[str, Any] = {
    "percent_agreement": lambda given, _: percent_agreement(_given(given)[0]),
    "cohen_kappa": lambda given, p: cohen_kappa(*_given(given)[:2], weights=p.get("weights")).value,
    "scott_pi": lambda given, _: scott_pi(*_given(given)[:2]).value,
    "gwet_ac1": lambda given, _: gwet_ac1(*_given(given)[:2]).value,
    "fleiss_kappa": lambda given, _: fleiss_kappa(*_given(given)[:2]).value,
    "krippendorff_alpha": _alpha,
    "set_distance": lambda given, _: {
        m: set_distance(set(given["a"]), set(given["b"]), m) for m in ("masi", "jaccard")
    },
    "span_agreement": _spans,
    "box_iou": lambda given, _: iou(*(np.array([given[side]], dtype=float) for side in "ab"))[0, 0],
    "dawid_skene": _dawid_skene,
    "ds-label-permutation": lambda *_: all(renaming_changes(seed) <= 1e-9 for seed in range(20)),
    "ds-single-annotator": _alone,
}

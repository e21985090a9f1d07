"""Predictions of other models that come with a row: checked, and how unsure they are. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np

from annotation.kinds import LINEAR, Learner
from annotation.operations.transfer.answers import Expected, RowError, check_text, checked_value, entries_of
from annotation.sentences import say

MAX_MODEL_NAME = 100
Answer = Mapping[str, Any]


@dataclass(slots=True)
class Outside:
    """What another model said, and how unsure it is: 0 to 1, None when it does not tell."""

    model: str
    value: dict[str, Any]
    probabilities: dict[str, float] | list[float] | None
    uncertainty: float | None


def checked_predictions(entries: Any, expected: Expected) -> list[Outside]:
    """Returns one prediction a model; raises RowError for the first thing that is wrong."""
    found: dict[str, Outside] = {}
    for number, one in enumerate(entries_of(entries, "predictions")):
        said = checked_prediction(one, expected, f"predictions.{number}.")
        if said.model in found:
            twice = say("prediction.model_twice", "Two predictions of one model.")
            raise RowError(f"predictions.{number}.model", twice)
        found[said.model] = said
    return list(found.values())


def checked_prediction(one: Mapping[str, Any], expected: Expected, within: str = "") -> Outside:
    """Returns {value?, probabilities?, model?} in its stored form. Without a value the probabilities say what it is."""
    model = one.get("model", "")
    if not isinstance(model, str) or len(model) > MAX_MODEL_NAME:
        english = "A model's name is a text of at most {n} characters."
        raise RowError(f"{within}model", say("prediction.model", english, n=MAX_MODEL_NAME))
    check_text(model, f"{within}model")
    odds = one.get("probabilities", one.get("class_probabilities"))
    if odds is None:
        return Outside(model, checked_value(one.get("value"), expected, f"{within}value"), None, None)
    if expected.kind.learner not in LINEAR:
        value = checked_value(one.get("value"), expected, f"{within}value")
        parts = _checked_parts(odds, one["value"], value, f"{within}probabilities")
        return Outside(model, value, parts, unsure_of_parts(parts))
    named = _checked_columns(odds, expected, f"{within}probabilities")
    value = checked_value(one.get("value", _likeliest(named, expected)), expected, f"{within}value")
    return Outside(model, value, named, unsure_of_columns(named, expected.kind.learner))


def unsure_of_columns(odds: Mapping[str, float], learner: Learner) -> float:
    """One minus the margin of the two likeliest classes; of classes each for itself, the most doubtful one counts."""
    values = np.sort(np.array(list(odds.values())))
    if learner is Learner.SIGMOID:
        return float(np.max(1 - np.abs(2 * values - 1)))
    second = values[-2] if len(values) > 1 else 0.0
    return float(np.clip(1 - (values[-1] - second), 0, 1))


def unsure_of_parts(parts: Sequence[float]) -> float | None:
    """The share of the answer's parts that is expected to be wrong; None for an answer without parts."""
    return float(np.mean([1 - p for p in parts])) if parts else None


def _checked_columns(odds: Any, expected: Expected, place: str) -> dict[str, float]:
    names = expected.kind.columns(expected.schema)
    if not isinstance(odds, dict) or not odds or not odds.keys() <= set(names):
        english = "It names classes of the project: {classes}."
        raise RowError(place, say("prediction.classes", english, classes=", ".join(names)))
    if not all(map(_is_probability, odds.values())):
        raise RowError(place, say("prediction.probabilities", "Probabilities are numbers from 0 to 1."))
    if expected.kind.learner is not Learner.SIGMOID and abs(sum(odds.values()) - 1) > 0.01:
        raise RowError(place, say("prediction.sum", "Probabilities have the sum 1."))
    return {name: float(p) for name, p in odds.items()}


def _checked_parts(odds: Any, given: Answer, stored: Answer, place: str) -> list[float]:
    """Returns the numbers in the order of the parts of the stored answer; of a text the whole is one part."""
    (said,), (kept,) = given.values(), stored.values()
    n_parts = len(kept) if isinstance(kept, list) else 1
    if not isinstance(odds, list) or len(odds) != n_parts or not all(map(_is_probability, odds)):
        english = "For this kind it is a list of numbers from 0 to 1, one for each part of the value."
        raise RowError(place, say("prediction.parts", english))
    if not isinstance(kept, list):
        return [float(p) for p in odds]
    by_mark = {frozenset(mark.items()): float(p) for mark, p in zip(said, odds, strict=True)}
    return [by_mark[frozenset(mark.items())] for mark in kept]


def _is_probability(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _likeliest(odds: Mapping[str, float], expected: Expected) -> dict[str, Any]:
    """Returns the answer that these probabilities speak for."""
    names = expected.kind.columns(expected.schema)
    if expected.kind.learner is Learner.SIGMOID:
        chosen = [k for k, name in enumerate(names) if odds.get(name, 0) >= 0.5]
    else:
        chosen = [names.index(max(odds, key=lambda name: odds[name]))]
    return expected.kind.value_of(chosen, expected.schema)

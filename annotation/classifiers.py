"""Which classifiers a project may name, and with which settings. Nothing is imported here: web processes stay small.

`sklearn_classifiers.json` lists scikit-learn's classifiers that predict probabilities and take no other estimator, with
the settings that JSON can say; a test compares it with the library. Seed and threads are not a project's choice.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from annotation.callables import is_allowed
from annotation.sentences import say

LINEAR = "linear"
CHOICE = "choice"
LARGEST = 100_000
LONGEST = 100
MOST_VALUES = 20


@cache
def sklearn_classifiers() -> dict[str, list[str]]:
    """Returns the settings that each classifier of scikit-learn takes, by its path."""
    listed: dict[str, list[str]] = json.loads(Path(__file__).with_name("sklearn_classifiers.json").read_text())
    return listed


def classifier_refusals(name: Any, params: Any, kind: str) -> dict[str, str]:
    """Returns what is wrong with a classifier and its settings, by field; nothing when a project may use it."""
    if not isinstance(params, dict):
        return {"settings.classifier_params": say("setting.object", "must be an object")}
    if name == LINEAR:
        none = say("setting.takes_none", "the built-in classifier takes none")
        return {"settings.classifier_params": none} if params else {}
    if not isinstance(name, str) or (name not in sklearn_classifiers() and not is_allowed(name)):
        english = "must be linear, a scikit-learn classifier with predict_proba, or an allowed path"
        return {"settings.classifier": say("setting.classifier", english)}
    if kind != CHOICE:
        english = "only projects of the kind choice may name another classifier than linear"
        return {"settings.classifier": say("setting.only_linear", english)}
    return _param_refusals(name, params)


def _param_refusals(name: str, params: Mapping[str, Any]) -> dict[str, str]:
    known = sklearn_classifiers().get(name)
    wrong: dict[str, str] = {}
    for field, value in params.items():
        if known is not None and field not in known:
            must = say("setting.one_of", "must be one of {names}", names=", ".join(known))
            wrong[f"settings.classifier_params.{field}"[:200]] = must
        elif not _is_plain(value):
            english = "must be true, false, null, a number of at most {most}, a short text, or a list of these"
            wrong[f"settings.classifier_params.{field}"[:200]] = say("setting.plain", english, most=LARGEST)
    return wrong


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) <= MOST_VALUES and all(not isinstance(one, list) and _is_plain(one) for one in value)
    if isinstance(value, str):
        return len(value) <= LONGEST
    return value is None or (isinstance(value, bool | int | float) and abs(value) <= LARGEST)

"""`pairwise`: which of two texts is better. Items are {"texts": [a, b]}; the answer is {"preferred": 0} or 1."""

from collections.abc import Callable, Sequence
from typing import Any

from annotation.errors import InvalidValue
from annotation.kinds.answers import agreement, heaviest, no_classes, shaped
from annotation.kinds.base import Answer, Data, Learner, Merged, Schema
from annotation.kinds.items import Shown, pair_item
from annotation.sentences import say, told

# How the two are called where classes have names: in probabilities, reasons and reports.
SIDES = ("first", "second")


class Pairwise:
    name = "pairwise"
    learner = Learner.PREFERENCE
    reads_item = False

    def checked_classes(self, names: Sequence[str]) -> Sequence[str]:
        return no_classes(names)

    def checked_item(self, data: Data) -> Shown:
        return pair_item(data)

    def canonical(self, value: Any, schema: Schema, data: Data | None) -> dict[str, Any]:
        given = shaped(value, "preferred", '{"preferred": 0}')
        if isinstance(given, bool) or not isinstance(given, int) or given not in (0, 1):
            message = say("answer.preferred", "preferred is 0 for the first text, 1 for the second.")
            raise InvalidValue(message, fields={"value.preferred": told(message.code, "0 or 1")})
        return {"preferred": given}

    def renamed(self, value: Answer, rename: Callable[[str], str | None]) -> dict[str, Any] | None:
        return dict(value)

    def distance(self, one: Answer, other: Answer, schema: Schema) -> float:
        return float(one["preferred"] != other["preferred"])

    def merge(self, answers: Sequence[Answer], weights: Sequence[float], schema: Schema) -> Merged:
        value = dict(heaviest(answers, weights, lambda one: one["preferred"]))
        return agreement(value, answers, weights, lambda one, other: self.distance(one, other, schema))

    def columns(self, schema: Schema) -> list[str]:
        return list(SIDES)

    def targets(self, value: Answer, schema: Schema) -> tuple[int, ...] | None:
        return (value["preferred"],)

    def value_of(self, targets: Sequence[int], schema: Schema) -> dict[str, Any]:
        (column,) = targets
        return {"preferred": column}

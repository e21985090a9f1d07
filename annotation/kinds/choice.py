"""`choice`: one class of a list. The answer is {"class": name}."""

from collections.abc import Callable, Sequence
from typing import Any

from annotation.kinds.answers import agreement, checked_class, heaviest, needed_classes, shaped
from annotation.kinds.base import Answer, Data, Learner, Merged, Schema
from annotation.kinds.items import Shown, text_or_image_item


class Choice:
    name = "choice"
    learner = Learner.SOFTMAX
    reads_item = False

    def checked_classes(self, names: Sequence[str]) -> Sequence[str]:
        return needed_classes(names, 2)

    def checked_item(self, data: Data) -> Shown:
        return text_or_image_item(data)

    def canonical(self, value: Any, schema: Schema, data: Data | None) -> dict[str, Any]:
        return {"class": checked_class(shaped(value, "class", '{"class": "…"}'), schema.classes, "value.class")}

    def renamed(self, value: Answer, rename: Callable[[str], str | None]) -> dict[str, Any] | None:
        name = rename(value["class"])
        return None if name is None else {"class": name}

    def distance(self, one: Answer, other: Answer, schema: Schema) -> float:
        return float(one["class"] != other["class"])

    def merge(self, answers: Sequence[Answer], weights: Sequence[float], schema: Schema) -> Merged:
        value = dict(heaviest(answers, weights, lambda one: one["class"]))
        return agreement(value, answers, weights, lambda one, other: self.distance(one, other, schema))

    def columns(self, schema: Schema) -> list[str]:
        return list(schema.classes)

    def targets(self, value: Answer, schema: Schema) -> tuple[int, ...] | None:
        return (schema.classes.index(value["class"]),) if value["class"] in schema.classes else None

    def value_of(self, targets: Sequence[int], schema: Schema) -> dict[str, Any]:
        (column,) = targets
        return {"class": schema.classes[column]}

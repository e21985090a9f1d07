"""`multichoice`: any number of classes of a list, none included. The answer is {"classes": [names]}."""

from collections.abc import Callable, Sequence
from typing import Any

from annotation.errors import InvalidValue
from annotation.kinds.answers import agreement, checked_class, needed_classes, shaped
from annotation.kinds.base import Answer, Data, Learner, Merged, Schema
from annotation.kinds.items import Shown, text_or_image_item
from annotation.sentences import say, told


class MultiChoice:
    name = "multichoice"
    learner = Learner.SIGMOID
    reads_item = False

    def checked_classes(self, names: Sequence[str]) -> Sequence[str]:
        return needed_classes(names, 1)

    def checked_item(self, data: Data) -> Shown:
        return text_or_image_item(data)

    def canonical(self, value: Any, schema: Schema, data: Data | None) -> dict[str, Any]:
        """The classes in the project's order; a class named twice is refused."""
        given = shaped(value, "classes", '{"classes": ["…", …]}')
        if not isinstance(given, list):
            message = say("answer.names", "classes is a list of names.")
            raise InvalidValue(message, fields={"value.classes": told(message.code, "not a list")})
        for place, name in enumerate(given[: len(schema.classes) + 1]):
            checked_class(name, schema.classes, f"value.classes.{place}")
            if name in given[:place]:
                twice = say("answer.named_twice", "{name} is named twice.", name=name)
                again = told(twice.code, "named twice", **twice.parts)
                raise InvalidValue(twice, fields={f"value.classes.{place}": again})
        return {"classes": [name for name in schema.classes if name in given]}

    def renamed(self, value: Answer, rename: Callable[[str], str | None]) -> dict[str, Any] | None:
        """Gone classes drop out: what the rest of the answer says still holds."""
        names = [name for name in map(rename, value["classes"]) if name is not None]
        return {"classes": list(dict.fromkeys(names))}

    def distance(self, one: Answer, other: Answer, schema: Schema) -> float:
        """MASI distance (Passonneau 2006, LREC): one minus Jaccard, less where neither set contains the other."""
        first, second = set(one["classes"]), set(other["classes"])
        if first == second:
            return 0.0
        common = len(first & second)
        if not common:
            return 1.0
        nested = 2 / 3 if first <= second or second <= first else 1 / 3
        return 1 - nested * common / len(first | second)

    def merge(self, answers: Sequence[Answer], weights: Sequence[float], schema: Schema) -> Merged:
        """The classes that more than half of the weight names."""
        half = sum(weights) / 2
        pairs = list(zip(answers, weights, strict=True))
        chosen = [name for name in schema.classes if sum(w for one, w in pairs if name in one["classes"]) > half]
        return agreement({"classes": chosen}, answers, weights, lambda one, other: self.distance(one, other, schema))

    def columns(self, schema: Schema) -> list[str]:
        return list(schema.classes)

    def targets(self, value: Answer, schema: Schema) -> tuple[int, ...] | None:
        return tuple(k for k, name in enumerate(schema.classes) if name in value["classes"])

    def value_of(self, targets: Sequence[int], schema: Schema) -> dict[str, Any]:
        return {"classes": [schema.classes[k] for k in sorted(targets)]}

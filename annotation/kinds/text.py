"""`text`: free text about any item. The answer is {"text": "…"}."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from annotation.kinds.answers import agreement, no_classes, shaped
from annotation.kinds.base import Answer, Data, Learner, Merged, Schema
from annotation.kinds.items import Shown, any_item, checked_text

MAX_ANSWER = 20_000


class FreeText:
    name = "text"
    learner = Learner.NONE
    reads_item = False

    def checked_classes(self, names: Sequence[str]) -> Sequence[str]:
        return no_classes(names)

    def checked_item(self, data: Data) -> Shown:
        return any_item(data)

    def canonical(self, value: Any, schema: Schema, data: Data | None) -> dict[str, Any]:
        """The text exactly as it was written."""
        text = shaped(value, "text", '{"text": "…"}')
        checked_text(text, "value.text", longest=MAX_ANSWER)
        return {"text": text}

    def renamed(self, value: Answer, rename: Callable[[str], str | None]) -> dict[str, Any] | None:
        return dict(value)

    def distance(self, one: Answer, other: Answer, schema: Schema) -> float:
        """One minus the Dice coefficient of the texts' character trigrams; spaces and case make no difference."""
        first, second = _trigrams(one["text"]), _trigrams(other["text"])
        common = (first & second).total()
        return 1 - 2 * common / (first.total() + second.total())

    def merge(self, answers: Sequence[Answer], weights: Sequence[float], schema: Schema) -> Merged:
        """The answer that is closest to all."""

        def distance(one: Answer, other: Answer) -> float:
            return self.distance(one, other, schema)

        ranked = [
            (round(-agreement(dict(one), answers, weights, distance).probability, 12), one["text"]) for one in answers
        ]
        return agreement({"text": min(ranked)[1]}, answers, weights, distance)

    def columns(self, schema: Schema) -> list[str]:
        return []

    def targets(self, value: Answer, schema: Schema) -> tuple[int, ...] | None:
        return ()

    def value_of(self, targets: Sequence[int], schema: Schema) -> dict[str, Any]:
        raise ValueError("a free text is no class")


def _trigrams(text: str) -> Counter[str]:
    padded = f" {' '.join(text.casefold().split())} "
    return Counter(padded[i : i + 3] for i in range(max(1, len(padded) - 2)))

"""`rating`: a point of a scale. The answer is {"rating": 4}.

The project's classes are the points, whole numbers that rise: ["1", "2", "3", "4", "5"], which is also the scale of a
project that names none. What a point stands for is its class's description.
"""

import itertools
import re
from collections.abc import Callable, Sequence
from typing import Any

from annotation.errors import InvalidValue
from annotation.kinds.answers import agreement, needed_classes, shaped
from annotation.kinds.base import Answer, Data, Learner, Merged, Schema
from annotation.kinds.items import Shown, any_item
from annotation.sentences import say, told

DEFAULT_POINTS = ("1", "2", "3", "4", "5")
POINT = re.compile(r"0|-?[1-9][0-9]{0,5}")


class Rating:
    name = "rating"
    learner = Learner.ORDINAL
    reads_item = False

    def checked_classes(self, names: Sequence[str]) -> Sequence[str]:
        if not names:
            return DEFAULT_POINTS
        for place, name in enumerate(names):
            if not POINT.fullmatch(name) or (place and int(name) <= int(names[place - 1])):
                message = say("classes.scale", "The points of a scale are whole numbers that rise, as in 1, 2, 3.")
                raise InvalidValue(message, fields={f"classes.{place}.name": message})
        return needed_classes(names, 2)

    def checked_item(self, data: Data) -> Shown:
        return any_item(data)

    def canonical(self, value: Any, schema: Schema, data: Data | None) -> dict[str, Any]:
        given = shaped(value, "rating", '{"rating": 4}')
        is_number = isinstance(given, int | float) and not isinstance(given, bool)
        if not is_number or str(given).removesuffix(".0") not in schema.classes:
            shown = f"{schema.classes[0]} to {schema.classes[-1]}" if schema.classes else "none"
            message = say("answer.point", "The rating must be a point of the scale: {points}.", points=shown)
            field = told(message.code, "not a point of this project's scale", **message.parts)
            raise InvalidValue(message, fields={"value.rating": field})
        return {"rating": int(given)}

    def renamed(self, value: Answer, rename: Callable[[str], str | None]) -> dict[str, Any] | None:
        point = rename(str(value["rating"]))
        return None if point is None else {"rating": int(point)}

    def distance(self, one: Answer, other: Answer, schema: Schema) -> float:
        """How far apart the points are, as a share of the scale."""
        length = int(schema.classes[-1]) - int(schema.classes[0])
        return float(min(1.0, abs(one["rating"] - other["rating"]) / max(length, 1)))

    def merge(self, answers: Sequence[Answer], weights: Sequence[float], schema: Schema) -> Merged:
        """The weighted median, the lower one of two: a single far answer does not move it."""
        pairs = sorted(zip((one["rating"] for one in answers), weights, strict=True))
        passed = list(itertools.accumulate(weight for _, weight in pairs))
        middle = next(place for place, weight in enumerate(passed) if weight >= passed[-1] / 2 - 1e-12)
        value = {"rating": pairs[middle][0]}
        return agreement(value, answers, weights, lambda a, b: self.distance(a, b, schema))

    def columns(self, schema: Schema) -> list[str]:
        return list(schema.classes)

    def targets(self, value: Answer, schema: Schema) -> tuple[int, ...] | None:
        point = str(value["rating"])
        return (schema.classes.index(point),) if point in schema.classes else None

    def value_of(self, targets: Sequence[int], schema: Schema) -> dict[str, Any]:
        (column,) = targets
        return {"rating": int(schema.classes[column])}

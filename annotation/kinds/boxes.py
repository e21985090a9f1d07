"""`boxes`: labelled rectangles on an image. The answer is {"boxes": [{"x", "y", "width", "height", "class"}]}.

The unit is the project's own (pixels, or shares of the image); x and y are the upper left corner. Where an item's data
names its `width` and `height`, boxes must lie inside. None at all is an answer: there is nothing to mark.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from annotation.kinds.answers import agreement, checked_class, checked_marks, needed_classes, shaped, wrong_mark
from annotation.kinds.base import Answer, Data, Learner, Mark, Merged, Schema
from annotation.kinds.items import Shown, image_item
from annotation.kinds.marks import matched_share, merged_marks

MAX_BOXES = 1_000
NUMBERS = ("x", "y", "width", "height")
LARGEST = 1_000_000
ROUNDING = 1e-6


class Boxes:
    name = "boxes"
    learner = Learner.NONE
    reads_item = True

    def checked_classes(self, names: Sequence[str]) -> Sequence[str]:
        return needed_classes(names, 1)

    def checked_item(self, data: Data) -> Shown:
        return image_item(data)

    def canonical(self, value: Any, schema: Schema, data: Data | None) -> dict[str, Any]:
        """The boxes from the upper left on; the same box twice is refused."""
        given = shaped(value, "boxes", '{"boxes": [{"x": 0, "y": 0, "width": 1, "height": 1, "class": "…"}]}')
        marks = checked_marks(given, "boxes", MAX_BOXES)
        boxes = [_box(one, schema, data or {}, f"value.boxes.{place}") for place, one in enumerate(marks)]
        order = sorted(range(len(boxes)), key=lambda place: _key(boxes[place]))
        for before, after in itertools.pairwise(order):
            if _key(boxes[before]) == _key(boxes[after]):
                raise wrong_mark("Box", f"value.boxes.{after}", "answer.box_twice", "the same box twice")
        return {"boxes": [boxes[place] for place in order]}

    def renamed(self, value: Answer, rename: Callable[[str], str | None]) -> dict[str, Any] | None:
        """Boxes of a gone class drop out; where two classes became one, equal boxes become one."""
        boxes = {
            _key(box): box
            for box in (one | {"class": rename(one["class"])} for one in value["boxes"])
            if box["class"] is not None
        }
        return {"boxes": [boxes[key] for key in sorted(boxes)]}

    def distance(self, one: Answer, other: Answer, schema: Schema) -> float:
        """One minus the F1 of matched boxes, each counting as its intersection over union."""
        return 1 - matched_share(one["boxes"], other["boxes"], box_overlap)

    def overlap(self, one: Mark, other: Mark) -> float:
        return box_overlap(one, other)

    def merge(self, answers: Sequence[Answer], weights: Sequence[float], schema: Schema) -> Merged:
        """The boxes that more than half of the weight has drawn."""
        found = merged_marks([one["boxes"] for one in answers], weights, box_overlap)
        value = {"boxes": sorted((dict(mark) for mark, _ in found), key=_key)}
        return agreement(value, answers, weights, lambda one, other: self.distance(one, other, schema))

    def columns(self, schema: Schema) -> list[str]:
        return []

    def targets(self, value: Answer, schema: Schema) -> tuple[int, ...] | None:
        named = {box["class"] for box in value["boxes"]}
        return tuple(k for k, name in enumerate(schema.classes) if name in named)

    def value_of(self, targets: Sequence[int], schema: Schema) -> dict[str, Any]:
        raise ValueError("boxes are more than their classes")


def box_overlap(one: Mark, other: Mark) -> float:
    """Returns intersection over union of the areas."""
    wide = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
    high = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
    common = max(0.0, wide) * max(0.0, high)
    return float(common / (one["width"] * one["height"] + other["width"] * other["height"] - common))


def _box(given: Any, schema: Schema, data: Mapping[str, Any], place: str) -> Mark:
    if not isinstance(given, dict) or set(given) != {*NUMBERS, "class"}:
        raise wrong_mark("Box", place, "answer.box_parts", "a box is {{x, y, width, height, class}}")
    for name in NUMBERS:
        if not _is_number(given[name]):
            english = "must be a number from 0 to {most:,}"
            raise wrong_mark("Box", f"{place}.{name}", "answer.box_number", english, most=LARGEST)
    for start, length in (("x", "width"), ("y", "height")):
        if given[length] < ROUNDING:
            raise wrong_mark("Box", f"{place}.{length}", "answer.box_empty", "must be larger than 0")
        if _is_number(data.get(length)) and given[start] + given[length] > data[length] * (1 + ROUNDING):
            english = "reaches beyond the image, which is {reach:g} here"
            raise wrong_mark("Box", f"{place}.{length}", "answer.box_beyond", english, reach=data[length])
    name = checked_class(given["class"], schema.classes, f"{place}.class")
    return {part: given[part] for part in NUMBERS} | {"class": name}


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= LARGEST  # neither NaN nor infinity is


def _key(box: Mark) -> tuple[float, float, float, float, str]:
    return box["y"], box["x"], box["width"], box["height"], box["class"]

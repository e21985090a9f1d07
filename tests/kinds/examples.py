"""Answers of every kind, right and wrong ones, for the contract that all kinds keep."""

from dataclasses import dataclass, field
from typing import Any

from annotation.kinds import Schema

TEXT = "Ada 👩🏽‍💻 met Bob in Rome."
TEXT_ITEM = {"text": TEXT}
CLASSES = ("ham", "spam", "eggs")
THREE_CLASSES = Schema(CLASSES)


@dataclass(frozen=True)
class Example:
    """A kind at work: answers that differ, each in its stored form, and answers that are refused with their place."""

    name: str
    answers: list[dict[str, Any]]
    refused: list[tuple[Any, str]]
    data: dict[str, Any] = field(default_factory=lambda: dict(TEXT_ITEM))
    schema: Schema = THREE_CLASSES
    not_items: list[tuple[dict[str, Any], str]] = field(default_factory=lambda: [({}, "data.text")])

    def __str__(self) -> str:
        return self.name


def span(start: Any, end: Any, name: Any = "ham") -> dict[str, Any]:
    return {"start": start, "end": end, "class": name}


def box(x: Any, y: Any, width: Any, height: Any, name: Any = "ham") -> dict[str, Any]:
    return {"x": x, "y": y, "width": width, "height": height, "class": name}


EXAMPLES = [
    Example(
        "choice",
        [{"class": name} for name in CLASSES],
        [
            (None, "value"),
            ({}, "value"),
            ({"class": "ham", "more": 1}, "value"),
            ({"class": "no such"}, "value.class"),
            ({"class": 1}, "value.class"),
            ({"class": ["ham"]}, "value.class"),
        ],
        not_items=[({}, "data.text"), ({"text": " "}, "data.text"), ({"image": 7}, "data.image")],
    ),
    Example(
        "multichoice",
        [{"classes": []}, {"classes": ["ham"]}, {"classes": ["ham", "eggs"]}, {"classes": ["spam"]}],
        [
            ({"class": "ham"}, "value"),
            ({"classes": "ham"}, "value.classes"),
            ({"classes": ["ham", "no such"]}, "value.classes.1"),
            ({"classes": ["ham", "ham"]}, "value.classes.1"),
            ({"classes": [None]}, "value.classes.0"),
            ({"classes": [["ham"]]}, "value.classes.0"),
        ],
    ),
    Example(
        "spans",
        [
            {"spans": []},
            {"spans": [span(0, 3)]},
            {"spans": [span(0, 3, "spam")]},
            {"spans": [span(0, 3), span(9, 16, "eggs")]},
            {"spans": [span(0, 4), span(2, 8, "spam")]},
        ],
        [
            ({"spans": {}}, "value.spans"),
            ({"spans": [7]}, "value.spans.0"),
            ({"spans": [span(0, 3) | {"text": "Ada"}]}, "value.spans.0"),
            ({"spans": [span(0, 3), span(0, len(TEXT) + 1)]}, "value.spans.1.end"),
            ({"spans": [span(-1, 3)]}, "value.spans.0.start"),
            ({"spans": [span(3, 3)]}, "value.spans.0.end"),
            ({"spans": [span(4, 3)]}, "value.spans.0.end"),
            ({"spans": [span(0.0, 3)]}, "value.spans.0.start"),
            ({"spans": [span(0, True)]}, "value.spans.0.end"),
            ({"spans": [span(0, 3), span(4, 5, "no such")]}, "value.spans.1.class"),
            ({"spans": [span(4, 5), span(0, 3), span(4, 5)]}, "value.spans.2"),
        ],
    ),
    Example(
        "boxes",
        [{"boxes": []}, {"boxes": [box(0, 0, 10, 10)]}, {"boxes": [box(5.5, 5, 10, 10, "spam"), box(0, 50, 1, 1)]}],
        [
            ({"boxes": "x"}, "value.boxes"),
            ({"boxes": [box(0, 0, 1, 1), {}]}, "value.boxes.1"),
            ({"boxes": [box(-1, 0, 1, 1)]}, "value.boxes.0.x"),
            ({"boxes": [box(0, 0, 0, 1)]}, "value.boxes.0.width"),
            ({"boxes": [box(0, 0, 1, float("nan"))]}, "value.boxes.0.height"),
            ({"boxes": [box(0, 0, 10**400, 1)]}, "value.boxes.0.width"),
            ({"boxes": [box(0, 0, "1", 1)]}, "value.boxes.0.width"),
            ({"boxes": [box(95, 0, 10, 10)]}, "value.boxes.0.width"),
            ({"boxes": [box(0, 0, 1, 1, "no such")]}, "value.boxes.0.class"),
            ({"boxes": [box(0, 0, 1, 1), box(0, 0, 1, 1)]}, "value.boxes.1"),
        ],
        data={"image": "street.png", "width": 100, "height": 80},
        not_items=[({"text": "x"}, "data.image"), ({"image": ""}, "data.image")],
    ),
    Example(
        "rating",
        [{"rating": point} for point in (1, 2, 4, 5)],
        [
            ({"rating": 0}, "value.rating"),
            ({"rating": 6}, "value.rating"),
            ({"rating": 3.5}, "value.rating"),
            ({"rating": "3"}, "value.rating"),
            ({"rating": True}, "value.rating"),
            ({"rating": None}, "value.rating"),
            ({"rating": float("nan")}, "value.rating"),
        ],
        schema=Schema(("1", "2", "3", "4", "5")),
        not_items=[({}, "data.text"), ({"texts": ["one"]}, "data.texts")],
    ),
    Example(
        "text",
        [{"text": "A greeting."}, {"text": "Something else entirely"}, {"text": "…"}],
        [
            ({"text": ""}, "value.text"),
            ({"text": 7}, "value.text"),
            ({"text": " \n"}, "value.text"),
            ({"text": "a\0"}, "value.text"),
            ({"text": "\ud800"}, "value.text"),
            ({"text": "x" * 20_001}, "value.text"),
        ],
        schema=Schema(()),
    ),
    Example(
        "pairwise",
        [{"preferred": 0}, {"preferred": 1}],
        [
            ({"preferred": 2}, "value.preferred"),
            ({"preferred": -1}, "value.preferred"),
            ({"preferred": True}, "value.preferred"),
            ({"preferred": 0.0}, "value.preferred"),
            ({"preferred": None}, "value.preferred"),
        ],
        data={"texts": ["One answer.", "Another answer."]},
        schema=Schema(()),
        not_items=[
            ({"text": "x"}, "data.texts"),
            ({"texts": ["x"]}, "data.texts"),
            ({"texts": ["x", ""]}, "data.texts.1"),
            ({"texts": ["x", "y", "z"]}, "data.texts"),
        ],
    ),
]

"""Answers in few words: the marked text itself, by code points, of long ones the beginning."""

import pytest

from annotation.operations.answer_words import quoted, shown, told_apart
from annotation.sentences import spoken
from tests.factories import make_item, make_project

pytestmark = pytest.mark.django_db


def test_spans_are_told_by_the_text_that_they_mark():
    text = "🙂 Ada Lovelace\n wrote " + "x" * 60
    item = make_item(make_project(kind="spans"), data={"text": text})
    one, other = (
        {"spans": [{"start": start, "end": end, "class": name}]}
        for start, end, name in [(2, 14, "person"), (6, 81, "org")]
    )
    quotes = quoted([(item.pk, one, other)])[item.pk]
    assert quotes == {(2, 14): "Ada Lovelace", (6, 81): "Lovelace wrote " + "x" * 24 + "…"}
    said, _ = told_apart(one, other, quotes)
    assert said == "person “Ada Lovelace”"
    assert spoken(said) == {"code": "mark.span", "with": {"name": "person", "text": "Ada Lovelace"}}


def test_sentences_inside_sentences_go_out_as_such():
    two = {"boxes": [{"x": k, "y": 0.5, "width": 2, "height": 3, "class": "cat"} for k in range(2)]}
    said, _ = told_apart(two, {"boxes": [{**box, "class": "dog"} for box in two["boxes"]]}, {})
    assert said == "cat at (0, 0.5), 2 by 3, cat at (1, 0.5), 2 by 3"
    parts = spoken(said)
    assert parts is not None
    assert parts["code"] == "mark.two"
    assert parts["with"]["second"]["with"] == {"name": "cat", "x": "1", "y": "0.5", "width": "2", "height": "3"}
    assert spoken(shown(two)) == {"code": "mark.boxes", "with": {"n": 2}}

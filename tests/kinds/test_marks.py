"""Marks that may mean the same are looked for nearby."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from annotation.kinds.base import Schema
from annotation.kinds.boxes import box_overlap
from annotation.kinds.marks import MOST_NEAR, Line, clusters, matched_share
from annotation.kinds.spans import Spans, span_overlap

CLASS = st.sampled_from(["person", "place"])
SPANS = st.builds(
    lambda start, length, name: {"start": start, "end": start + length, "class": name},
    st.integers(0, 30), st.integers(1, 12), CLASS,
)  # fmt: skip
SIDE = st.floats(0.5, 12)
BOXES = st.builds(
    lambda x, y, width, height, name: {"x": x, "y": y, "width": width, "height": height, "class": name},
    st.floats(0, 30), st.floats(0, 3), SIDE, SIDE, CLASS,
)  # fmt: skip


def check(marks: Sequence[Any], overlap: Any) -> None:
    line = Line(marks)
    for mark in marks:
        near = list(line.near(mark))
        assert len(near) == len(set(near))
        assert {n for n, other in enumerate(marks) if overlap(mark, other) > 1e-9} <= set(near)


@given(st.lists(SPANS, max_size=20))
def test_all_spans_that_overlap_are_near(marks: list[Any]) -> None:
    check(marks, span_overlap)


@given(st.lists(BOXES, max_size=20))
def test_all_boxes_that_overlap_are_near(marks: list[Any]) -> None:
    check(marks, box_overlap)


def test_a_thousand_marks_are_compared_with_their_neighbours_alone() -> None:
    marks, looked_at = [{"start": 10 * n, "end": 10 * n + 6, "class": "person"} for n in range(1000)], [0]

    def overlap(one: Any, other: Any) -> float:
        looked_at[0] += 1
        return span_overlap(one, other)

    assert matched_share(marks, marks, overlap) == 1
    assert len(clusters([marks, marks], [1.0, 1.0], overlap)) == 1000
    assert looked_at[0] < 10_000


def test_of_thousands_that_overlap_each_is_held_against_those_most_like_it() -> None:
    marks, looked_at = [{"start": n, "end": n + 5000, "class": "person"} for n in range(2000)], [0]
    marks.append({"start": 0, "end": 10_000, "class": "person"})

    def overlap(one: Any, other: Any) -> float:
        looked_at[0] += 1
        return span_overlap(one, other)

    assert matched_share(marks, marks, overlap) == 1
    assert len(clusters([marks, marks], [1.0, 1.0], overlap, by_class=False)) == 2001
    assert looked_at[0] < 2001 * 2 * MOST_NEAR


def test_boxes_above_one_another_are_all_compared() -> None:
    lines = [{"x": 0.0, "y": 10.0 * n, "width": 100.0, "height": 8.0, "class": "line"} for n in range(300)]
    assert matched_share(lines, list(reversed(lines)), box_overlap) == 1


def test_of_a_thousand_merged_spans_those_that_overlap_a_better_one_go() -> None:
    spans = [{"start": 10 * n, "end": 10 * n + 6, "class": "person"} for n in range(1000)]
    longer = [span | {"end": span["start"] + 14, "class": "place"} for span in spans]
    answers = [{"spans": spans + longer}] * 3 + [{"spans": spans}]
    merged = Spans().merge(answers, [1.0] * 4, Schema(("person", "place"), spans_overlap=False))
    assert merged.value == {"spans": spans}

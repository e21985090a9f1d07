"""Marks, spans and boxes: overlaps and F1, worked by hand."""

import numpy as np
import pytest

from modeling.mark_agreement import NO_MARKS, character_f1, exact_f1, matched_f1, relaxed_f1
from modeling.overlap import iou, one_to_one


def test_overlaps_by_hand():
    spans = iou(np.array([[0.0, 10], [3, 3]]), np.array([[5.0, 15], [3, 3], [0, 10]]))
    assert spans == pytest.approx(np.array([[1 / 3, 0, 1], [0, 0, 0]]))
    boxes = iou(np.array([[0.0, 0, 4, 4]]), np.array([[1.0, 1, 3, 3], [4, 4, 8, 8]]))
    assert boxes == pytest.approx(np.array([[0.25, 0]]))
    with pytest.raises(ValueError, match="two or four"):
        iou(np.zeros((1, 3)), np.zeros((1, 3)))


def test_one_to_one_takes_the_best_first():
    assert one_to_one(np.array([[0.6, 0.9], [0.8, 0.85]])) == [(0, 1), (1, 0)]
    assert one_to_one(np.array([[0.4]])) == []
    assert one_to_one(np.zeros((0, 2))) == []


def test_f1_by_hand():
    """a: 0-5 X, 10-20 Y, 30-33 X; b: 0-5 X, 10-18 Y, 30-33 Y."""
    documents = [([(0, 5, "X"), (10, 20, "Y"), (30, 33, "X")], [(0, 5, "X"), (10, 18, "Y"), (30, 33, "Y")]), ([], [])]
    assert exact_f1(documents).value == pytest.approx(2 / 6)
    assert exact_f1(documents, by_class=False).value == pytest.approx(4 / 6)
    assert matched_f1(documents).value == pytest.approx(4 / 6)
    assert relaxed_f1(documents).value == pytest.approx(4 / 6)
    assert relaxed_f1(documents, by_class=False).value == pytest.approx(1)
    assert character_f1(documents).value == pytest.approx(2 * 13 / (18 + 16))
    assert exact_f1([([], [])]).undefined_because == NO_MARKS
    assert exact_f1([([(0, 1, "X")], [])]).value == 0


def test_f1_has_an_interval_that_takes_the_documents_of_one_item_together():
    same, other = ([(0, 5, "X")], [(0, 5, "X")]), ([(0, 5, "X")], [(7, 9, "X")])
    apart = exact_f1([same, other] * 20)
    together = exact_f1([same, other] * 20, items=np.repeat(np.arange(20), 2) // 4)
    assert apart.value == together.value == 0.5
    assert 0.3 < apart.low < 0.5 < apart.high < 0.7
    assert together.low <= together.value <= together.high
    sure = exact_f1([same] * 10)
    assert (sure.value, sure.high) == (1, 1)
    assert sure.low == pytest.approx(0.787, abs=0.01)
    assert (relaxed_f1([same]).low, relaxed_f1([same]).high) == (0, 1)

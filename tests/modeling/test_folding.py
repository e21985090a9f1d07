"""Probabilities of the classes that a model knew, as those of today."""

import numpy as np
import pytest

from modeling.folding import Folding


def folding(*places: int, n_classes: int) -> Folding:
    return Folding(np.array(places), n_classes)


def test_what_became_one_is_added_and_what_is_gone_is_shared_out() -> None:
    """a and b became the first, c is gone, d is the third; the second is new."""
    today = folding(0, 0, -1, 2, n_classes=3)
    rows = np.array([[0.1, 0.2, 0.5, 0.2], [0.0, 0.0, 1.0, 0.0]], dtype=np.float32)
    assert today.probabilities(rows, "softmax") == pytest.approx(np.array([[0.6, 0, 0.4], [1 / 3, 1 / 3, 1 / 3]]))
    assert today.added(rows)[0] == pytest.approx([0.3, 0, 0.2])


def test_where_several_may_be_right_one_of_those_that_became_one_is_enough() -> None:
    rows = np.array([[0.5, 0.5, 0.9], [1.0, 0.0, 0.2]], dtype=np.float32)
    found = folding(1, 1, 0, n_classes=2).probabilities(rows, "sigmoid")
    assert found == pytest.approx(np.array([[0.9, 0.75], [0.2, 1.0]]), abs=1e-6)
    new = folding(0, 0, -1, n_classes=2).probabilities(rows, "sigmoid")[:, 1]
    assert [str(float(p)) for p in new] == ["0.0", "0.0"]  # no minus


def test_the_same_classes_change_nothing() -> None:
    assert not folding(0, 1, 2, n_classes=3).changes
    assert folding(0, 1, n_classes=3).changes
    assert folding(1, 0, n_classes=2).changes

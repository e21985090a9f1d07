"""Figures of the classes, by hand and by coverage."""

import numpy as np
import pytest
from sklearn.metrics import f1_score

from modeling.class_report import (
    class_figures,
    confusion_matrix,
    figures_of,
    is_lopsided,
    macro_f1,
    most_confused,
    rarest_class,
    set_report,
)
from modeling.evaluation import accuracy_interval
from modeling.tagging.span_scores import span_report

TRUE = np.array([0, 0, 0, 0, 1, 1, 2])
GUESSED = np.array([0, 0, 0, 1, 1, 0, 1])


def test_by_hand() -> None:
    confusion = confusion_matrix(TRUE, GUESSED, 4)
    assert confusion[:3, :3].tolist() == [[3, 1, 0], [1, 1, 0], [0, 1, 0]]
    first, _, never, absent = class_figures(confusion)
    assert (first.n, first.n_guessed) == (4, 4)
    assert first.precision == first.recall == accuracy_interval(3, 4)
    assert first.f1 is not None
    assert first.f1.estimate == pytest.approx(0.75)
    assert (never.precision, never.n, never.f1 and never.f1.estimate) == (None, 1, 0)
    assert (absent.precision, absent.recall, absent.f1) == (None, None, None)
    assert rarest_class(confusion.sum(axis=1)) == 2
    assert rarest_class(np.zeros(3, int)) is None
    assert [(pair.true, pair.guessed, pair.n) for pair in most_confused(confusion, 2)] == [(2, 1, 1), (1, 0, 1)]
    with pytest.raises(ValueError, match="guesses"):
        confusion_matrix(TRUE, GUESSED[:2], 4)


def test_macro_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    true = rng.integers(3, size=90)
    guessed = np.where(rng.random(90) < 0.7, true, rng.integers(3, size=90))
    found = macro_f1(confusion_matrix(true, guessed, 3))
    assert found is not None
    assert found.estimate == pytest.approx(f1_score(true, guessed, average="macro"))
    assert found.low < found.estimate < found.high


def test_macro_waits_for_every_class() -> None:
    assert macro_f1(np.array([[20, 0], [0, 0]])) is None
    assert macro_f1(np.array([[4, 0], [0, 4]])) is None
    assert macro_f1(np.array([[5, 0], [0, 5]])) is not None


def test_lopsided() -> None:
    assert not is_lopsided(np.array([30, 25, 35]))
    assert is_lopsided(np.array([90, 10]))
    assert is_lopsided(np.array([70, 10, 10, 10]))
    assert is_lopsided(np.array([40, 40, 10]))
    assert is_lopsided(np.array([0, 0]))


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.95, 0.05), (0.4, 0.3, 0.2, 0.1)])
def test_intervals_cover_the_truth(shares: tuple[float, ...]) -> None:
    """Of 300 seeded samples of 60 items at least nine in ten intervals hold the true F1, of each class and the mean."""
    rng = np.random.default_rng(1)
    k = len(shares)
    joint = np.diag(shares) @ (0.8 * np.eye(k) + 0.2 * (1 - np.eye(k)) / (k - 1))
    true = 2 * joint.diagonal() / (joint.sum(axis=0) + joint.sum(axis=1))
    macro, single = [], []
    for _ in range(300):
        confusion = rng.multinomial(60, joint.ravel()).reshape(k, k)
        mean = macro_f1(confusion)
        macro += [] if mean is None else [mean.low <= true.mean() <= mean.high]
        for row, f1 in zip(class_figures(confusion), true, strict=True):
            single += [] if row.f1 is None else [row.f1.low <= f1 <= row.f1.high]
    assert np.mean(macro) >= 0.9
    assert np.mean(single) >= 0.9


def test_sets_by_hand() -> None:
    """The first item is right, in the second b was taken for c, in the third a is missed, in the fourth b is added."""
    true = np.array([[1, 1, 0], [0, 1, 0], [1, 0, 0], [0, 0, 0]], bool)
    said = np.array([[1, 1, 0], [0, 0, 1], [0, 0, 0], [0, 1, 0]], bool)
    report = set_report(said, true)
    assert report.counts.tolist() == [[1, 2, 1], [1, 2, 2], [0, 0, 1]]
    first, second, third = figures_of(*report.counts.T)
    assert (first.precision, first.recall) == (accuracy_interval(1, 1), accuracy_interval(1, 2))
    assert second.f1 is not None
    assert second.f1.estimate == pytest.approx(0.5)
    assert (third.n, third.recall) == (0, None)
    (pair,) = most_confused(report.confused, n_true=report.counts[:, 1])
    assert pair == (1, 2, 1, 0.5)
    with pytest.raises(ValueError, match="true sets"):
        set_report(said[:2], true)


def test_spans_by_hand() -> None:
    """Of the first text's two spans one is right, one has another class; in the second one is found beside nothing."""
    true = [[(0, 3, 0), (5, 9, 1)], []]
    found = [[(0, 3, 0), (5, 9, 2)], [(1, 2, 0)]]
    report = span_report(found, true, 3)  # type: ignore[arg-type]  # lists of invariant type
    assert report.counts.tolist() == [[1, 1, 2], [0, 1, 0], [0, 0, 1]]
    assert np.argwhere(report.confused).tolist() == [[1, 2]]

"""True and guessed classes of a random sample → precision, recall and F1 with intervals, and what is confused."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modeling.evaluation import Interval, accuracy_interval

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

LEAST_PER_CLASS = 5


class ClassFigures(NamedTuple):
    """One class: how many items are truly in it and how many are said to be; None where there is nothing to count."""

    n: int
    n_guessed: int
    precision: Interval | None
    recall: Interval | None
    f1: Interval | None


class Confused(NamedTuple):
    """`n` items of class `true` were taken for `guessed`: a share of all that are truly in it."""

    true: int
    guessed: int
    n: int
    share: float


def confusion_matrix(true: Ints, guessed: Ints, n_classes: int) -> Ints:
    """Counts (n_classes, n_classes), rows by truth. Raises ValueError unless both have one length."""
    if true.shape != guessed.shape:
        raise ValueError(f"{len(true)} true classes but {len(guessed)} guesses")
    return np.bincount(true * n_classes + guessed, minlength=n_classes**2).reshape(n_classes, n_classes)


class SetReport(NamedTuple):
    """Where an item may have several classes: `counts` (n_classes, 3) of how often each was said rightly, is true and
    was said; `confused` (n_classes, n_classes) of how often the row was missed where the column was said wrongly."""

    counts: Ints
    confused: Ints


def set_report(said: Bools, true: Bools) -> SetReport:
    """The report of sets of classes, both (n_items, n_classes). Raises ValueError unless both have one shape."""
    if said.shape != true.shape:
        raise ValueError(f"{true.shape} true sets but {said.shape} guesses")
    counts = np.stack([(said & true).sum(axis=0), true.sum(axis=0), said.sum(axis=0)], axis=1)
    return SetReport(counts, (true & ~said).astype(np.int64).T @ (said & ~true).astype(np.int64))


def class_figures(confusion: Ints) -> list[ClassFigures]:
    """Figures of every class, in order."""
    return figures_of(confusion.diagonal(), confusion.sum(axis=1), confusion.sum(axis=0))


def figures_of(hits: Ints, n_true: Ints, n_guessed: Ints) -> list[ClassFigures]:
    """Figures of every class by how often it was said rightly, is true, and was said; each (n_classes,).

    F1 = 2J / (1 + J) with J = hits / (hits + false alarms + misses), a plain share: given the number of items that are
    in the class or said to be, hits are binomial, so Wilson's bounds of J give those of F1.
    """
    return [
        ClassFigures(
            n=int(n_true[k]),
            n_guessed=int(n_guessed[k]),
            precision=_share(int(hits[k]), int(n_guessed[k])),
            recall=_share(int(hits[k]), int(n_true[k])),
            f1=_f1(int(hits[k]), int(n_true[k] + n_guessed[k] - hits[k])),
        )
        for k in range(len(hits))
    ]


def macro_f1(confusion: Ints) -> Interval | None:
    """The mean F1 of all classes; None while a class has no true item or there are fewer than five items a class.

    Squares and adds of the classes' own bounds (Zou and Donner 2008, DOI 10.1002/sim.3095), widened by √3: every
    mistake touches two classes, so their figures go up and down together.
    """
    figures = [row.f1 for row in class_figures(confusion) if row.n and row.f1 is not None]
    if len(figures) < len(confusion) or confusion.sum() < LEAST_PER_CLASS * len(confusion):
        return None
    values = np.array(figures)
    estimate = float(values[:, 0].mean())
    below, above = np.sqrt(3 * ((values[:, [0, 2]] - values[:, [1, 0]]) ** 2).sum(axis=0)) / len(values)
    return Interval(estimate, max(0.0, estimate - float(below)), min(1.0, estimate + float(above)))


def most_confused(confusion: Ints, at_most: int = 5, n_true: Ints | None = None) -> list[Confused]:
    """The pairs with the most mistakes, the most frequent first; equal ones by their share.

    `n_true` (n_classes,) is how often each class is true, where rows of `confusion` do not add up to it.
    """
    n_true = confusion.sum(axis=1) if n_true is None else n_true
    pairs = [
        Confused(int(k), int(j), int(confusion[k, j]), float(confusion[k, j] / n_true[k]))
        for k, j in np.argwhere(confusion)
        if k != j
    ]
    return sorted(pairs, key=lambda pair: (-pair.n, -pair.share))[:at_most]


def rarest_class(counts: Ints) -> int | None:
    """The class with the fewest items among those that have any; None when none has."""
    present = np.flatnonzero(counts)
    return int(present[counts[present].argmin()]) if len(present) else None


def is_lopsided(counts: Ints) -> bool:
    """Whether accuracy alone misleads: the commonest class has twice its even share or more, or one less than half."""
    even = counts.sum() / max(len(counts), 1)
    return bool(len(counts)) and bool(counts.max() >= min(2 * even, 0.7 * counts.sum()) or counts.min() < even / 2)


def _share(part: int, whole: int) -> Interval | None:
    return accuracy_interval(part, whole) if whole else None


def _f1(hits: int, union: int) -> Interval | None:
    if not union:
        return None
    return Interval(*(2 * share / (1 + share) for share in accuracy_interval(hits, union)))

"""A fitted model → what it is worth, measured on the protected items alone, in figures small enough to keep."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from modeling.acquisition import margin
from modeling.class_report import (
    SetReport,
    class_figures,
    confusion_matrix,
    is_lopsided,
    macro_f1,
    rarest_class,
    set_report,
)
from modeling.drift import Shift, class_shift, newest_against_older
from modeling.evaluation import Interval, accuracy_interval, corrected_accuracy, unchecked_accuracy
from modeling.linear import sigmoid, softmax
from modeling.reliability import (
    Bin,
    cross_fitted,
    cross_fitted_sets,
    expected_calibration_error,
    reliability_bins,
    set_bins,
    set_temperature,
    temperature,
)

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Metrics = dict[str, Any]

LEAST_PROTECTED = 5
# So many answers must have been checked by another one, or by gold, before people's mistakes count as known.
LEAST_CHECKED = 30
MEASURED = ("performance", "agreement", "f1", "confusion", "calibration", "drift")
ACCURACY, F1_MACRO, F1_RAREST = "accuracy", "f1_macro", "f1_rarest"


@dataclass(frozen=True)
class Sample:
    """The protected items, oldest answer first: the model's logits (n, n_classes), what people say (n,), how surely.

    `n_checked` is how many answers of the whole project something else speaks about.
    """

    logits: Floats
    answers: Ints
    certainty: npt.NDArray[np.float64]
    n_checked: int

    @property
    def n(self) -> int:
        return len(self.answers)


def measure(sample: Sample, pool: Floats) -> Metrics:
    """Returns performance, what it was corrected for, F1, confusion, calibration and drift; all None below five items.

    `pool` (n, n_classes): logits of a random part of all items.
    """
    if sample.n < LEAST_PROTECTED:
        return dict.fromkeys(MEASURED)
    n_classes = sample.logits.shape[1]
    guesses = sample.logits.argmax(axis=1)
    is_match = guesses == sample.answers
    confusion = confusion_matrix(sample.answers, guesses, n_classes)
    agreement = accuracy_interval(int(is_match.sum()), sample.n)
    corrected = corrected_if_known(is_match, sample.certainty, n_checked=sample.n_checked, n_classes=n_classes)
    accuracy = corrected or unchecked_accuracy(is_match, margin(softmax(sample.logits)), n_classes)
    return {
        "performance": as_metric(ACCURACY, accuracy, sample.n),
        "agreement": {**as_metric(ACCURACY, agreement, sample.n), "corrected": corrected is not None},
        "f1": _f1(confusion, sample.n),
        "confusion": [[int(k), int(j), int(confusion[k, j])] for k, j in np.argwhere(confusion)],
        "calibration": _calibration(sample),
        # Where there is one class only, nothing can move.
        "drift": drift(is_match, softmax(pool[: len(pool) * (n_classes > 1)]), softmax(sample.logits)),
    }


def corrected_if_known(
    is_match: npt.NDArray[np.bool_], certainty: npt.NDArray[np.float64], *, n_checked: int, n_classes: int
) -> Interval | None:
    """The accuracy corrected for people's mistakes; None while too few of their answers were checked."""
    return corrected_accuracy(is_match, certainty, n_classes) if n_checked >= LEAST_CHECKED else None


def _f1(confusion: Ints, n: int) -> Metrics:
    """The mean F1 and that of the class with the fewest protected items, as far as they are known."""
    counts = confusion.sum(axis=1)
    macro, k = macro_f1(confusion), rarest_class(counts)
    rarest = None if k is None else class_figures(confusion)[k].f1
    return {
        "macro": macro and as_metric(F1_MACRO, macro, n),
        "rarest": rarest and {**as_metric(F1_RAREST, rarest, n), "column": k, "n_class": int(counts[k])},
        "says_more": is_lopsided(counts),
    }


def curve_points(metrics: Metrics) -> list[Metrics]:
    """Returns what a point of the learning curve holds, for every figure that was measured.

    Of an accuracy that nothing corrects it is the agreement with people, whose mistakes are the control arm's too.
    """
    main, agreement = metrics["performance"], metrics["agreement"]
    if main["metric"] == ACCURACY and not agreement["corrected"]:
        main = agreement
    found = [main, *(metrics["f1"][name] for name in ("macro", "rarest") if metrics["f1"])]
    return [{name: one[name] for name in ("metric", "estimate", "low", "high", "n")} for one in found if one]


def measure_sets(logits: Floats, targets: Floats, pool: Floats) -> Metrics:
    """Returns figures by class, calibration and drift where an item may have several classes; each is for itself.

    `logits` (n, n_classes) are of the protected items, oldest answer first, those of `pool` of a random part of all. An
    item is a match where all of its classes are right.
    """
    said, true = logits > 0, targets > 0.5
    before, after = set_bins(sigmoid(logits), true), set_bins(cross_fitted_sets(logits, true), true)
    return {
        **by_sets(set_report(said, true)),
        "calibration": as_calibration(set_temperature(logits, true), before, after),
        "drift": drift((said == true).all(axis=1), sigmoid(pool), sigmoid(logits)),
    }


def by_sets(report: SetReport) -> Metrics:
    """Returns what a version keeps of each class where an item may have several."""
    confused = [[int(k), int(j), int(report.confused[k, j])] for k, j in np.argwhere(report.confused)]
    return {"class_counts": report.counts.tolist(), "class_mistakes": confused}


def as_metric(name: str, interval: Interval, n: int) -> Metrics:
    return {"metric": name, **interval._asdict(), "n": n}


def _calibration(sample: Sample) -> Metrics:
    """One temperature from all protected items; the errors before and after it on items that it was not fitted on."""
    before = reliability_bins(softmax(sample.logits), sample.answers)
    after = reliability_bins(cross_fitted(sample.logits, sample.answers), sample.answers)
    return as_calibration(temperature(sample.logits, sample.answers), before, after)


def as_calibration(factor: float, before: list[Bin], after: list[Bin]) -> Metrics:
    """Returns a temperature with what was seen before and after it, as a version keeps it."""
    return {
        "temperature": factor,
        "error_before": expected_calibration_error(before),
        "error": expected_calibration_error(after),
        "bins": [{**one._asdict(), "right": one.right._asdict()} for one in after],
    }


def drift(is_match: npt.NDArray[np.bool_], pool: Floats, sample: Floats) -> Metrics:
    """Returns how the newer protected items went against the older ones, and what the pool holds against the sample.

    `pool` and `sample` are probabilities (n, n_classes), the sample's rows oldest answer first as `is_match` (n,).
    """
    return as_drift(newest_against_older(is_match), class_shift(pool, sample))


def as_drift(newest: Interval | None, shift: Shift | None) -> Metrics:
    """Returns both as a version keeps them."""
    return {
        "newest": newest and newest._asdict(),
        "shift": shift and {"column": shift.column, "is_clear": shift.is_clear, **shift.difference._asdict()},
    }

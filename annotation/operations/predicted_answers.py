"""Probabilities → answers in the shape of the project's kind, as `predict/` gives them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from annotation.kinds import Kind, Learner, Schema

Floats = npt.NDArray[np.floating]
Answers = list[dict[str, Any]]


def answers_of(kind: Kind, classes: Sequence[str], probabilities: Floats) -> Answers:
    """Returns one answer a row, with `probabilities` by class; ratings also say their expected value and interval.

    `probabilities` (n, n_classes) are of a model that knew `classes`.
    """
    schema = Schema(classes)
    columns = kind.columns(schema)
    answers = _WAYS.get(kind.learner, _likeliest)(kind, schema, probabilities)
    return [
        answer | {"probabilities": dict(zip(columns, row, strict=True))}
        for answer, row in zip(answers, probabilities.tolist(), strict=True)
    ]


def _likeliest(kind: Kind, schema: Schema, probabilities: Floats) -> Answers:
    return [kind.value_of([column], schema) for column in probabilities.argmax(axis=1).tolist()]


def _probable(kind: Kind, schema: Schema, probabilities: Floats) -> Answers:
    return [kind.value_of(np.flatnonzero(row > 0.5).tolist(), schema) for row in probabilities]


def _nearest(kind: Kind, schema: Schema, probabilities: Floats) -> Answers:
    """The point nearest to the expected value; from `low` to `high` lie nine tenths of the probability or more."""
    values = np.array([float(name) for name in schema.classes])
    expected = probabilities @ values
    below = probabilities.cumsum(axis=1)
    low, high = (values[(below < share).sum(axis=1).clip(max=len(values) - 1)] for share in (0.05, 0.95))
    nearest = np.abs(values[None, :] - expected[:, None]).argmin(axis=1)
    return [
        kind.value_of([int(column)], schema)
        | {"expected": round(float(mean), 4), "low": float(start), "high": float(end)}
        for column, mean, start, end in zip(nearest, expected, low, high, strict=True)
    ]


_WAYS: dict[Learner, Callable[[Kind, Schema, Floats], Answers]] = {
    Learner.SIGMOID: _probable,
    Learner.ORDINAL: _nearest,
}

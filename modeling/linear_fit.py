"""Fits the linear model: soft targets, sample weights, warm start, and the choice of its regularisation by folds."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from modeling.linear import Floats, LinearModel
from modeling.linear_losses import Doubles, Weights
from modeling.linear_search import Search, with_uniform_row

L2_GRID = (0.1, 0.3, 1.0, 3.0)
DEFAULT_L2 = 1.0
MAX_ITERATIONS = 100


def fit_linear(
    X: Floats,
    targets: Floats,
    weights: Weights,
    *,
    n_classes: int,
    l2: float,
    head: str = "softmax",
    start: LinearModel | None = None,
    tolerance: float = 1e-8,
    max_iterations: int = MAX_ITERATIONS,
) -> LinearModel:
    """The model with least Σ weight × cross-entropy(targets, head) + l2 / 2 × |coef|².

    `targets` (n, n_classes) are probabilities. Works with no rows, one class, or classes without any mass: these get
    a small probability, never zero. `start` speeds the search up when its shape fits and is ignored otherwise. Raises
    ValueError on shapes that do not match.
    """
    n, d = X.shape
    if targets.shape != (n, n_classes) or weights.shape != (n,):
        raise ValueError(
            f"X {X.shape}, targets {targets.shape} and weights {weights.shape} do not match {n_classes} classes"
        )
    if n_classes == 1 and head != "sigmoid":
        return LinearModel(np.zeros((d, 1), np.float32), np.zeros(n_classes - (head == "ordinal"), np.float32), head)
    start = start if start is not None and start.head == head else None
    rows = with_uniform_row(X, targets, weights, head)
    search = Search(l2, 1.0 / max(float(weights.sum()), 1.0), tolerance, max_iterations)
    return search.ordinal(rows, start) if head == "ordinal" else search.by_class(rows, start, head)


def next_l2(now: float, chosen: float, grid: Sequence[float] = L2_GRID) -> float:
    """Returns the neighbour of `now` in the grid on the way to `chosen`.

    With a few dozen labels the choice by folds is noisy; one step at a time keeps the model from jumping with it.
    """
    steps = sorted({*grid, now})
    place = steps.index(now)
    if chosen == now:
        return now
    return steps[min(place + 1, len(steps) - 1)] if chosen > now else steps[max(place - 1, 0)]


def choose_l2(
    X: Floats,
    targets: Floats,
    weights: Weights,
    *,
    rng: np.random.Generator,
    head: str = "softmax",
    grid: Sequence[float] = L2_GRID,
    folds: int = 5,
) -> float:
    """The largest l2 of the grid whose held-out log loss is within one standard error of the best one's.

    The standard error is of the paired difference, so that a clearly worse value is dropped even when losses vary
    widely. With fewer than ten rows or a single class known there is nothing to compare: the default.
    """
    if len(X) < 10 or not _can_compare(targets, head):
        return DEFAULT_L2
    parts = _parts(targets, rng, folds)
    losses = []
    models: list[LinearModel] = []
    for l2 in sorted(grid, reverse=True):
        held_out, models = _held_out(X, targets, weights, parts, l2, head, models)
        losses.append(_log_losses(held_out, targets, head))
    share = weights.astype(np.float64) / weights.sum()
    best = min(losses, key=lambda loss: float(loss @ share))
    chosen = DEFAULT_L2
    for l2, loss in zip(sorted(grid), reversed(losses), strict=True):
        excess = loss - best
        mean = float(excess @ share)
        error = float(np.sqrt((share**2) @ (excess - mean) ** 2))
        if mean <= error:
            chosen = l2
    return chosen


def _can_compare(targets: Floats, head: str) -> bool:
    """Whether there are two answers to tell apart: two classes, or (`sigmoid`) a class given to some and not to all."""
    mass = targets.sum(axis=0)
    if head == "sigmoid":
        return bool(((mass > 0.5) & (mass < len(targets) - 0.5)).any())
    return int((mass > 0.5).sum()) > 1


def _log_losses(probabilities: Floats, targets: Floats, head: str) -> Doubles:
    """The log loss of every row (n,)."""
    said = targets * np.log(np.maximum(probabilities, 1e-6))
    if head == "sigmoid":
        said = said + (1 - targets) * np.log(np.maximum(1 - probabilities, 1e-6))
    return np.asarray(-said.sum(axis=1), dtype=np.float64)


def out_of_fold(
    X: Floats,
    targets: Floats,
    weights: Weights,
    *,
    l2: float,
    rng: np.random.Generator,
    head: str = "softmax",
    folds: int = 5,
) -> Floats:
    """Each row's probabilities by a model that has not seen it (n, n_classes); as good as no rows when there is one."""
    return _held_out(X, targets, weights, _parts(targets, rng, folds), l2, head, [])[0]


def _parts(targets: Floats, rng: np.random.Generator, folds: int) -> npt.NDArray[np.int64]:
    """The fold of every row: random, every class spread evenly."""
    n = len(targets)
    order = rng.permutation(n)
    order = order[np.argsort(targets[order].argmax(axis=1), kind="stable")] if n else order
    part = np.empty(n, dtype=np.int64)
    part[order] = np.arange(n) % max(2, min(folds, n))
    return part


def _held_out(
    X: Floats,
    targets: Floats,
    weights: Weights,
    parts: npt.NDArray[np.int64],
    l2: float,
    head: str,
    starts: Sequence[LinearModel],
) -> tuple[Floats, list[LinearModel]]:
    """Held-out probabilities, and the model of each part, which `starts` the next search for the same part.

    A model of another part is no start: it has seen this one's rows, and a search that ends early remembers them.
    """
    n_classes = targets.shape[1]
    out = np.full((len(X), n_classes), 0.5 if head == "sigmoid" else 1 / n_classes, dtype=np.float32)
    models: list[LinearModel] = []
    for part in range(int(parts.max(initial=-1)) + 1):
        rest = parts != part
        if rest.any():
            fitted = fit_linear(
                X[rest],
                targets[rest],
                weights[rest],
                n_classes=n_classes,
                l2=l2,
                head=head,
                start=starts[len(models)] if starts else None,
                tolerance=1e-6,
                max_iterations=30,
            )
            out[~rest] = fitted.predict_proba(X[~rest])
            models.append(fitted)
    return out, models

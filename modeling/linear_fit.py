"""Fits the linear model: soft targets, sample weights, warm start, and the choice of its regularisation by folds."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from modeling.linear import Floats, LinearModel

L2_GRID = (0.1, 0.3, 1.0, 3.0)
DEFAULT_L2 = 1.0
# A text without features, seen once as every class: keeps the intercept of a class nobody has given yet finite.
UNIFORM_WEIGHT = 1.0
MAX_ITERATIONS = 100

Weights = npt.NDArray[np.float32]


def fit_linear(
    X: Floats,
    targets: Floats,
    weights: Weights,
    *,
    n_classes: int,
    l2: float,
    start: LinearModel | None = None,
    tolerance: float = 1e-8,
    max_iterations: int = MAX_ITERATIONS,
) -> LinearModel:
    """The model with least Σ weight × cross-entropy(targets, softmax) + l2 / 2 × |coef|².

    `targets` (n, n_classes) are probabilities. Works with no rows, one class, or classes without any mass: these get
    a small probability, never zero. `start` speeds the search up when its shape fits and is ignored otherwise. Raises
    ValueError on shapes that do not match.
    """
    n, d = X.shape
    if targets.shape != (n, n_classes) or weights.shape != (n,):
        raise ValueError(
            f"X {X.shape}, targets {targets.shape} and weights {weights.shape} do not match {n_classes} classes"
        )
    if n_classes == 1:
        return LinearModel(np.zeros((d, 1), np.float32), np.zeros(1, np.float32))
    first = np.zeros((d + 1, n_classes))
    if start is not None and start.coef.shape == (d, n_classes):
        first[:d], first[d] = start.coef, start.intercept
    scale = 1.0 / max(float(weights.sum()), 1.0)
    padded, goals, shares = _with_uniform_row(X, targets, weights)
    found = minimize(
        _loss,
        first.ravel(),
        args=(padded, goals, shares, l2, scale),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": max_iterations, "gtol": 1e-5, "ftol": tolerance, "maxcor": 10},
    )
    solution = found.x.reshape(d + 1, n_classes).astype(np.float32)
    return LinearModel(solution[:d].copy(), solution[d].copy())


def _with_uniform_row(X: Floats, targets: Floats, weights: Weights) -> tuple[Floats, Floats, Weights]:
    """X with a column of ones and a last row of zeros whose target is uniform, with targets and weights to match."""
    n, d = X.shape
    padded = np.zeros((n + 1, d + 1), dtype=np.float32)
    padded[:n, :d] = X
    padded[:, d] = 1
    uniform = np.full((1, targets.shape[1]), 1 / targets.shape[1], dtype=np.float32)
    goals = np.concatenate([targets.astype(np.float32), uniform])
    return padded, goals, np.append(weights, UNIFORM_WEIGHT).astype(np.float32)


def _loss(
    flat: npt.NDArray[np.float64], X: Floats, targets: Floats, weights: Weights, l2: float, scale: float
) -> tuple[float, npt.NDArray[np.float64]]:
    """Value and gradient; the intercept (last row) is not penalised."""
    parameters = flat.reshape(X.shape[1], -1).astype(np.float32)
    logits = X @ parameters
    logits -= logits.max(axis=1, keepdims=True)
    powers = np.exp(logits)
    totals = powers.sum(axis=1, keepdims=True)
    mass = targets.sum(axis=1)
    losses = mass * np.log(totals[:, 0]) - (targets * logits).sum(axis=1)
    gradient = X.T @ (weights[:, None] * (powers / totals * mass[:, None] - targets))
    coef = parameters[:-1]
    gradient[:-1] += np.float32(l2) * coef
    value = float(losses.astype(np.float64) @ weights) + 0.5 * l2 * float(np.vdot(coef, coef))
    return scale * value, (scale * gradient).astype(np.float64).ravel()


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
    n_classes: int,
    rng: np.random.Generator,
    grid: Sequence[float] = L2_GRID,
    folds: int = 5,
) -> float:
    """The largest l2 of the grid whose held-out log loss is within one standard error of the best one's.

    The standard error is of the paired difference, so that a clearly worse value is dropped even when losses vary
    widely. With fewer than ten rows or a single class known there is nothing to compare: the default.
    """
    if len(X) < 10 or int((targets.sum(axis=0) > 0.5).sum()) < 2:
        return DEFAULT_L2
    parts = _parts(targets, rng, folds)
    losses = []
    start: LinearModel | None = None
    for l2 in sorted(grid, reverse=True):
        held_out, start = _held_out(X, targets, weights, parts, n_classes, l2, start)
        losses.append(-(targets * np.log(np.maximum(held_out, 1e-6))).sum(axis=1).astype(np.float64))
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


def out_of_fold(
    X: Floats,
    targets: Floats,
    weights: Weights,
    *,
    n_classes: int,
    l2: float,
    rng: np.random.Generator,
    folds: int = 5,
) -> Floats:
    """Each row's probabilities by a model that has not seen it (n, n_classes); uniform when there is only one row."""
    return _held_out(X, targets, weights, _parts(targets, rng, folds), n_classes, l2, None)[0]


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
    n_classes: int,
    l2: float,
    start: LinearModel | None,
) -> tuple[Floats, LinearModel | None]:
    """Held-out probabilities, and the last model, a good start for the next search."""
    out = np.full((len(X), n_classes), 1 / n_classes, dtype=np.float32)
    model = start
    for part in range(int(parts.max(initial=-1)) + 1):
        rest = parts != part
        if rest.any():
            fitted = fit_linear(
                X[rest],
                targets[rest],
                weights[rest],
                n_classes=n_classes,
                l2=l2,
                start=model,
                tolerance=1e-6,
                max_iterations=30,
            )
            out[~rest] = fitted.predict_proba(X[~rest])
            model = fitted
    return out, model

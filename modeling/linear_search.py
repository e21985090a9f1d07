"""Looks for the weights with the least loss: one L-BFGS search, over the parameters that each head has."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from modeling.later import optimize
from modeling.linear import Floats, LinearModel
from modeling.linear_losses import LOSSES, Doubles, Weights, ordinal_loss, thresholds

# A text without features, seen once as every class: keeps the intercept of a class nobody has given yet finite.
UNIFORM_WEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Rows:
    """X with a last column of ones, (n, d + 1); targets; weights."""

    X: Floats
    targets: Floats
    weights: Weights


def with_uniform_row(X: Floats, targets: Floats, weights: Weights, head: str) -> Rows:
    """The rows, and a last one of zeros whose target is uniform."""
    n, d = X.shape
    padded = np.zeros((n + 1, d + 1), dtype=np.float32)
    padded[:n, :d] = X
    padded[:, d] = 1
    share = 0.5 if head == "sigmoid" else 1 / targets.shape[1]
    goals = np.concatenate([targets, np.full((1, targets.shape[1]), share)]).astype(np.float32)
    return Rows(padded, goals, np.append(weights, UNIFORM_WEIGHT).astype(np.float32))


@dataclass(frozen=True, slots=True)
class Search:
    """How to look for the minimum. `scale` makes tolerances independent of the number of labels."""

    l2: float
    scale: float
    tolerance: float
    max_iterations: int

    def by_class(self, rows: Rows, start: LinearModel | None, head: str) -> LinearModel:
        d, n_classes = rows.X.shape[1] - 1, rows.targets.shape[1]
        first = np.zeros((d + 1, n_classes))
        if start is not None and start.coef.shape == (d, n_classes):
            first[:d], first[d] = start.coef, start.intercept
        loss, has_intercept = LOSSES[head], head != "preference"

        def penalised(flat: Doubles) -> tuple[float, Doubles]:
            """The intercept (last row) is not penalised, and stays 0 where the head has none."""
            parameters = flat.reshape(d + 1, n_classes).astype(np.float32)
            value, gradient = loss(parameters, rows.X, rows.targets, rows.weights)
            coef = parameters[:-1]
            gradient[:-1] += np.float32(self.l2) * coef
            gradient[-1] *= has_intercept
            value += 0.5 * self.l2 * float(np.vdot(coef, coef))
            return self.scale * value, (self.scale * gradient).astype(np.float64).ravel()

        solution = self._least(penalised, first.ravel()).reshape(d + 1, n_classes).astype(np.float32)
        return LinearModel(solution[:d].copy(), solution[d].copy(), head)

    def ordinal(self, rows: Rows, start: LinearModel | None) -> LinearModel:
        d, n_edges = rows.X.shape[1] - 1, rows.targets.shape[1] - 1
        first = np.zeros(d + n_edges)
        first[d] = -0.5 * (n_edges - 1)
        if start is not None and start.coef.shape == (d, 1) and start.intercept.shape == (n_edges,):
            gaps = np.log(np.maximum(np.diff(start.intercept), 1e-6))
            first = np.concatenate([start.coef[:, 0], start.intercept[:1], gaps]).astype(np.float64)
        arguments = (rows.X[:, :d], rows.targets, rows.weights, self.l2, self.scale)
        found = self._least(lambda flat: ordinal_loss(flat, *arguments), first)
        return LinearModel(found[:d, None].astype(np.float32), thresholds(found[d:]).astype(np.float32), "ordinal")

    def _least(self, loss: Callable[[Doubles], tuple[float, Doubles]], first: Doubles) -> Doubles:
        options = {"maxiter": self.max_iterations, "gtol": 1e-5, "ftol": self.tolerance, "maxcor": 10}
        return np.asarray(optimize.minimize(loss, first, jac=True, method="L-BFGS-B", options=options).x)

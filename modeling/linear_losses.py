"""What each head of the linear model minimises: value and gradient at parameters (n_features + 1, n_classes).

The last row of the parameters belongs to the column of ones. `targets` (n, n_classes) and `weights` (n,) are floats.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from modeling.linear import Floats, between, sigmoid

Doubles = npt.NDArray[np.float64]
Weights = npt.NDArray[np.float32]
Loss = Callable[[Floats, Floats, Floats, Weights], tuple[float, Floats]]

LEAST_PROBABILITY = 1e-9
# The exponent of a gap between two thresholds; beyond it a class has no room left, whatever its labels.
WIDEST = 20.0


def softmax_loss(parameters: Floats, X: Floats, targets: Floats, weights: Weights) -> tuple[float, Floats]:
    """Σ weight × cross-entropy(targets, softmax(X @ parameters)), and its gradient."""
    logits = X @ parameters
    logits -= logits.max(axis=1, keepdims=True)
    powers = np.exp(logits)
    totals = powers.sum(axis=1, keepdims=True)
    mass = targets.sum(axis=1)
    losses = mass * np.log(totals[:, 0]) - (targets * logits).sum(axis=1)
    gradient = X.T @ (weights[:, None] * (powers / totals * mass[:, None] - targets))
    return float(losses.astype(np.float64) @ weights), gradient


def sigmoid_loss(parameters: Floats, X: Floats, targets: Floats, weights: Weights) -> tuple[float, Floats]:
    """Σ weight × Σ over classes of the binary cross-entropy, and its gradient: the classes do not touch each other."""
    logits = X @ parameters
    losses = (np.logaddexp(0, logits) - targets * logits).sum(axis=1)
    gradient = X.T @ (weights[:, None] * (sigmoid(logits) - targets))
    return float(losses.astype(np.float64) @ weights), gradient


def ordinal_loss(
    flat: Doubles, X: Floats, targets: Floats, weights: Weights, l2: float, scale: float
) -> tuple[float, Doubles]:
    """Scaled loss of the proportional-odds model and its gradient at (direction, first threshold, log gaps)."""
    d, n_edges = X.shape[1], targets.shape[1] - 1
    direction, edges = flat[:d], thresholds(flat[d:])
    below = edges[None, :] - (X @ direction)[:, None]
    p = np.maximum(between(below), LEAST_PROBABILITY)
    share = weights[:, None] * targets / p
    slope = sigmoid(below)
    slope *= 1 - slope
    per_edge = -(share[:, :-1] - share[:, 1:]) * slope
    value = -float((weights[:, None] * targets * np.log(p)).sum()) + 0.5 * l2 * float(direction @ direction)
    gradient = np.empty_like(flat)
    gradient[:d] = -(X.T @ per_edge.sum(axis=1)) + l2 * direction
    to_right = np.cumsum(per_edge.sum(axis=0)[::-1])[::-1]
    gradient[d] = to_right[0]
    gradient[d + 1 :] = to_right[1:] * np.exp(np.clip(flat[d + 1 : d + n_edges], -WIDEST, WIDEST))
    return scale * value, scale * gradient


def thresholds(parameters: Doubles) -> Doubles:
    """First threshold and the logs of the gaps → thresholds that rise (n_classes - 1,)."""
    gaps = np.exp(np.clip(parameters[1:], -WIDEST, WIDEST))
    return np.concatenate([parameters[:1], parameters[0] + np.cumsum(gaps)])


LOSSES: dict[str, Loss] = {"softmax": softmax_loss, "preference": softmax_loss, "sigmoid": sigmoid_loss}

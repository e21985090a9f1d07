"""The last-layer Laplace posterior: how unsure a linear model is of its own logits.

MacKay 1992 (DOI 10.1162/neco.1992.4.5.720); one covariance shared by all classes, as in Spiegelhalter and Lauritzen's
probit rule: S = (λI + Σ w x xᵀ)⁻¹ with w = (1 - Σ p²) / 2, half the total variance of the class.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modeling.later import linalg, sparse
from modeling.strategies.base import Candidates, Floats, Matrix, products, squares

# Keeps a row of which the model is certain from having no curvature at all.
LEAST_CURVATURE = 1e-4


def curvature(probabilities: Floats) -> Floats:
    """The weight of each row (n,) in the posterior's precision."""
    return np.asarray((1 - (probabilities**2).sum(axis=1)) / 2 + LEAST_CURVATURE, dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Variances and covariances of logits under S = (λI + Σ w x xᵀ)⁻¹, kept as factors in the smaller of two spaces.

    With fewer labelled rows than features S is (I - Aᵀ(λW⁻¹ + AAᵀ)⁻¹A) / λ, which needs inner products only.
    """

    l2: float
    rows: Matrix
    factor: Floats
    is_dual: bool

    def variance(self, A: Matrix) -> Floats:
        """xᵀSx for every row (n,), never negative."""
        parts = np.einsum("mn,mn->n", *([self.whitened(A)] * 2))
        found = (squares(A) - parts) / self.l2 if self.is_dual else parts
        return np.asarray(np.maximum(found, 0), dtype=np.float32)

    def covariance(self, A: Matrix, B: Matrix) -> Floats:
        """aᵀSb for all pairs (n_A, n_B)."""
        return self.between(A, self.whitened(A), B, self.whitened(B))

    def between(self, A: Matrix, whitened_A: Floats, B: Matrix, whitened_B: Floats) -> Floats:
        """The same where the rows have been whitened already, which is most of the work."""
        inner = whitened_A.T @ whitened_B
        found = (products(A, B) - inner) / self.l2 if self.is_dual else inner
        return np.asarray(found, dtype=np.float32)

    def whitened(self, A: Matrix) -> Floats:
        """The rows (·, n_A) in the space of the factor."""
        features = A.toarray() if sparse.issparse(A) and not self.is_dual else A
        sides = products(self.rows, A) if self.is_dual else features.T
        return np.asarray(linalg.solve_triangular(self.factor, sides, lower=True), dtype=np.float32)


def posterior(candidates: Candidates) -> Posterior:
    """The posterior after the labels; before the first one it is the prior."""
    A = candidates.labeled
    w = curvature(candidates.labeled_probabilities) * candidates.weights + LEAST_CURVATURE
    m, d = A.shape
    if m < d:
        gram = products(A, A).astype(np.float64)
        gram[np.diag_indices_from(gram)] += candidates.l2 / w
        return Posterior(candidates.l2, A, _lower(gram), is_dual=True)
    weighted = sparse.diags(w) @ A if sparse.issparse(A) else A * w[:, None]
    precision = products(A.T, weighted.T).astype(np.float64)
    precision[np.diag_indices_from(precision)] += candidates.l2
    return Posterior(candidates.l2, A, _lower(precision), is_dual=False)


def _lower(matrix: npt.NDArray[np.float64]) -> Floats:
    return np.asarray(np.linalg.cholesky(matrix), dtype=np.float32)

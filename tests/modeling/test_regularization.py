"""λ in the loop: how far few labels may move it, and when it is measured again."""

import numpy as np
import pytest

from modeling.linear_fit import DEFAULT_L2
from modeling.regularization import Penalty, is_due, remeasured

N_FEW, N_MANY = 120, 400


def chance(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Answers that nothing in the vectors explains: the more λ, the better."""
    rng = np.random.default_rng(5)
    return rng.normal(size=(n, 16)).astype(np.float32), np.eye(2, dtype=np.float32)[rng.integers(0, 2, n)], np.ones(n)


def followed(penalty: Penalty, n: int, n_times: int) -> list[float]:
    """λ after every measurement, the labels grown enough each time."""
    found = []
    for _ in range(n_times):
        penalty = remeasured(Penalty(penalty.l2, 0), *chance(n), rng=np.random.default_rng(1))
        found.append(penalty.l2)
    return found


def test_few_labels_never_raise_it_above_the_default() -> None:
    assert followed(Penalty(), N_FEW, 2) == [DEFAULT_L2, DEFAULT_L2]


def test_it_follows_step_by_step() -> None:
    assert followed(Penalty(0.1), N_FEW, 3) == [0.3, 1.0, 1.0]
    assert followed(Penalty(0.1), N_MANY, 4) == [0.3, 1.0, 3.0, 3.0]


@pytest.mark.parametrize(("n_before", "n", "due"), [(0, 0, False), (0, 1, True), (100, 129, False), (100, 130, True)])
def test_it_is_measured_again_when_labels_have_grown_by_three_tenths(n_before: int, n: int, due: bool) -> None:
    assert is_due(Penalty(1.0, n_before), n) is due


def test_with_nothing_to_compare_it_stays() -> None:
    X, targets, weights = chance(6)
    assert remeasured(Penalty(), X, targets, weights, rng=np.random.default_rng(0)) == Penalty(DEFAULT_L2, 6)

"""The linear model against scikit-learn, and where there is little to learn from."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from modeling.linear import LinearModel
from modeling.linear_fit import L2_GRID, choose_l2, fit_linear, next_l2, out_of_fold


def unit_rows(n: int, d: int, rng: np.random.Generator) -> np.ndarray:
    X = rng.normal(size=(n, d)).astype(np.float32)
    return X / np.linalg.norm(X, axis=1, keepdims=True)


def one_hot(classes: np.ndarray, n_classes: int) -> np.ndarray:
    return np.eye(n_classes, dtype=np.float32)[classes]


def three_classes(n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    X = unit_rows(n, 8, rng)
    return X, (X @ rng.normal(size=(8, 3)) + 0.3 * rng.normal(size=(n, 3))).argmax(axis=1)


@pytest.mark.parametrize("l2", [0.3, 3.0])
def test_agrees_with_scikit_learn_on_hard_labels(l2: float) -> None:
    X, y = three_classes()
    weights = np.random.default_rng(1).uniform(0.5, 2, len(X)).astype(np.float32)
    ours = fit_linear(X, one_hot(y, 3), weights, n_classes=3, l2=l2)
    theirs = LogisticRegression(C=1 / l2, tol=1e-8, max_iter=2000).fit(X, y, sample_weight=weights)
    assert np.abs(ours.predict_proba(X) - theirs.predict_proba(X)).max() < 0.02


def test_a_soft_target_is_two_weighted_rows() -> None:
    X, y = three_classes(60)
    soft = 0.7 * one_hot(y, 3) + 0.3 * one_hot((y + 1) % 3, 3)
    once = fit_linear(X, soft, np.ones(60, np.float32), n_classes=3, l2=1)
    targets = np.concatenate([one_hot(y, 3), one_hot((y + 1) % 3, 3)])
    weights = np.repeat([0.7, 0.3], 60).astype(np.float32)
    twice = fit_linear(np.concatenate([X, X]), targets, weights, n_classes=3, l2=1)
    assert np.abs(once.predict_proba(X) - twice.predict_proba(X)).max() < 5e-3


def test_warm_start_ends_in_the_same_place() -> None:
    X, y = three_classes()
    half = fit_linear(X[:200], one_hot(y[:200], 3), np.ones(200, np.float32), n_classes=3, l2=1)
    cold = fit_linear(X, one_hot(y, 3), np.ones(400, np.float32), n_classes=3, l2=1)
    warm = fit_linear(X, one_hot(y, 3), np.ones(400, np.float32), n_classes=3, l2=1, start=half)
    assert np.abs(cold.predict_proba(X) - warm.predict_proba(X)).max() < 5e-3


def test_a_start_of_another_shape_is_ignored() -> None:
    X, y = three_classes(50)
    start = LinearModel(np.zeros((5, 2), np.float32), np.zeros(2, np.float32))
    model = fit_linear(X, one_hot(y, 3), np.ones(50, np.float32), n_classes=3, l2=1, start=start)
    assert model.coef.shape == (8, 3)


def test_out_of_fold_remembers_nothing_where_the_search_ends_early() -> None:
    """Answers that are pure chance, more numbers than rows and hardly a penalty: nothing can be known of a row."""
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(300, 400)).astype(np.float32), rng.integers(0, 2, 300)
    unseen = out_of_fold(X, one_hot(y, 2), np.ones(300, np.float32), l2=1e-4, rng=rng)
    assert (unseen.argmax(axis=1) == y).mean() < 0.6


@pytest.mark.parametrize("n", [0, 1, 5, 500])
def test_one_class_known_only(n: int) -> None:
    X = unit_rows(n, 4, np.random.default_rng(0))
    model = fit_linear(X, one_hot(np.zeros(n, int), 3), np.ones(n, np.float32), n_classes=3, l2=1)
    p = model.predict_proba(unit_rows(20, 4, np.random.default_rng(1)))
    assert np.isfinite(p).all()
    assert np.allclose(p.sum(axis=1), 1, atol=1e-5)
    assert (p[:, 1:] > 1e-5).all()
    assert np.allclose(p[:, 0], 1 / 3) if n == 0 else p[:, 0].min() > 1 / 3


def test_a_single_declared_class() -> None:
    model = fit_linear(
        np.ones((3, 2), np.float32), np.ones((3, 1), np.float32), np.ones(3, np.float32), n_classes=1, l2=1
    )
    assert np.array_equal(model.predict_proba(np.ones((2, 2), np.float32)), np.ones((2, 1)))


@settings(max_examples=30)
@given(st.integers(1, 20), st.integers(2, 5), st.integers(0, 2**16))
def test_rows_sum_to_one_and_row_order_does_not_matter(n: int, k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, targets = unit_rows(n, 6, rng), rng.dirichlet(np.ones(k), n).astype(np.float32)
    weights, order = rng.uniform(0, 1, n).astype(np.float32), rng.permutation(n)
    p = fit_linear(X, targets, weights, n_classes=k, l2=1).predict_proba(X)
    q = fit_linear(X[order], targets[order], weights[order], n_classes=k, l2=1).predict_proba(X)
    assert np.allclose(p.sum(axis=1), 1, atol=1e-5)
    assert np.abs(p - q).max() < 1e-3


def test_shapes_are_checked() -> None:
    with pytest.raises(ValueError, match="do not match"):
        fit_linear(np.ones((3, 2), np.float32), np.ones((2, 2), np.float32), np.ones(3, np.float32), n_classes=2, l2=1)


def test_stored_copy_is_the_same() -> None:
    X, y = three_classes(40)
    model = fit_linear(X, one_hot(y, 3), np.ones(40, np.float32), n_classes=3, l2=1)
    assert np.array_equal(LinearModel.load(model.dump()).logits(X), model.logits(X))


def test_more_noise_means_more_regularisation() -> None:
    rng = np.random.default_rng(0)
    X, y = three_classes()
    guesses = rng.integers(0, 3, len(y))
    ones = np.ones(len(X), np.float32)
    clean = choose_l2(X, one_hot(y, 3), ones, rng=np.random.default_rng(1))
    noise = choose_l2(X, one_hot(guesses, 3), ones, rng=np.random.default_rng(1))
    assert clean == min(L2_GRID)
    assert noise == max(L2_GRID)


def test_too_little_to_choose_from() -> None:
    X, ones = unit_rows(50, 4, np.random.default_rng(0)), np.ones(50, np.float32)
    rng = np.random.default_rng(0)
    assert choose_l2(X, one_hot(np.zeros(50, int), 2), ones, rng=rng) == 1.0
    assert choose_l2(X[:3], one_hot(np.array([0, 1, 0]), 2), ones[:3], rng=rng) == 1.0


def test_out_of_fold_does_not_see_the_row() -> None:
    """Labels without any pattern: a model that has seen them does well, one that has not cannot."""
    rng = np.random.default_rng(0)
    X, y = unit_rows(200, 150, rng), rng.integers(0, 2, 200)
    ones = np.ones(200, np.float32)
    seen = fit_linear(X, one_hot(y, 2), ones, n_classes=2, l2=0.1).predict_proba(X)
    unseen = out_of_fold(X, one_hot(y, 2), ones, l2=0.1, rng=rng)
    assert (seen.argmax(axis=1) == y).mean() > 0.9
    assert 0.35 < (unseen.argmax(axis=1) == y).mean() < 0.65


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_out_of_fold_with_few_rows(n: int) -> None:
    X, ones = unit_rows(n, 4, np.random.default_rng(0)), np.ones(n, np.float32)
    p = out_of_fold(X, one_hot(np.arange(n) % 2, 2), ones, l2=1, rng=np.random.default_rng(0))
    assert p.shape == (n, 2)
    assert np.allclose(p.sum(axis=1), 1)


@pytest.mark.parametrize(
    ("now", "chosen", "step"), [(1.0, 0.1, 0.3), (1.0, 3.0, 3.0), (0.3, 0.3, 0.3), (0.5, 3.0, 1.0)]
)
def test_l2_moves_one_step_at_a_time(now: float, chosen: float, step: float) -> None:
    assert next_l2(now, chosen) == step

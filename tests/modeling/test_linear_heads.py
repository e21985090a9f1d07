"""The heads of the linear model that are not softmax: several classes at once, points in a row, the better of two."""

import numpy as np
import pytest
from scipy.optimize import check_grad
from sklearn.linear_model import LogisticRegression

from modeling.linear import HEADS, LinearModel
from modeling.linear_fit import L2_GRID, choose_l2, fit_linear, out_of_fold
from modeling.linear_losses import ordinal_loss, thresholds
from tests.modeling.test_linear import one_hot, unit_rows


def ones(n: int) -> np.ndarray:
    return np.ones(n, np.float32)


def points(n: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Vectors, and points 0 to 4 that rise along one direction."""
    rng = np.random.default_rng(3)
    X = unit_rows(n, 6, rng)
    position = 6 * X[:, 0] + rng.logistic(size=n)
    return X, np.digitize(position, [-3, -1, 1, 3])


class TestSigmoid:
    def test_is_one_logistic_regression_a_class(self) -> None:
        rng = np.random.default_rng(0)
        X = unit_rows(400, 5, rng)
        targets = (X @ rng.normal(size=(5, 3)) + 0.3 * rng.normal(size=(400, 3)) > 0.2).astype(np.float32)
        ours = fit_linear(X, targets, ones(400), n_classes=3, l2=0.5, head="sigmoid")
        for k in range(3):
            theirs = LogisticRegression(C=2, tol=1e-8, max_iter=2000).fit(X, targets[:, k])
            assert np.abs(ours.predict_proba(X)[:, k] - theirs.predict_proba(X)[:, 1]).max() < 0.02

    def test_any_number_of_classes_may_be_likely(self) -> None:
        X = np.repeat(np.eye(2, dtype=np.float32), 40, axis=0)
        targets = np.repeat(np.array([[1, 1, 0], [0, 0, 0]], dtype=np.float32), 40, axis=0)
        model = fit_linear(X, targets, ones(80), n_classes=3, l2=0.1, head="sigmoid")
        assert (model.predict_proba(np.eye(2, dtype=np.float32)) > 0.5).tolist() == [[True, True, False], [False] * 3]

    def test_one_class_is_enough(self) -> None:
        X = np.repeat(np.eye(2, dtype=np.float32), 20, axis=0)
        targets = np.repeat(np.array([[1], [0]], dtype=np.float32), 20, axis=0)
        model = fit_linear(X, targets, ones(40), n_classes=1, l2=0.1, head="sigmoid")
        p = model.predict_proba(X)[:, 0]
        assert p[0] > 0.8
        assert p[-1] < 0.2


class TestOrdinal:
    @pytest.mark.parametrize("seed", range(3))
    def test_its_gradient_is_the_slope_of_its_loss(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        X, targets = rng.normal(size=(20, 3)), rng.dirichlet(np.ones(4), size=20)
        weights = rng.uniform(0.2, 2, 20)

        def value(flat: np.ndarray) -> float:
            return ordinal_loss(flat, X, targets, weights, 0.7, 1.0)[0]

        def gradient(flat: np.ndarray) -> np.ndarray:
            return ordinal_loss(flat, X, targets, weights, 0.7, 1.0)[1]

        at = rng.normal(size=6)
        assert check_grad(value, gradient, at) < 1e-4 * np.abs(gradient(at)).max()

    def test_finds_the_direction_and_the_thresholds(self) -> None:
        X, y = points()
        model = fit_linear(X, one_hot(y, 5), ones(len(X)), n_classes=5, l2=1e-3, head="ordinal")
        assert model.n_classes == 5
        assert np.abs(model.coef[:, 0] - [6, 0, 0, 0, 0, 0]).max() < 1
        assert np.abs(model.intercept - [-3, -1, 1, 3]).max() < 0.6

    def test_probabilities_sum_to_one_and_a_point_without_labels_keeps_one(self) -> None:
        X, y = points()
        y[y == 2] = 1
        p = fit_linear(X, one_hot(y, 5), ones(len(X)), n_classes=5, l2=1, head="ordinal").predict_proba(X)
        assert np.abs(p.sum(axis=1) - 1).max() < 1e-5
        assert (p > 0).all()
        assert p[:, 2].max() < 0.05

    def test_needs_fewer_labels_than_softmax_where_points_are_in_a_row(self) -> None:
        X, y = points(1040)
        some, rest = slice(0, 40), slice(40, None)
        loss = {}
        for head in ("softmax", "ordinal"):
            model = fit_linear(X[some], one_hot(y[some], 5), ones(40), n_classes=5, l2=0.3, head=head)
            loss[head] = -np.log(model.predict_proba(X[rest])[np.arange(1000), y[rest]]).mean()
        assert loss["ordinal"] < loss["softmax"]

    def test_all_labels_equal_and_a_single_point(self) -> None:
        X, _ = points(20)
        model = fit_linear(X, one_hot(np.full(20, 4), 5), ones(20), n_classes=5, l2=1, head="ordinal")
        assert (model.predict_proba(X).argmax(axis=1) == 4).all()
        alone = fit_linear(X, ones(20)[:, None], ones(20), n_classes=1, l2=1, head="ordinal")
        assert alone.predict_proba(X).tolist() == [[1.0]] * 20

    def test_thresholds_rise(self) -> None:
        assert thresholds(np.array([-1.0, 0.0, np.log(2)])).tolist() == pytest.approx([-1, 0, 2])


def test_swapping_the_sides_of_a_preference_swaps_its_probabilities() -> None:
    rng = np.random.default_rng(5)
    first, second = unit_rows(200, 4, rng), unit_rows(200, 4, rng)
    better = ((first - second)[:, 0] < 0).astype(int)
    X = first - second
    model = fit_linear(X, one_hot(better, 2), ones(200), n_classes=2, l2=0.3, head="preference")
    p, swapped = model.predict_proba(X), model.predict_proba(-X)
    assert np.abs(p - swapped[:, ::-1]).max() < 1e-6
    assert (p.argmax(axis=1) == better).mean() > 0.95
    assert np.abs(model.predict_proba(np.zeros((1, 4), np.float32)) - 0.5).max() < 1e-6


@pytest.mark.parametrize("head", HEADS)
class TestEveryHead:
    def examples(self, head: str) -> tuple[np.ndarray, np.ndarray]:
        X, y = points(150)
        return (X, one_hot(y // 3, 2)) if head == "preference" else (X, one_hot(y, 5))

    def test_comes_back_from_its_arrays(self, head: str) -> None:
        X, targets = self.examples(head)
        model = fit_linear(X, targets, ones(150), n_classes=targets.shape[1], l2=1, head=head)
        again = LinearModel.load(model.dump(), head)
        assert again.predict_proba(X).tolist() == model.predict_proba(X).tolist()

    def test_a_start_changes_nothing_but_the_way(self, head: str) -> None:
        X, targets = self.examples(head)
        options = {"n_classes": targets.shape[1], "l2": 1.0, "head": head}
        start = fit_linear(X[:70], targets[:70], ones(70), **options)
        cold, warm = (fit_linear(X, targets, ones(150), start=one, **options) for one in (None, start))
        assert np.abs(cold.predict_proba(X) - warm.predict_proba(X)).max() < 5e-3

    def test_is_chosen_and_measured_by_folds(self, head: str) -> None:
        X, targets = self.examples(head)
        rng = np.random.default_rng(1)
        n_classes = targets.shape[1]
        assert choose_l2(X, targets, ones(150), rng=rng, head=head) in L2_GRID
        held_out = out_of_fold(X, targets, ones(150), l2=0.1, rng=rng, head=head)
        assert (held_out.argmax(axis=1) == targets.argmax(axis=1)).mean() > 1.3 / n_classes

    def test_works_without_rows(self, head: str) -> None:
        X, targets = self.examples(head)
        empty = fit_linear(X[:0], targets[:0], ones(0), n_classes=targets.shape[1], l2=1, head=head)
        assert np.isfinite(empty.predict_proba(X)).all()


def test_an_unknown_head_is_refused() -> None:
    with pytest.raises(ValueError, match="no head"):
        LinearModel.load({"coef": np.zeros((1, 1)), "intercept": np.zeros(1)}, "tanh")

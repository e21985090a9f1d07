"""One contract for every strategy by name, dense and sparse, then what each is known for."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from modeling.cost import per_cost
from modeling.linear import softmax
from modeling.linear_fit import fit_linear
from modeling.strategies import STRATEGIES, Candidates, choose
from modeling.strategies.base import Strategy
from modeling.strategies.bayesian import _largest_shares, variance_reduction
from modeling.strategies.laplace import curvature, posterior

NAMES = sorted(STRATEGIES)
FORMS = {"dense": np.asarray, "sparse": sparse.csr_matrix}


class Logistic:
    """scikit-learn's own, for it takes sparse rows."""

    def __init__(self, X: Any, targets: np.ndarray, weights: np.ndarray) -> None:
        self.n_classes = targets.shape[1]
        self.model = LogisticRegression(C=1.0, max_iter=200).fit(X, targets.argmax(axis=1), weights)

    def predict_proba(self, X: Any) -> np.ndarray:
        out = np.zeros((X.shape[0], self.n_classes), dtype=np.float32)
        out[:, self.model.classes_] = self.model.predict_proba(X)
        return out


def world(form: str = "dense", n: int = 60, d: int = 6, n_labeled: int = 24, seed: int = 0) -> Candidates:
    """Three blobs; d above n_labeled makes the posterior take its dual form."""
    rng = np.random.default_rng(seed)
    centres = 1.2 * np.eye(3, d)

    def blob(n: int) -> tuple[np.ndarray, np.ndarray]:
        y = np.arange(n) % 3
        return (centres[y] + 0.6 * rng.normal(size=(n, d))).astype(np.float32), np.eye(3, dtype=np.float32)[y]

    (X, _), (labeled, targets), (reference, _) = blob(n), blob(n_labeled), blob(40)
    weights = np.ones(n_labeled, dtype=np.float32)
    model = fit_linear(labeled, targets, weights, n_classes=3, l2=1.0)
    make = FORMS[form]
    return Candidates(
        X=make(X), probabilities=model.predict_proba(X), labeled=make(labeled),
        labeled_probabilities=model.predict_proba(labeled), targets=targets, weights=weights,
        reference=make(reference), reference_probabilities=model.predict_proba(reference), l2=1.0, fit=Logistic,
    )  # fmt: skip


class Nearest:
    """One that takes no weights."""

    def __init__(self, X: Any, targets: np.ndarray, weights: np.ndarray) -> None:
        self.model = KNeighborsClassifier(3).fit(X, targets.argmax(axis=1))

    def predict_proba(self, X: Any) -> np.ndarray:
        return self.model.predict_proba(X)


def rearranged(candidates: Candidates, order: np.ndarray) -> Candidates:
    given = {name: getattr(candidates, name) for name in Candidates.__slots__}
    return Candidates(**given | {"X": candidates.X[order], "probabilities": candidates.probabilities[order]})


def copies(candidates: Candidates) -> list[np.ndarray]:
    arrays = [getattr(candidates, name) for name in Candidates.__slots__ if name not in ("l2", "fit")]
    return [array.toarray() if sparse.issparse(array) else array.copy() for array in arrays]


@pytest.mark.parametrize("d", [6, 40])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_contract(name: str, form: str, d: int) -> None:
    """Finite scores that follow their items, batches without repetition, the same from one seed; nothing changed."""
    candidates, strategy = world(form, d=d), STRATEGIES[name]
    before = copies(candidates)
    scores = strategy.score(candidates, np.random.default_rng(1))
    assert scores.shape == (60,)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()
    order = np.random.default_rng(2).permutation(60)
    moved = strategy.score(rearranged(candidates, order), np.random.default_rng(1))
    assert np.allclose(moved, scores[order], atol=1e-4)
    ranked = choose(strategy, candidates, 10, np.random.default_rng(3))
    assert len(ranked.places) == len(set(ranked.places.tolist())) == len(ranked.scores) == 10
    assert np.array_equal(ranked.places, choose(strategy, candidates, 10, np.random.default_rng(3)).places)
    assert sorted(choose(strategy, candidates, 999, np.random.default_rng(4)).places) == list(range(60))
    assert all(np.array_equal(a, b) for a, b in zip(before, copies(candidates), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_dense_and_sparse_agree(name: str) -> None:
    one, other = (STRATEGIES[name].score(world(form), np.random.default_rng(1)) for form in FORMS)
    assert np.allclose(one, other, atol=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_equal_items_are_told_apart_by_chance(name: str) -> None:
    candidates = rearranged(world(), np.zeros(30, dtype=int))
    firsts = {int(choose(STRATEGIES[name], candidates, 1, np.random.default_rng(seed)).places[0]) for seed in range(12)}
    assert len(firsts) > 3


@pytest.mark.parametrize("name", NAMES)
def test_the_best_score_comes_first(name: str) -> None:
    candidates = world()
    scores = STRATEGIES[name].score(candidates, np.random.default_rng(5))
    first = choose(STRATEGIES[name], candidates, 5, np.random.default_rng(5)).places[0]
    assert scores[first] >= np.sort(scores)[-1] - 1e-5


@pytest.mark.parametrize(
    "name",
    [name for name in NAMES if name not in ("random", "core_set", "ranked_batch", "rare_class", "kl_disagreement")],
)
def test_the_undecided_item_beats_the_certain_one(name: str) -> None:
    """An item between two classes and one far inside a class, equally far from the origin."""
    candidates = world()
    sides = np.zeros((2, 6), dtype=np.float32)
    sides[0, :2], sides[1, 0] = 1, np.sqrt(2)
    model = fit_linear(candidates.labeled, candidates.targets, candidates.weights, n_classes=3, l2=0.1)
    given = {field: getattr(candidates, field) for field in Candidates.__slots__}
    pair = Candidates(**given | {"X": sides, "probabilities": model.predict_proba(sides)})
    between, inside = STRATEGIES[name].score(pair, np.random.default_rng(0))
    assert between >= inside


def test_without_labels_every_strategy_still_answers() -> None:
    candidates = world(n_labeled=24)
    given = {name: getattr(candidates, name) for name in Candidates.__slots__}
    nothing = {name: given[name][:0] for name in ("labeled", "labeled_probabilities", "targets", "weights")}

    def prior(X: Any, targets: np.ndarray, weights: np.ndarray) -> Any:
        return fit_linear(X, targets, weights, n_classes=3, l2=1.0)

    empty = Candidates(**given | nothing | {"fit": prior})
    for name in NAMES:
        assert len(choose(STRATEGIES[name], empty, 5, np.random.default_rng(0)).places) == 5, name


def test_both_forms_of_the_posterior_are_the_inverse() -> None:
    for d in (6, 40):
        candidates = world(d=d)
        A = candidates.labeled.astype(np.float64)
        w = curvature(candidates.labeled_probabilities) + 1e-4
        S = np.linalg.inv(np.eye(d) + (A * w[:, None]).T @ A)
        found = posterior(candidates)
        assert found.is_dual == (d == 40)
        X, R = candidates.X.astype(np.float64), candidates.reference.astype(np.float64)
        assert np.allclose(found.covariance(candidates.X, candidates.reference), X @ S @ R.T, atol=1e-4)
        assert np.allclose(found.variance(candidates.X), ((X @ S) * X).sum(axis=1), atol=1e-4)


def test_a_greedy_batch_knows_what_it_has_chosen() -> None:
    """The second pick of the batch is the best one after the first was really labelled, not the second of the list."""
    candidates = world()
    batch = choose(STRATEGIES["variance_reduction"], candidates, 2, np.random.default_rng(0))
    first = int(batch.places[0])
    given = {name: getattr(candidates, name) for name in Candidates.__slots__}
    grown = Candidates(
        **given
        | {
            "labeled": np.vstack([candidates.labeled, candidates.X[first]]),
            "labeled_probabilities": np.vstack([candidates.labeled_probabilities, candidates.probabilities[first]]),
            "targets": np.vstack([candidates.targets, candidates.targets[0]]),
            "weights": np.ones(25, dtype=np.float32),
        }
    )
    after = variance_reduction(grown, np.random.default_rng(0))
    after[first] = -1
    assert batch.places[1] == after.argmax()


def test_core_set_takes_the_farthest_and_then_the_farthest_from_that() -> None:
    candidates = world()
    given = {name: getattr(candidates, name) for name in Candidates.__slots__}
    line = np.zeros((4, 6), dtype=np.float32)
    line[:, 0] = [1, 5, 10, 10.5]
    origin = {"labeled": np.zeros((24, 6), np.float32), "X": line, "probabilities": np.full((4, 3), 1 / 3, "f4")}
    ranked = choose(STRATEGIES["core_set"], Candidates(**given | origin), 2, np.random.default_rng(0))
    assert ranked.places.tolist() == [3, 1]


def test_multilabel_scores_worked_by_hand() -> None:
    candidates = world()
    given = {name: getattr(candidates, name) for name in Candidates.__slots__}
    p = np.array([[0.9, 0.5], [0.9, 0.1]], dtype=np.float32)
    pair = Candidates(**given | {"X": np.zeros((2, 6), "f4"), "probabilities": p, "targets": np.zeros((24, 2), "f4")})
    rng = np.random.default_rng(0)
    assert np.allclose(STRATEGIES["min_confidence"].score(pair, rng), [0.5, 0.1])
    assert np.allclose(STRATEGIES["average_confidence"].score(pair, rng), [0.3, 0.1])
    assert np.allclose(STRATEGIES["max_loss"].score(pair, rng), [1, 0], atol=1e-5)
    second_alone = 1 + np.log(9) + 1
    assert np.allclose(STRATEGIES["mean_max_loss"].score(pair, rng), [(1 + second_alone) / 2, 0], atol=1e-4)


def test_cost_by_its_root_within_bounds() -> None:
    scores = per_cost(np.ones(5, np.float32), np.array([1, 1, 4, 16, 1000], np.float32))
    assert np.allclose(scores, [2, 2, 1, 0.5, 0.5])
    assert per_cost(np.array([-1.0, -1.0, -1.0], np.float32), np.array([1, 4, 9.0], np.float32)).argmax() == 0
    with pytest.raises(ValueError, match="positive"):
        per_cost(np.ones(1, np.float32), np.zeros(1, np.float32))


def test_cost_changes_the_order() -> None:
    candidates = world()
    seconds = np.where(np.arange(60) < 30, 1.0, 100.0).astype(np.float32)
    ranked = choose(STRATEGIES["random"], candidates, 10, np.random.default_rng(0), seconds)
    assert len(ranked.places) == 10
    dear = choose(STRATEGIES["entropy"], candidates, 20, np.random.default_rng(0)).places >= 30
    thrifty = choose(STRATEGIES["entropy"], candidates, 20, np.random.default_rng(0), seconds).places >= 30
    assert thrifty.sum() < dear.sum()


def test_a_strategy_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="60 scores"):
        choose(Strategy(lambda candidates, rng: np.zeros(3, np.float32)), world(), 5, np.random.default_rng(0))


def test_arrays_that_do_not_match_are_refused() -> None:
    candidates = world()
    given = {name: getattr(candidates, name) for name in Candidates.__slots__}
    with pytest.raises(ValueError, match="weights"):
        Candidates(**given | {"weights": np.ones(3, np.float32)})


@pytest.mark.parametrize("name", ["vote_entropy", "kl_disagreement"])
def test_a_committee_disagrees_also_where_the_classifier_takes_no_weights(name: str) -> None:
    candidates = replace(world(), fit=Nearest)
    assert np.unique(STRATEGIES[name].score(candidates, np.random.default_rng(1))).size > 3


def test_every_class_is_tried_as_if_alone() -> None:
    rng = np.random.default_rng(0)
    logits, gain = rng.normal(size=(30, 5)).astype(np.float32), rng.normal(size=30).astype(np.float32)
    one_each = np.stack([softmax(logits + gain[:, None] * row).max(axis=1) for row in np.eye(5)], axis=1)
    assert np.allclose(_largest_shares(logits, gain), one_each, atol=1e-5)

"""One contract for every acquisition score and for the batch rule, then what each is known for."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeling.acquisition import entropy, least_confidence, margin
from modeling.batches import Choice, Kind, rank_team
from modeling.class_needs import believed_counts, needy_classes
from modeling.clusters import k_means

SCORES = [least_confidence, margin, entropy]


@pytest.mark.parametrize("score", SCORES)
@settings(max_examples=40)
@given(seed=st.integers(0, 2**16), n=st.integers(1, 30), k=st.integers(2, 6))
def test_score_contract(score: Callable[[np.ndarray], np.ndarray], seed: int, n: int, k: int) -> None:
    """Finite, highest for the uniform row, lowest for the certain one, permuted with items, blind to class order."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(k), n).astype(np.float32)
    before, scores = p.copy(), score(p)
    assert scores.shape == (n,)
    assert np.isfinite(scores).all()
    assert np.array_equal(p, before)
    order, classes = rng.permutation(n), rng.permutation(k)
    assert np.array_equal(score(p[order]), scores[order])
    assert np.allclose(score(p[:, classes]), scores, atol=1e-6)
    uniform, certain = score(np.full((1, k), 1 / k)), score(np.eye(k)[:1])
    assert (scores <= uniform + 1e-5).all()
    assert (scores >= certain - 1e-5).all()


def test_hand_worked_scores() -> None:
    p = np.array([[0.5, 0.3, 0.2], [0.45, 0.45, 0.1]])
    assert np.allclose(least_confidence(p), [0.5, 0.55])
    assert np.allclose(margin(p), [0.8, 1.0])
    assert np.allclose(entropy(np.array([[0.5, 0.5]])), np.log(2))
    assert np.array_equal(margin(np.ones((2, 1))), np.zeros(2))


def pool(n: int = 400, k: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 8)).astype(np.float32)
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    return X, rng.dirichlet(np.full(k, 0.5), n).astype(np.float32)


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**16),
    n_candidates=st.integers(0, 60),
    counts=st.lists(st.integers(0, 40), min_size=3, max_size=3),
    batch=st.integers(1, 20),
    n_wanted=st.integers(0, 80),
)
def test_queue_contract(seed: int, n_candidates: int, counts: list[int], batch: int, n_wanted: int) -> None:
    """Only candidates, none twice, as many as wanted if there are; same seed, same queue; arguments untouched."""
    X, p = pool(80)
    candidates = np.random.default_rng(seed).permutation(80)[:n_candidates]
    kept = [array.copy() for array in (X, p, candidates)]

    def ranked() -> np.ndarray:
        return rank_team(
            X=X, probabilities=p, candidates=candidates, labeled_counts=np.array(counts), batch=batch,
            n_wanted=n_wanted, rng=np.random.default_rng(seed),
        ).rows  # fmt: skip

    rows = ranked()
    assert len(rows) == len(set(rows.tolist())) == min(n_wanted, n_candidates)
    assert set(rows.tolist()) <= set(candidates.tolist())
    assert np.array_equal(rows, ranked())
    assert all(np.array_equal(a, b) for a, b in zip(kept, (X, p, candidates), strict=True))


def choose(X: np.ndarray, p: np.ndarray, counts: list[int], n_slots: int, seed: int = 0) -> Choice:
    return rank_team(
        X=X, probabilities=p, candidates=np.arange(len(X)), labeled_counts=np.array(counts), batch=n_slots,
        n_wanted=n_slots, rng=np.random.default_rng(seed),
    )  # fmt: skip


def test_one_slot_is_plain_margin() -> None:
    X, p = pool()
    choice = choose(X, p, [50, 50, 50], 1)
    assert choice.rows[0] == margin(p).argmax()
    assert choice.kinds[0] == Kind.UNCERTAIN
    assert choice.scores[0] == margin(p).max()


def test_equal_scores_are_broken_by_chance() -> None:
    X, _ = pool()
    p = np.full((400, 3), 1 / 3, dtype=np.float32)
    assert len({int(choose(X, p, [50, 50, 50], 1, seed).rows[0]) for seed in range(20)}) > 10


def test_while_a_class_is_nowhere_likely_questions_are_random() -> None:
    """Doubt near the wrong answers of a class that nobody has met would lead away from it."""
    X, p = pool(k=2)
    p = np.column_stack([0.6 + 0.4 * p[:, 0], 0.4 - 0.4 * p[:, 0]]).astype(np.float32)
    assert (choose(X, p, [30, 20], 20).kinds == Kind.RANDOM).all()
    later = choose(X, p, [140, 60], 80).kinds
    assert 15 <= (later == Kind.RANDOM).sum() <= 25, "a quarter, for it is rare or does not exist"
    p[7] = [0.45, 0.55]
    assert not (choose(X, p, [30, 20], 20).kinds == Kind.RANDOM).any()


def test_one_class_of_many_that_is_nowhere_likely_leaves_questions_to_the_others() -> None:
    X, p = pool(k=5)
    p = np.column_stack([p[:, :4] + p[:, 4:] / 4, np.zeros(len(p))]).astype(np.float32)
    kinds = choose(X, p, [12, 12, 12, 12, 2], 20).kinds
    assert 0.3 < (kinds[kinds != Kind.RARE] == Kind.RANDOM).mean() < 0.5, "two fifths of what is not looked for"


def test_wrong_answers_do_not_make_a_rare_class_well_known() -> None:
    """Ten answers of the second class, four of them on rows that the model holds for the first."""
    answers = np.array([[0.8, 0.2]] * 20 + [[0.2, 0.8]] * 10, np.float32)
    model = np.array([[0.95, 0.05]] * 24 + [[0.1, 0.9]] * 6, np.float32)
    assert believed_counts(answers, model)[1] == pytest.approx(20 * 0.01299 + 4 * 0.17391 + 6 * 0.97297, abs=0.01)
    assert np.allclose(believed_counts(answers, np.full((30, 2), 0.5)), answers.sum(axis=0))


def test_batch_is_uncertain_and_spread() -> None:
    """Five far-apart groups of uncertain items, one of them large: a batch of five asks one of each."""
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(5), [40, 10, 10, 10, 10])
    X = np.vstack([np.eye(8)[group] + 0.01 * rng.normal(size=(80, 8)), np.tile(np.eye(8)[7], (320, 1))]).astype(
        np.float32
    )
    p = np.where(np.arange(400)[:, None] < 80, [[0.5, 0.5]], [[0.99, 0.01]]).astype(np.float32)
    rows = choose(X, p, [50, 50], 5).rows
    assert sorted(group[rows]) == [0, 1, 2, 3, 4]


def test_a_rare_class_is_looked_for() -> None:
    X, p = pool()
    choice = choose(X, p, [100, 100, 2], 20)
    rare = choice.rows[choice.kinds == Kind.RARE]
    assert 3 <= len(rare) <= 8
    assert set(rare.tolist()) <= set(np.argsort(-p[:, 2])[:8].tolist())
    assert (choose(X, p, [100, 100, 40], 20).kinds == Kind.UNCERTAIN).all()


def test_a_class_without_labels_is_looked_for_harder() -> None:
    X, p = pool()
    assert (choose(X, p, [200, 200, 0], 100).kinds == Kind.RARE).sum() > (
        choose(X, p, [200, 200, 5], 100).kinds == Kind.RARE
    ).sum()


def test_half_is_random_at_first() -> None:
    X, p = pool()
    assert (choose(X, p, [2, 2, 2], 20).kinds == Kind.RANDOM).sum() in (9, 10, 11)


def test_needy_classes() -> None:
    assert needy_classes(np.array([100.0, 10.0])).tolist() == [1]
    assert needy_classes(np.array([100.0, 30.0])).tolist() == []
    assert needy_classes(np.array([0.0, 0.0])).tolist() == [0, 1]


def test_mismatched_arrays_are_refused() -> None:
    X, p = pool()
    with pytest.raises(ValueError, match="vectors"):
        choose(X[:10], p, [1, 1, 1], 2)


def test_k_means_finds_separate_groups() -> None:
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(4), 25)
    X = (10 * np.eye(4)[group] + 0.1 * rng.normal(size=(100, 4))).astype(np.float32)
    cluster, distance = k_means(X, 4, rng=rng)
    assert len(set(zip(group.tolist(), cluster.tolist(), strict=True))) == 4
    assert distance.max() < 1


def test_k_means_of_equal_rows_and_of_nothing() -> None:
    cluster, distance = k_means(np.ones((5, 2), np.float32), 3, rng=np.random.default_rng(0))
    assert cluster.shape == (5,)
    assert np.allclose(distance, 0, atol=1e-5)
    with pytest.raises(ValueError, match="at least one"):
        k_means(np.ones((0, 2), np.float32), 1, rng=np.random.default_rng(0))

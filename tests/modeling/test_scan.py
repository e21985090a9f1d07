"""The pass over blocks finds what a sort of everything finds."""

import numpy as np
import pytest

from modeling.acquisition import margin
from modeling.linear import LinearModel
from modeling.scan import Key, best_rows, class_key, gap_key, two_largest


def world(n: int = 900, d: int = 8, k: int = 4) -> tuple[np.ndarray, LinearModel, np.ndarray]:
    rng = np.random.default_rng(0)
    model = LinearModel(rng.normal(size=(d, k)).astype(np.float32), rng.normal(size=k).astype(np.float32))
    return rng.normal(size=(n, d)).astype(np.float32), model, rng.random(n) < 0.7


@pytest.mark.parametrize("block", [1, 100, 900])
@pytest.mark.parametrize("n", [1, 7, 400, 5000])
def test_the_best_open_rows_of_each_list(block: int, n: int) -> None:
    X, model, is_open = world()
    logits = np.sort(model.logits(X), axis=1)
    gap = logits[:, -2] - logits[:, -1]
    likely = model.predict_proba(X)[:, 2]
    blocks = [X[start : start + block] for start in range(0, 900, block)]
    gaps, chances = gap_key(model), class_key(model, [2])

    def both(block: np.ndarray) -> list[np.ndarray]:
        return [*gaps(block), *chances(block)]

    found = best_rows(blocks, is_open, both, [n, n], np.random.default_rng(0))
    rows = np.flatnonzero(is_open)
    for scores, got in zip((gap, likely), found, strict=True):
        assert len(got) == len(set(got.tolist())) == min(n, len(rows))
        best = rows[np.argsort(-scores[rows])][: len(got)]
        assert np.allclose(scores[got], scores[best], atol=1e-4)


def test_two_classes_give_the_same_order_by_gap_and_by_margin() -> None:
    X, model, is_open = world(k=2)
    p = model.predict_proba(X)
    keys: tuple[Key, ...] = (gap_key(model), lambda block: [margin(model.predict_proba(block))])
    one, other = (best_rows([X], is_open, key, [50], np.random.default_rng(0))[0] for key in keys)
    assert np.allclose(margin(p)[one], margin(p)[other], atol=1e-4)


def test_equal_rows_are_told_apart_by_chance() -> None:
    model = LinearModel(np.zeros((3, 2), np.float32), np.zeros(2, np.float32))
    blocks = [np.ones((50, 3), np.float32)] * 4
    firsts = {
        int(best_rows(blocks, np.ones(200, bool), gap_key(model), [3], np.random.default_rng(seed))[0][0])
        for seed in range(12)
    }
    assert len(firsts) > 6


def test_the_two_largest_of_every_column() -> None:
    first, second = two_largest(np.array([[1, 5, 2], [3, 5, 1], [2, 0, 9]], dtype=np.float32))
    assert first.tolist() == [3, 5, 9]
    assert second.tolist() == [2, 5, 2]
    alone, same = two_largest(np.array([[4.0]], dtype=np.float32))
    assert (alone[0], same[0]) == (4, 4)


def test_blocks_and_rows_must_match_and_nothing_wanted_is_nothing() -> None:
    X, model, is_open = world()
    with pytest.raises(ValueError, match="rows"):
        best_rows([X[:10]], is_open, gap_key(model), [5], np.random.default_rng(0))
    found = best_rows([X], is_open, gap_key(model), [0], np.random.default_rng(0))
    assert [len(rows) for rows in found] == [0]

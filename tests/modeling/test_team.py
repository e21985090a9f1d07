"""`team` for several people at once: screens count as chosen, nothing is asked twice, rare classes are found."""

from collections.abc import Iterator

import numpy as np
import pytest

from modeling import repeats, team
from modeling.batches import Choice, Kind, rank_team, rare_rows
from modeling.linear import LinearModel
from modeling.open_rows import OpenRows
from modeling.repeats import Said, n_alike, repeats_last
from modeling.representatives import uncertain_rows

GROUPS = np.repeat(np.arange(5), 16)


def five_groups() -> tuple[np.ndarray, np.ndarray]:
    """Five far-apart groups of items on which the model cannot decide."""
    rng = np.random.default_rng(0)
    X = np.eye(8)[GROUPS] + 0.25 * rng.normal(size=(80, 8))
    return (X / np.linalg.norm(X, axis=1, keepdims=True)).astype(np.float32), np.full((80, 2), 0.5, np.float32)


def ranked(X: np.ndarray, p: np.ndarray, n: int, pending: np.ndarray | None = None, batch: int = 5) -> Choice:
    return rank_team(
        X=X, probabilities=p, candidates=np.arange(len(X)), labeled_counts=np.array([50, 50]), batch=batch,
        n_wanted=n, rng=np.random.default_rng(1), pending=pending,
    )  # fmt: skip


def test_neighbours_of_what_is_on_a_screen_wait() -> None:
    X, p = five_groups()
    assert sorted(GROUPS[ranked(X, p, 5).rows]) == [0, 1, 2, 3, 4]
    free = np.setdiff1d(np.arange(80), [3, 20])
    others = GROUPS[free][ranked(X[free], p[free], 3, pending=X[[3, 20]]).rows]
    assert sorted(others) == [2, 3, 4]


def test_what_says_the_same_is_not_proposed_twice() -> None:
    rng = np.random.default_rng(0)
    texts = rng.normal(size=(20, 16)).astype(np.float32)
    X = np.repeat(texts, 4, axis=0) + 0.001 * rng.normal(size=(80, 16)).astype(np.float32)
    p = np.full((80, 2), 0.5, np.float32)
    for batch in (1, 5):
        assert len(set((ranked(X, p, 20, batch=batch).rows // 4).tolist())) == 20
        assert not set((ranked(X, p, 18, X[:8], batch=batch).rows // 4).tolist()) & {0, 1}
        assert len(set(ranked(X, p, 80, X[:8], batch=batch).rows.tolist())) == 80, "in the end all are asked"


def test_repeats_come_last_in_their_order() -> None:
    X = np.array([[1, 0], [0, 1], [2, 0.01], [0, 3], [1, 1]], dtype=np.float32)
    assert repeats_last(X, X[:0]).tolist() == [0, 1, 4, 2, 3]
    assert repeats_last(X, X[1:2]).tolist() == [0, 4, 1, 2, 3]
    assert repeats_last(X[:0], X[:0]).tolist() == []
    assert sorted(repeats_last(np.zeros((3, 2), np.float32), X[:0])) == [0, 1, 2]
    beside_zeros = np.array([[0, 0], [0, 0], [1, 0], [1, 0], [0, 1]], dtype=np.float32)
    assert repeats_last(beside_zeros, X[:0]).tolist() == [0, 1, 2, 4, 3]


def alike(rows: np.ndarray) -> np.ndarray:
    """Which rows say the same as which, by the cosine of every pair."""
    length = np.linalg.norm(rows, axis=1)
    return rows @ rows.T > repeats.SAME * np.outer(length, length)


def near_twins(seed: int, n: int) -> np.ndarray:
    """Rows of any length about a few directions, some nearer than the limit and some not, and rows of zeros."""
    rng = np.random.default_rng(seed)
    d = int(rng.choice([1, 2, 3, 9, 64, 384]))
    noise = rng.uniform(0, 0.5, size=(n, 1)) * rng.normal(size=(n, d))
    X = rng.normal(size=(n // 3, d))[rng.integers(n // 3, size=n)] + noise * rng.integers(2, size=(1, d))
    return (X * rng.uniform(0.1, 9, size=(n, 1)) * (rng.random((n, 1)) < 0.9)).astype(np.float32)


@pytest.mark.parametrize("seed", range(40))
def test_repeats_are_those_that_a_look_at_every_pair_finds(seed: int) -> None:
    X, n_pending = near_twins(seed, 60), 6 * (seed % 2)
    exempt = np.random.default_rng(seed).random(60 - n_pending) < 0.1
    is_same = alike(np.where(np.append(np.full(n_pending, False), exempt)[:, None], 0, X))
    kept: list[int] = []
    for place in range(60):
        if place < n_pending or not is_same[place, kept].any():
            kept.append(place)
    first = [place - n_pending for place in kept if place >= n_pending]
    last = sorted({*range(60 - n_pending)} - {*first})
    assert repeats_last(X[n_pending:], X[:n_pending], exempt).tolist() == first + last
    assert n_alike(X).tolist() == alike(X).sum(axis=1).tolist()


@pytest.mark.parametrize("many", [0, repeats.MANY])
@pytest.mark.parametrize("seed", range(20))
def test_what_was_said_is_passed_over_whatever_else_is_listed(
    seed: int, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "MANY", many)
    X, rng = near_twins(seed, 60), np.random.default_rng(seed)
    listed, is_same, said = rng.permutation(np.arange(4, 60))[:40], alike(X), [0, 1, 2, 3]
    chosen = Said(X, listed, X[said])
    for row in listed[:30].tolist():
        assert chosen.adds(row) == (not is_same[row, said].any())
        said += [row] * (not is_same[row, said].any())


@pytest.mark.parametrize("n_needy", [1, 3])
@pytest.mark.parametrize("seed", range(10))
def test_rare_rows_are_the_likeliest_that_say_something_new(seed: int, n_needy: int) -> None:
    """By the plain rule: the neediest class takes its likeliest row that says the same as none before it."""
    X, rng = near_twins(seed, 60), np.random.default_rng(seed)
    p, candidates = rng.dirichlet(np.ones(5), size=60).astype(np.float32), rng.permutation(60)[:50]
    found = rare_rows(
        p, candidates, np.zeros(5), np.arange(n_needy), 12, np.random.default_rng(seed), X=X, pending=X[:2]
    )
    ties, counts, chosen, is_same = np.random.default_rng(seed), np.zeros(5), [0, 1], alike(X)
    left = {k: candidates[np.argsort(-p[candidates, k])][: 12 * n_needy].tolist() for k in range(n_needy)}
    for _ in left:
        ties.permutation(50)
    while len(chosen) < 14 and left:
        k = min(left, key=lambda k: counts[k] + 0.1 * ties.random())
        new = [row for row in left[k] if row not in chosen[2:] and not is_same[row, chosen].any()]
        if new:
            chosen.append(new[0])
            counts[k] += max(float(p[new[0], k]), 0.2)
        else:
            del left[k]
    assert found.rows.tolist() == chosen[2:]


def test_random_rows_neither_wait_nor_are_waited_for() -> None:
    X = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=np.float32)
    assert repeats_last(X, X[:0], np.array([True, False, False, True])).tolist() == [0, 1, 2, 3]


def test_a_rare_class_is_not_looked_for_twice_in_the_same_words() -> None:
    """The likeliest rows of the class that lacks labels are four times five texts; the others are uncertain."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 16)).astype(np.float32)
    X[:20] = np.repeat(X[:5], 4, axis=0)
    p = np.tile(np.array([0.45, 0.5, 0.05], np.float32), (120, 1))
    p[:20] = [0.1, 0.1, 0.8]
    choice = rank_team(
        X=X, probabilities=p, candidates=np.arange(120), labeled_counts=np.array([80, 80, 1]), batch=8, n_wanted=40,
        rng=rng,
    )  # fmt: skip
    rare = choice.rows[choice.kinds == Kind.RARE]
    assert set((rare[:5] // 4).tolist()) == {0, 1, 2, 3, 4}
    head = choice.rows[:30]
    twins = head[head < 20] // 4
    assert len(set(twins.tolist())) == len(twins), "neither as rare nor as uncertain, but at the end"


class Blocks:
    """A pool in blocks of 100 rows."""

    def __init__(self, X: np.ndarray) -> None:
        self.X, self.n_items = X, len(X)

    def blocks(self) -> Iterator[np.ndarray]:
        return (self.X[start : start + 100] for start in range(0, self.n_items, 100))

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        return self.X[rows]


def test_a_needle_in_a_large_pool_is_found() -> None:
    """The likeliest rows of a class in need come from all vectors, not from the sample."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20_000, 8)).astype(np.float32)
    X[12_345] = [9, 0, 0, 0, 0, 0, 0, 0]
    model = LinearModel(np.array([[3, 0, 0]] + [[0, 0.5, -0.5]] * 7, np.float32), np.array([-9, 0, 0], np.float32))
    pool = OpenRows(Blocks(X), model, np.arange(0, 20_000), rng)
    counts = np.array([0, 200, 200])
    sample, rows = team.candidate_rows(pool, counts, 50)
    assert len(sample) == team.MAX_CANDIDATES
    assert 12_345 in rows
    choice = team.choose_rows(pool, sample, rows, labeled_counts=counts, batch=8, n_wanted=50)
    assert choice.rows[choice.kinds == Kind.RARE][0] == 12_345
    assert len(set(choice.rows.tolist())) == 50
    share = team.MAX_CANDIDATES / 20_000
    assert np.allclose(choice.probabilities[choice.kinds == Kind.UNCERTAIN], share)


def test_random_rows_come_from_the_whole_pool() -> None:
    """While there are few labels half of a queue is random, and its sample is drawn anew for each place."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20_000, 4)).astype(np.float32)
    model = LinearModel(np.ones((4, 2), np.float32), np.zeros(2, np.float32))
    pool = OpenRows(Blocks(X), model, np.arange(0, 20_000, 2), rng)
    counts = np.array([3, 3])
    sample, rows = team.candidate_rows(pool, counts, 100)
    choice = team.choose_rows(pool, sample, rows, labeled_counts=counts, batch=8, n_wanted=100)
    drawn = choice.rows[choice.kinds == Kind.RANDOM]
    assert 40 <= len(drawn) <= 60
    assert (drawn % 2 == 0).all()
    assert not set(drawn.tolist()) <= set(sample.tolist())


def one_group() -> tuple[np.ndarray, np.ndarray]:
    """Twelve rows on a line, the doubt growing towards row 0; three slots a group look at rows 0, 1 and 2."""
    X = np.stack([np.ones(12), np.linspace(-1, 1, 12)], axis=1).astype(np.float32)
    return X, np.linspace(1, 0.5, 12).astype(np.float32)


@pytest.mark.parametrize(("central", "row"), [(True, 1), (False, 0)])
def test_a_group_is_represented_by_the_middle_of_its_more_uncertain_half(*, central: bool, row: int) -> None:
    """The middle of rows 0 and 1, row 2 being of the less uncertain half; where nearness says less, row 0."""
    X, doubt = one_group()
    rows, _, _ = uncertain_rows(
        np.tile(X, (3, 1)) + np.repeat(np.eye(3, 2) * 40, 12, axis=0).astype(np.float32), np.tile(doubt, 3),
        np.arange(36), 3, 3, np.random.default_rng(0), pending=X[:0], central=central,
    )  # fmt: skip
    assert sorted(rows // 12) == [0, 1, 2], "one of each group"
    assert (rows % 12).tolist() == [row] * 3


def test_of_vectors_learned_here_rows_that_are_alike_are_asked_before_a_lone_one() -> None:
    """In each of three groups rows 2, 3 and 4 say the same, rows 0 and 1 are more uncertain but stand for nobody."""
    own = np.array([0, 1, 2, 2, 2, *range(3, 58)])
    X = np.repeat(np.eye(3, 61), 60, axis=0) + 0.6 * np.tile(np.eye(58, 61, k=3)[own], (3, 1))
    rows, _, _ = uncertain_rows(
        X.astype(np.float32), np.tile(np.linspace(1, 0.5, 60), 3).astype(np.float32), np.arange(180), 3, 3,
        np.random.default_rng(0), pending=np.zeros((0, 61), np.float32), central=False,
    )  # fmt: skip
    assert sorted(rows // 60) == [0, 1, 2], "one of each group"
    assert (rows % 60).tolist() == [2] * 3

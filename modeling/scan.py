"""One pass over a pool's vectors in blocks: the rows with the best scores, without keeping the scores of the rest.

A linear model's uncertainty is read off its logits: the gap between the two largest, without a softmax. On a million
rows the pass costs little more than the matrix product that it cannot avoid (benchmarks/learning.py).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from modeling.linear import LinearModel
from modeling.strategies.base import Floats, Ints

Key = Callable[[Floats], Sequence[Floats]]
Bools = npt.NDArray[np.bool_]

# Equal scores within this are put in order by chance.
TIE = 1e-6


def best_rows(
    blocks: Iterable[Floats], is_open: Bools, key: Key, n_best: Sequence[int], rng: np.random.Generator
) -> list[Ints]:
    """For each list of scores that `key` gives (higher is better) its `n_best` open rows, best first.

    `blocks` are the vectors of all rows in order, `is_open` (n,) says which may be chosen. Raises ValueError when the
    blocks have another number of rows.
    """
    lists = [_Best(n) for n in n_best]
    start = 0
    for block in blocks:
        stop = start + len(block)
        for kept, scores in zip(lists, key(block), strict=True):
            kept.offer(np.where(is_open[start:stop], scores, -np.inf), start, rng)
        start = stop
    if start != len(is_open):
        raise ValueError(f"{start} vectors but {len(is_open)} rows")
    return [kept.rows() for kept in lists]


def gap_key(model: LinearModel) -> Key:
    """Uncertainty by the logit gap."""
    logits_of = _logits_by_class(model)

    def key(block: Floats) -> list[Floats]:
        first, second = two_largest(logits_of(block))
        return [second - first]

    return key


def class_key(model: LinearModel, classes: Sequence[int]) -> Key:
    """The log probability of each of `classes`."""
    logits_of = _logits_by_class(model)

    def key(block: Floats) -> list[Floats]:
        logits = logits_of(block)
        logits -= logits.max(axis=0)
        total = np.log(np.exp(logits).sum(axis=0))
        return [logits[k] - total for k in classes]

    return key


def _logits_by_class(model: LinearModel) -> Callable[[Floats], Floats]:
    """Vectors (n, d) → logits (n_classes, n): a class is a row, so that what follows takes whole rows at a time."""
    intercept = model.intercept[:, None]

    def logits(block: Floats) -> Floats:
        by_class = np.ascontiguousarray((block @ model.coef).T)
        by_class += intercept
        return by_class

    return logits


def two_largest(logits: Floats) -> tuple[Floats, Floats]:
    """The largest and the second largest of every column of (n_classes, n): whole rows at a time, nothing is sorted."""
    first, second = logits[0].copy(), np.full_like(logits[0], -np.inf)
    for row in logits[1:]:
        np.maximum(second, np.minimum(first, row), out=second)
        np.maximum(first, row, out=first)
    return first, np.where(np.isinf(second), first, second)


@dataclass
class _Best:
    """The highest scores offered so far; what cannot be among them any more is dropped now and then."""

    n: int
    found: list[tuple[Ints, Floats]] = field(default_factory=list)
    least: float = -np.inf

    def offer(self, scores: Floats, start: int, rng: np.random.Generator) -> None:
        if not self.n:
            return
        places = np.flatnonzero(scores > self.least)
        values = scores[places] + TIE * rng.random(len(places), dtype=np.float32)
        self.found.append((places + start, values))
        if sum(len(rows) for rows, _ in self.found) > 4 * self.n:
            self._drop()

    def rows(self) -> Ints:
        self._drop()
        [(rows, values)] = self.found
        return np.asarray(rows[np.argsort(-values, kind="stable")], dtype=np.int64)

    def _drop(self) -> None:
        rows = np.concatenate([rows for rows, _ in self.found] or [np.zeros(0, np.int64)])
        values = np.concatenate([values for _, values in self.found] or [np.zeros(0, np.float32)])
        if 0 < self.n < len(rows):
            kept = np.argpartition(-values, self.n - 1)[: self.n]
            rows, values = rows[kept], values[kept]
            self.least = float(values.min()) - TIE
        self.found = [(rows, values)]

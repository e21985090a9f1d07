"""Votes as the inference reads them: checked, coded for sparse products, and counted."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modeling.later import Sparse, sparse

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Cells of a (votes, classes) table held at once.
CHUNK_CELLS = 8_000_000


@dataclass(frozen=True, slots=True)
class CodedVotes:
    """Votes ready for sparse products: `cells[i, w * K + l]` is 1 where w said l of i.

    `fixed` (n_items,) is the known class or -1; `informative` says of which items anything but a lone vote speaks.
    """

    item: Ints
    annotator: Ints
    answer: Ints
    cells: Sparse
    fixed: Ints
    informative: npt.NDArray[np.bool_]
    n_annotators: int
    n_classes: int

    def of_named(self, posterior: Floats) -> Floats:
        """The posterior without the classes that no answer and no known item names.

        What people say where one of those is true, nothing tells; the little that is believed of each everywhere would
        say that they always miss it, and so make it credible where all agree on another class.
        """
        named = np.bincount(self.answer, minlength=self.n_classes) > 0
        named[self.fixed[self.fixed >= 0]] = True
        return posterior if named.all() else posterior * named

    def soft_counts(self, posterior: Floats) -> Floats:
        """Expected confusion counts (n_annotators, truth, answer) over the votes of informative items."""
        known = posterior * self.informative[:, None]
        flat = np.asarray(self.cells.T @ known).reshape(self.n_annotators, self.n_classes, self.n_classes)
        return flat.transpose(0, 2, 1)

    def log_likelihood(self, confusion: Floats) -> Floats:
        """Σ over an item's votes of log P(answer | truth), (n_items, truth)."""
        logs = np.log(confusion).transpose(0, 2, 1).reshape(-1, self.n_classes)
        return np.asarray(self.cells @ logs)

    def item_sums(self, rows: Ints, values: Floats) -> Floats:
        """Values of some votes (len(rows), K) summed over their items: (n_items, K)."""
        shape = (len(self.fixed), len(rows))
        return np.asarray(
            sparse.csr_matrix((np.ones(len(rows)), (self.item[rows], np.arange(len(rows)))), shape) @ values
        )

    def vote_shares(self) -> Floats:
        """How the answers to an item divide (n_items, K): even where nobody answered, certain where it is known."""
        n, k = len(self.fixed), self.n_classes
        counts = np.bincount(self.item * k + self.answer, minlength=n * k).reshape(n, k).astype(np.float64)
        total = counts.sum(axis=1, keepdims=True)
        return self.with_known(np.where(total > 0, counts / np.maximum(total, 1), 1 / k))

    def with_known(self, posterior: Floats) -> Floats:
        """The posterior with the rows of known items certain."""
        known = self.fixed >= 0
        posterior[known] = np.eye(self.n_classes)[self.fixed[known]]
        return posterior

    def chunks(self) -> Iterator[Ints]:
        """Rows of votes, as many at a time as fit in memory with all classes."""
        size = max(1, CHUNK_CELLS // self.n_classes)
        for start in range(0, len(self.item), size):
            yield np.arange(start, min(start + size, len(self.item)))


def coded(votes: Ints, *, n_items: int, n_annotators: int, n_classes: int, gold: Ints | None) -> CodedVotes:
    """Checks votes (n, 3) and gold (m, 2) and codes them. Raises ValueError on indices or shapes out of range."""
    _check(votes, n_items, n_annotators, n_classes)
    fixed = _fixed(gold, n_items, n_classes)
    item, annotator, answer = (np.ascontiguousarray(column, dtype=np.int64) for column in votes.T)
    cells = sparse.csr_matrix(
        (np.ones(len(item)), (item, annotator * n_classes + answer)), shape=(n_items, n_annotators * n_classes)
    )
    informative = (np.bincount(item, minlength=n_items) > 1) | (fixed >= 0)
    return CodedVotes(item, annotator, answer, cells, fixed, informative, n_annotators, n_classes)


def places_of(items: Ints) -> Ints:
    """The place of each vote (n,), by the item that it is about, among those of its item: 0 for the first."""
    order = np.argsort(items, kind="stable")
    starts = np.flatnonzero(np.diff(items[order], prepend=-1))
    places = np.empty(len(items), dtype=np.int64)
    places[order] = np.arange(len(items)) - np.repeat(starts, np.diff(np.append(starts, len(items))))
    return places


def _check(votes: Ints, n_items: int, n_annotators: int, n_classes: int) -> None:
    if n_classes < 1 or votes.ndim != 2 or votes.shape[1] != 3:
        raise ValueError(f"votes need the shape (n, 3) and at least one class, not {votes.shape} and {n_classes}")
    if len(votes) and ((votes < 0).any() or (votes.max(axis=0) >= (n_items, n_annotators, n_classes)).any()):
        raise ValueError("a vote names an item, annotator or class out of range")


def _fixed(gold: Ints | None, n_items: int, n_classes: int) -> Ints:
    """The gold class of every item, -1 where there is none."""
    fixed = np.full(n_items, -1, dtype=np.int64)
    if gold is not None and len(gold):
        if (gold < 0).any() or (gold.max(axis=0) >= (n_items, n_classes)).any():
            raise ValueError("gold names an item or class out of range")
        fixed[gold[:, 0]] = gold[:, 1]
    return fixed

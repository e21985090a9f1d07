"""Marks of many people → things to vote on: a cluster of marks is an item, and who saw it and marked nothing says so.

This is how spans and boxes enter `modeling.truth.infer`:

    clusters = cluster_marks(marks, edges, readers, n_classes=3)
    truth = infer(clusters.votes, n_items=clusters.n_clusters, n_annotators=…, n_classes=4)   # 3 is "nothing here"
    truth.posterior[:, 3]     # how probably a cluster is no mark at all
    clusters.edges            # where it lies: the median of its marks
"""

from dataclasses import dataclass

import numpy as np

from modeling.agreement import Ints
from modeling.overlap import Floats, iou

SAME_FROM = 0.5


@dataclass(frozen=True, slots=True)
class Clusters:
    """`cluster` (n_marks,) is the cluster of every mark, `document` and `edges` (n_clusters, 2 or 4) say where each
    lies, `votes` (n_votes, 3) are cluster, annotator and class, with class `n_classes` for "nothing here"."""

    cluster: Ints
    document: Ints
    edges: Floats
    votes: Ints

    @property
    def n_clusters(self) -> int:
        return len(self.document)


def cluster_marks(marks: Ints, edges: Floats, readers: Ints, *, n_classes: int) -> Clusters:
    """Joins the marks that mean the same thing.

    marks: (n, 3) document, annotator, class. edges: (n, 2) start and end, or (n, 4) x1, y1, x2, y2. readers: (m, 2)
    document and annotator of everybody who answered for it, with marks or without. Two marks in a document belong
    together from an intersection over union of one half; marks of one class are joined before others, larger overlaps
    before smaller ones, and nobody has two marks in one cluster. Clusters come by document, then in order of marks.
    """
    cluster = np.full(len(marks), -1, dtype=np.int64)
    n_clusters = 0
    for rows in _by_document(marks[:, 0]):
        own = _joined(marks[rows], edges[rows])
        cluster[rows] = own + n_clusters
        n_clusters += int(own.max()) + 1
    document = np.zeros(n_clusters, dtype=np.int64)
    document[cluster] = marks[:, 0]
    order = np.argsort(cluster, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(cluster[order])) + 1) if n_clusters else []
    middle = [np.median(edges[rows], axis=0) for rows in members]
    return Clusters(
        cluster=cluster,
        document=document,
        edges=np.array(middle).reshape(n_clusters, edges.shape[1]),
        votes=_votes(cluster, marks, document, readers, n_classes),
    )


def _by_document(document: Ints) -> list[Ints]:
    order = np.argsort(document, kind="stable")
    return [part for part in np.split(order, np.flatnonzero(np.diff(document[order])) + 1) if len(part)]


def _joined(marks: Ints, edges: Floats) -> Ints:
    """The cluster of each mark of one document, counted from 0 in order of first marks."""
    overlaps = iou(edges, edges)
    first, second = np.nonzero(np.triu(overlaps >= SAME_FROM, 1))
    same_class = marks[first, 2] == marks[second, 2]
    order = np.lexsort((second, first, -overlaps[first, second], ~same_class))
    group = np.arange(len(marks))
    for a, b in zip(first[order].tolist(), second[order].tolist(), strict=True):
        one, other = group == group[a], group == group[b]
        if not np.intersect1d(marks[one, 1], marks[other, 1]).size:
            group[other] = group[a]
    _, started, number = np.unique(group, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(started))[number])


def _votes(cluster: Ints, marks: Ints, document: Ints, readers: Ints, n_classes: int) -> Ints:
    given = np.column_stack([cluster, marks[:, 1], marks[:, 2]])
    order = np.argsort(readers[:, 0], kind="stable")
    sorted_readers = readers[order]
    start, stop = (np.searchsorted(sorted_readers[:, 0], document, side=side) for side in ("left", "right"))
    n_readers = stop - start
    one = np.repeat(np.arange(len(document)), n_readers)
    place = np.arange(len(one)) - np.repeat(np.cumsum(n_readers) - n_readers, n_readers) + np.repeat(start, n_readers)
    everybody = np.column_stack([one, sorted_readers[place, 1]])
    span = int(max(marks[:, 1].max(initial=0), readers[:, 1].max(initial=0))) + 1
    silent = everybody[~np.isin(everybody @ [span, 1], given[:, :2] @ [span, 1])]
    nothing = np.column_stack([silent, np.full(len(silent), n_classes)])
    return np.concatenate([given, nothing]).astype(np.int64)

"""The items that may be asked, with the model that speaks of them: what every strategy chooses from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt
from django.db import connection

from annotation.models import ModelVersion, Project
from annotation.vectors import Floats, Ints, Pool, load_pool
from modeling.linear import LinearModel
from modeling.scan import Key, best_rows, linear_key, probability_key

# Undrawn items that take answers are the bulk of a pool: the others are fewer and come from partial indexes.
NOT_TO_ASK = """
    SELECT id FROM annotation_item WHERE project_id = %(project)s AND drawn_at IS NOT NULL
    UNION ALL
    SELECT id FROM annotation_item WHERE project_id = %(project)s AND is_gold
"""


class Classifier(Protocol):
    """A fitted model of any sort."""

    @property
    def n_classes(self) -> int: ...

    def predict_proba(self, X: Floats) -> Floats: ...


@dataclass(frozen=True, eq=False)
class OpenPool:
    """A pool of vectors and its open rows (n_open,), rising; the model and its version; the rng of this queue."""

    project: Project
    version: ModelVersion
    model: Classifier
    vectors: Pool
    rows: Ints
    rng: np.random.Generator

    @cached_property
    def counts(self) -> npt.NDArray[np.float64]:
        """How many labels each class has (n_classes,)."""
        return np.array(self.version.metrics["labeled_counts"], dtype=np.float64)

    def predict(self, rows: Ints) -> Floats:
        """Probabilities of these rows (n, n_classes)."""
        return self.model.predict_proba(self.vectors.vectors(rows))

    def sample(self, n: int) -> Ints:
        """A uniform sample of open rows, all of them when there are no more."""
        return self.rows if n >= len(self.rows) else self.rng.choice(self.rows, n, replace=False, shuffle=False)

    def likeliness(self, classes: Sequence[int]) -> Key:
        """Scores for `best`: uncertainty first, then the likeliness of each of these classes."""
        if isinstance(self.model, LinearModel):
            return linear_key(self.model, classes)
        return probability_key(self.model, classes)

    def best(self, key: Key, n_best: Sequence[int]) -> list[Ints]:
        """The best open rows by each score of the key, in one pass over all vectors."""
        is_open = np.zeros(self.vectors.n_items, dtype=np.bool_)
        is_open[self.rows] = True
        return best_rows(self.vectors.blocks(), is_open, key, n_best, self.rng)


def open_pool(project: Project, version: ModelVersion, model: Classifier) -> OpenPool:
    """Everything that nobody was asked about and that has vectors; raises ArtifactError for a damaged shard."""
    vectors = load_pool(version.representation)
    with connection.cursor() as cursor:
        cursor.execute(NOT_TO_ASK, {"project": project.pk})
        closed = np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)
    found = vectors.find(np.unique(closed))
    is_open = np.ones(vectors.n_items, dtype=np.bool_)
    is_open[found[found >= 0]] = False
    rows = np.flatnonzero(is_open)
    rng = np.random.default_rng([project.seed, version.number, len(rows)])
    return OpenPool(project, version, model, vectors, rows, rng)

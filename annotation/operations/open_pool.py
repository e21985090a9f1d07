"""The items of a project that may be asked, with its live model."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from annotation.kinds import Learner
from annotation.models import ModelVersion, Project
from annotation.operations.todays_classes import counts_today, folding_of
from annotation.rows import every
from annotation.vectors import Ints, Pool, load_pool
from modeling.linear import LinearModel
from modeling.open_rows import FoldedModel, OpenRows
from modeling.recipes import RecipeModel
from modeling.strategies.base import Predicts

# Undrawn items that take answers are the bulk of a pool: the others are fewer and come from partial indexes.
NOT_TO_ASK = """
    SELECT id FROM annotation_item WHERE project_id = %(project)s AND drawn_at IS NOT NULL
    UNION ALL
    SELECT id FROM annotation_item WHERE project_id = %(project)s AND is_gold
"""
# What people have on their screens, and what the live model has not looked at yet.
PENDING = """
    SELECT item_id FROM annotation_assignment WHERE project_id = %(project)s AND status = 'open' AND holds_slot
    UNION
    SELECT annotation.item_id FROM annotation_workrequest request
    JOIN annotation_annotation annotation ON annotation.id = request.annotation_id
    WHERE request.project_id = %(project)s AND request.topic = 'learn'
"""


@dataclass(frozen=True, eq=False)
class OpenPool:
    """`rows` chooses among the rows of `vectors` that nobody was asked about; `counts` are labels a class."""

    project: Project
    version: ModelVersion
    vectors: Pool
    item_ids: Ints
    rows: OpenRows

    @property
    def n_open(self) -> int:
        return len(self.rows.rows)

    @property
    def rng(self) -> np.random.Generator:
        return self.rows.rng

    @property
    def counts(self) -> npt.NDArray[np.float64]:
        return counts_today(self.project, self.version)

    @property
    def classes(self) -> list[str]:
        """The classes of today, which the columns of `rows` are whatever the version knew."""
        return self.project.question.columns(self.project.schema)

    @property
    def is_multilabel(self) -> bool:
        """Whether each class is a question of its own, so that probabilities do not sum to one."""
        return self.project.question.learner is Learner.SIGMOID

    def pending(self) -> npt.NDArray[np.float32]:
        """Vectors (m, d) of the items that are being answered just now."""
        found = self.vectors.find(pending_items(self.project))
        return self.vectors.vectors(found[found >= 0])


def open_pool(project: Project, version: ModelVersion, model: LinearModel | RecipeModel) -> OpenPool:
    """Everything that nobody was asked about and that has vectors; raises ArtifactError for a damaged shard."""
    vectors = load_pool(version.representation)
    found = vectors.find(items_not_to_ask(project))
    is_open = np.ones(vectors.n_items, dtype=np.bool_)
    is_open[found[found >= 0]] = False
    rows = np.flatnonzero(is_open)
    rng = np.random.default_rng([project.seed, version.number, len(rows)])
    speaks = _of_today(project, version, model)
    return OpenPool(project, version, vectors, vectors.item_ids, OpenRows(vectors, speaks, rows, rng))


def _of_today(project: Project, version: ModelVersion, model: LinearModel | RecipeModel) -> Predicts:
    """The model, or, where classes have changed since it was trained, one that speaks of today's."""
    folding = folding_of(project, version)
    return model if folding is None else FoldedModel(model, folding, model.head)


def items_not_to_ask(project: Project) -> Ints:
    """Returns the ids of items that somebody was asked about, and of gold; they rise."""
    return np.unique(_ids(NOT_TO_ASK, project))


def pending_items(project: Project) -> Ints:
    """Returns the ids of items that are being answered, or whose answer the model has not looked at yet."""
    return _ids(PENDING, project)


def _ids(sql: str, project: Project) -> Ints:
    return np.array([row[0] for row in every(sql, {"project": project.pk})], dtype=np.int64)

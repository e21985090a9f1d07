"""The model as one more voice about labels: always from a model that never saw the item's labels."""

import zlib
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from annotation.arrays import Floats, Ints, Votes
from annotation.artifacts import ArtifactError
from annotation.models import Project, Representation
from annotation.vectors import load_pool
from modeling.engine import Beliefs
from modeling.linear import LinearModel
from modeling.linear_fit import DEFAULT_L2, fit_linear
from modeling.model_voice import Voice, weighed_voice

FOLDS = 5
LEAST_ITEMS = 30
REFIT_GROWTH = 1.1
KEPT_PROJECTS = 32

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class _Folds:
    """One model a fold, fitted on the items of the other folds."""

    models: list[LinearModel]
    fitted_for: tuple[object, ...]
    n_votes: int


_kept: OrderedDict[int, _Folds] = OrderedDict()


def out_of_fold_voice(project: Project, votes: Votes, people: Beliefs) -> Voice | None:
    """Returns the model's independent view, or None while it has too little to go by or has earned no weight.

    `people` is what the people alone say. An item's fold is fixed by its id, so the fold
    models of an earlier run stay ignorant of the items they judge; they are fitted anew when the votes have grown by a
    tenth.
    """
    labelled = np.unique(votes.votes[:, 0])
    live = Representation.objects.filter(project=project, is_live=True).first()
    if live is None or len(labelled) < LEAST_ITEMS or votes.n_classes < 2:
        return None
    found = _vectors(live, votes.item_ids[labelled])
    if found is None:
        return None
    has_vector, vectors = found
    items = labelled[has_vector]
    fold = _folds_of(votes.item_ids[items])
    models = _fold_models(live, votes, vectors, people.truth.posterior[items], fold)
    views = np.empty((len(items), votes.n_classes))
    for number, model in enumerate(models):
        views[fold == number] = model.predict_proba(vectors[fold == number])
    return weighed_voice(votes.votes, items, views, truth=people.truth, matrix=people.matrix)


def _vectors(live: Representation, item_ids: Ints) -> tuple[npt.NDArray[np.bool_], Vectors] | None:
    """Returns which items have a vector, and these; None when they are too few or a file is damaged.

    The learning lane reports a damaged file; quality goes on by what people say.
    """
    try:
        pool = load_pool(live)
        rows = pool.find(item_ids)
        return (rows >= 0, pool.vectors(rows[rows >= 0])) if (rows >= 0).sum() >= LEAST_ITEMS else None
    except ArtifactError:
        return None


def _folds_of(item_ids: Ints) -> Ints:
    return np.array([zlib.crc32(int(item).to_bytes(8, "little")) % FOLDS for item in item_ids], dtype=np.int64)


def _fold_models(
    live: Representation, votes: Votes, vectors: Vectors, targets: Floats, fold: Ints
) -> list[LinearModel]:
    fitted_for = (live.pk, *votes.class_names)
    kept = _kept.get(live.project_id)
    if kept is not None and kept.fitted_for != fitted_for:
        kept = None
    if kept is not None and len(votes.votes) < REFIT_GROWTH * kept.n_votes:
        return kept.models
    soft, weights = targets.astype(np.float32), targets.max(axis=1).astype(np.float32)
    models = [
        fit_linear(
            vectors[fold != number],
            soft[fold != number],
            weights[fold != number],
            n_classes=votes.n_classes,
            l2=DEFAULT_L2,
            start=kept.models[number] if kept else None,
        )
        for number in range(FOLDS)
    ]
    _kept[live.project_id] = _Folds(models, fitted_for, len(votes.votes))
    _kept.move_to_end(live.project_id)
    if len(_kept) > KEPT_PROJECTS:
        _kept.popitem(last=False)
    return models

"""The model as one more voice about labels: only from models that never saw the item's labels."""

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from annotation.arrays import Floats, Ints, Votes
from annotation.artifacts import ArtifactError
from annotation.models import Project
from annotation.vectors import vectors_for
from modeling.linear import LinearModel
from modeling.linear_fit import DEFAULT_L2, fit_linear
from modeling.model_voice import best_temperature, model_weight_earned, temper

FOLDS = 5
LEAST_ITEMS = 30
REFIT_GROWTH = 1.1


@dataclass(frozen=True)
class Voice:
    """What the model says of every item (n_items, n_classes), which items it speaks about, and its weight, 0 to 1."""

    probabilities: Floats
    speaks: npt.NDArray[np.bool_]
    weight: float


@dataclass(frozen=True)
class _Folds:
    """One model a fold, fitted on the items of the other folds. An item's fold is fixed by its id."""

    models: list[LinearModel]
    fitted_on: tuple[object, ...]
    n_votes: int


_kept: dict[int, _Folds] = {}


def out_of_fold_voice(project: Project, votes: Votes, posterior: Floats, protected: Ints) -> Voice | None:
    """Returns the model's independent view, or None while it has too little to go by or has earned no weight.

    `posterior` is what the people alone say. Protected items (ids) are the honest measure of the live model: the voice
    stays silent there, so that the measure does not lean towards what it measures. Items fitted on keep their fold for
    ever, so that fold models of an earlier run remain ignorant of the items they judge and are refitted only when the
    votes have grown by a tenth.
    """
    labelled = np.unique(votes.votes[:, 0])
    if len(labelled) < LEAST_ITEMS or votes.n_classes < 2:
        return None
    found = _labelled_vectors(project, votes.item_ids[labelled])
    if found is None:
        return None
    has_vector, vectors = found
    items = labelled[has_vector]
    fold = _folds_of(votes.item_ids[items])
    models = _fold_models(project, votes, vectors, posterior[items], fold)
    views = np.empty((len(items), votes.n_classes))
    for number, model in enumerate(models):
        views[fold == number] = model.predict_proba(vectors[fold == number])
    return _weighed(votes, items, views, protected)


def _labelled_vectors(
    project: Project, item_ids: Ints
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float32]] | None:
    try:
        has_vector, vectors = vectors_for(project, item_ids)
    except ArtifactError:  # quality goes on by what people say; the learning lane reports the file
        return None
    return (has_vector, vectors) if has_vector.sum() >= LEAST_ITEMS else None


def _folds_of(item_ids: Ints) -> Ints:
    return np.array([zlib.crc32(int(item).to_bytes(8, "little")) % FOLDS for item in item_ids], dtype=np.int64)


def _fold_models(
    project: Project, votes: Votes, vectors: npt.NDArray[np.float32], targets: Floats, fold: Ints
) -> list[LinearModel]:
    fitted_on = (tuple(votes.class_names), vectors.shape[1])
    kept = _kept.get(project.pk)
    usable = kept is not None and kept.fitted_on == fitted_on
    if kept and usable and len(votes.votes) < REFIT_GROWTH * kept.n_votes:
        return kept.models
    weights = targets.max(axis=1).astype(np.float32)
    models = [
        fit_linear(
            vectors[fold != number],
            targets[fold != number].astype(np.float32),
            weights[fold != number],
            n_classes=votes.n_classes,
            l2=DEFAULT_L2,
            start=kept.models[number] if kept and usable else None,
        )
        for number in range(FOLDS)
    ]
    _kept[project.pk] = _Folds(models, fitted_on, len(votes.votes))
    return models

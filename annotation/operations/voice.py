"""The model as one more voice about labels: always from a model that never saw the item's labels."""

import zlib

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
# Items that the model of one fold is fitted on at most; which ones, their ids say.
MOST_FITTED = 20_000

Vectors = npt.NDArray[np.float32]


def out_of_fold_voice(project: Project, votes: Votes, people: Beliefs) -> Voice | None:
    """Returns the model's independent view, or None while it has too little to go by or has earned no weight.

    `people` is what the people alone say. An item's fold is fixed by its id, and the models are fitted each time: the
    same answers give the same view, whichever process looks and whatever it saw before.
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
    lot = _lots_of(votes.item_ids[items])
    fold = lot % FOLDS
    targets = people.truth.posterior[items]
    views = np.empty((len(items), votes.n_classes))
    for number in range(FOLDS):
        others = _fitted_on(lot, fold != number)
        views[fold == number] = _fitted(vectors[others], targets[others]).predict_proba(vectors[fold == number])
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


def _lots_of(item_ids: Ints) -> Ints:
    """A number for each item that only its id decides, evenly over 32 bits."""
    return np.array([zlib.crc32(int(item).to_bytes(8, "little")) for item in item_ids], dtype=np.int64)


def _fitted_on(lot: Ints, may: npt.NDArray[np.bool_]) -> Ints:
    """The places of the items with the lowest lots among those that may be fitted on, MOST_FITTED of them."""
    places = np.flatnonzero(may)
    return np.sort(places[np.argsort(lot[places], kind="stable")[:MOST_FITTED]])


def _fitted(vectors: Vectors, targets: Floats) -> LinearModel:
    soft, weights = targets.astype(np.float32), targets.max(axis=1).astype(np.float32)
    return fit_linear(vectors, soft, weights, n_classes=targets.shape[1], l2=DEFAULT_L2)

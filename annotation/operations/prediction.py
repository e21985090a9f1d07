"""What the serving model says about new texts. Used in web requests: NumPy only, no scikit-learn, no optimiser."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from annotation.artifacts import ArtifactError
from annotation.errors import BadRequest, Conflict
from annotation.kinds import Learner
from annotation.models import ModelVersion, Project
from annotation.queries.versions import serving_version
from annotation.stored import WorkersOnly, load_encoder, load_model
from modeling.linear import probabilities_of
from modeling.pool import PoolRepresentation


class Predicted(NamedTuple):
    """The version that spoke, its probabilities (n_texts, n_classes), how sure it is (n_texts,), and the classes."""

    model_number: int
    probabilities: npt.NDArray[np.float32]
    confidence: npt.NDArray[np.float32]
    classes: list[str]


Shown = str | tuple[str, str]


def predict(*, project: Project, texts: Sequence[Shown]) -> Predicted:
    """Returns what the serving model of this moment says of texts, or (`pairwise`) of pairs of texts.

    Raises Conflict `no_model` before the first one, BadRequest for a text where a pair is asked for, or the reverse.

    Loaded models are kept for the life of the process, a few dozen at most; any number of threads may ask at once.
    Raises Conflict `model_damaged` when its files are missing or are not what was stored, `not_served` when the project
    uses a classifier that cannot be stored as weights.
    """
    version = serving_version(project)
    if version is None:
        raise Conflict("This project has no trained model yet: label a few items first.", code="no_model")
    try:
        vectors = _vectors(project, load_encoder(version.representation), texts)
        model = load_model(version)
        probabilities = probabilities_of(model.logits(vectors) / temperature_of(version), model.head)
    except WorkersOnly as error:
        message = "This project's classifier is fitted in workers only. The built-in one (linear) answers here."
        raise Conflict(message, code="not_served") from error
    except ArtifactError as error:
        message = "The model's files are damaged; the next training replaces them."
        raise Conflict(message, code="model_damaged") from error
    return Predicted(version.number, probabilities, _confidence(probabilities, model.head), list(version.classes))


def _confidence(probabilities: npt.NDArray[np.float32], head: str) -> npt.NDArray[np.float32]:
    """The largest probability; where each class is for itself, the surest side of the least sure class."""
    if head == "sigmoid":
        return np.asarray(np.maximum(probabilities, 1 - probabilities).min(axis=1), dtype=np.float32)
    return np.asarray(probabilities.max(axis=1), dtype=np.float32)


def _vectors(project: Project, encoder: PoolRepresentation, texts: Sequence[Shown]) -> npt.NDArray[np.float32]:
    """The vectors of the texts; of a pair, what sets the first apart from the second."""
    wants_pairs = project.question.learner is Learner.PREFERENCE
    for place, text in enumerate(texts):
        if isinstance(text, str) == wants_pairs:
            message = f"must be {'{texts: [a, b]}' if wants_pairs else '{text}'}"
            raise BadRequest(f"Item {place} {message} in this project.", fields={f"items.{place}": message})
    if not wants_pairs:
        return encoder.transform([text for text in texts if isinstance(text, str)])
    return encoder.transform([text[0] for text in texts]) - encoder.transform([text[1] for text in texts])


def temperature_of(version: ModelVersion) -> np.float32:
    """By what the version's logits are divided so that its probabilities mean what they say, as far as was measured."""
    return np.float32((version.metrics.get("calibration") or {}).get("temperature", 1))

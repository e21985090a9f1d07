"""What the serving model says about new texts. Used in web requests: NumPy only, no scikit-learn, no optimiser."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from annotation.artifacts import ArtifactError
from annotation.errors import Conflict
from annotation.models import ModelVersion, Project
from annotation.queries.versions import serving_version
from annotation.stored import WorkersOnly, load_encoder, load_model
from modeling.linear import probabilities_of


class Predicted(NamedTuple):
    """The version that spoke, its probabilities (n_texts, n_classes), how sure it is (n_texts,), and the classes."""

    model_number: int
    probabilities: npt.NDArray[np.float32]
    confidence: npt.NDArray[np.float32]
    classes: list[str]


def predict(*, project: Project, texts: Sequence[str]) -> Predicted:
    """Returns what the serving model of this moment says; raises Conflict `no_model` before the first one.

    Loaded models are kept for the life of the process, a few dozen at most; any number of threads may ask at once.
    Raises Conflict `model_damaged` when its files are missing or are not what was stored, `not_served` when the project
    uses a classifier that cannot be stored as weights.
    """
    version = serving_version(project)
    if version is None:
        raise Conflict("This project has no trained model yet: label a few items first.", code="no_model")
    try:
        vectors = load_encoder(version.representation).transform(texts)
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


def temperature_of(version: ModelVersion) -> np.float32:
    """By what the version's logits are divided so that its probabilities mean what they say, as far as was measured."""
    return np.float32((version.metrics.get("calibration") or {}).get("temperature", 1))

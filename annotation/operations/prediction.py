"""What the serving model says about new texts. Used in web requests: NumPy only, no scikit-learn, no optimiser."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from annotation.artifacts import ArtifactError
from annotation.errors import BadRequest, Conflict
from annotation.kinds import Learner
from annotation.models import ModelVersion, Project, Representation
from annotation.operations.predicted_answers import answers_of
from annotation.operations.todays_classes import folding_of, spans_today
from annotation.queries.learning import no_version_because
from annotation.queries.versions import serving_version
from annotation.representations import EXTERNAL
from annotation.stored import WorkersOnly, load_encoder, load_model, load_tagger
from annotation.tagged import read_texts
from modeling.encoding import Encoder
from modeling.linear import probabilities_of
from modeling.tagging.outlook import look_ahead


class Predicted(NamedTuple):
    """The version that spoke, its probabilities (n_texts, n_classes), how sure it is (n_texts,), and the classes."""

    model_number: int
    probabilities: npt.NDArray[np.float32]
    confidence: npt.NDArray[np.float32]
    classes: list[str]


Shown = str | tuple[str, str]

# So many texts are tagged at once: a thousand long ones would need a gigabyte.
SLICE_TEXTS = 64


class Answered(NamedTuple):
    """The version that spoke, how sure it is (n_texts,), and its answers in the shape of the project's kind.

    Where classes have probabilities, each answer holds them as `probabilities`.
    """

    model_number: int
    confidence: npt.NDArray[np.float32]
    predictions: list[dict[str, Any]]


def predict_answers(*, project: Project, texts: Sequence[Shown]) -> Answered:
    """Returns what the serving model of this moment would answer; raises as `predict` does."""
    if project.question.learner is Learner.TAGGER:
        return _predict_spans(project, texts)
    found = predict(project=project, texts=texts)
    predictions = answers_of(project.question, found.classes, found.probabilities)
    return Answered(found.model_number, found.confidence, predictions)


def _predict_spans(project: Project, texts: Sequence[Shown]) -> Answered:
    """Returns {spans: [{start, end, class, probability}]} of each text, in code points.

    How sure the tagger is of a text is how sure it is of a token on average.
    """
    version = _serving(project)
    try:
        tagger = load_tagger(version)
    except ArtifactError as error:
        raise _damaged() from error
    alone = _alone(texts)
    parts = [read_texts(tagger, alone[start : start + SLICE_TEXTS]) for start in range(0, len(alone), SLICE_TEXTS)]
    sure = [1 - look_ahead(part.log_probabilities, part.tokens.offsets).uncertainty for part in parts]
    found = [spans for part in parts for spans in part.answers(version.classes)]
    answers = [{"spans": spans_today(project, version, spans)} for spans in found]
    return Answered(version.number, np.concatenate(sure), answers)


def predict(*, project: Project, texts: Sequence[Shown]) -> Predicted:
    """Returns what the serving model of this moment says of texts, or (`pairwise`) of pairs of texts.

    Raises Conflict `no_model` before the first one, BadRequest for a text where a pair is asked for, or the reverse.

    Loaded models are kept for the life of the process, a few dozen at most; any number of threads may ask at once.
    Raises Conflict `model_damaged` when its files are missing or are not what was stored, `not_served` when the project
    uses a classifier that cannot be stored as weights.
    """
    version = _serving(project)
    try:
        vectors = _vectors(project, _text_encoder(version.representation), texts)
        model = load_model(version)
        probabilities = probabilities_of(model.logits(vectors) / temperature_of(version), model.head)
    except WorkersOnly as error:
        message = "This project's classifier is fitted in workers only. The built-in one (linear) answers here."
        raise Conflict(message, code="not_served") from error
    except ArtifactError as error:
        raise _damaged() from error
    folding, classes = folding_of(project, version), project.question.columns(project.schema)
    if folding is not None:
        probabilities = folding.probabilities(probabilities, model.head)
    return Predicted(version.number, probabilities, _confidence(probabilities, model.head), classes)


def _confidence(probabilities: npt.NDArray[np.float32], head: str) -> npt.NDArray[np.float32]:
    """The largest probability; where each class is for itself, the surest side of the least sure class."""
    if head == "sigmoid":
        return np.asarray(np.maximum(probabilities, 1 - probabilities).min(axis=1), dtype=np.float32)
    return np.asarray(probabilities.max(axis=1), dtype=np.float32)


def _serving(project: Project) -> ModelVersion:
    version = serving_version(project)
    if version is None:
        raise Conflict(no_version_because(project), code="no_model")
    return version


def _damaged() -> Conflict:
    return Conflict("The model's files are damaged; the next training replaces them.", code="model_damaged")


def _vectors(project: Project, encoder: Encoder, texts: Sequence[Shown]) -> npt.NDArray[np.float32]:
    """The vectors of the texts; of a pair, what sets the first apart from the second."""
    if project.question.learner is not Learner.PREFERENCE:
        return encoder.transform(_alone(texts))
    for place, text in enumerate(texts):
        if isinstance(text, str):
            raise _misshapen(place, "must be {texts: [a, b]}")
    return encoder.transform([text[0] for text in texts]) - encoder.transform([text[1] for text in texts])


def _alone(texts: Sequence[Shown]) -> list[str]:
    """The texts of a kind that shows one at a time."""
    for place, text in enumerate(texts):
        if not isinstance(text, str):
            raise _misshapen(place, "must be {text}")
    return [text for text in texts if isinstance(text, str)]


def _misshapen(place: int, message: str) -> BadRequest:
    return BadRequest(f"Item {place} {message} in this project.", fields={f"items.{place}": message})


def temperature_of(version: ModelVersion) -> np.float32:
    """By what the version's logits are divided so that its probabilities mean what they say, as far as was measured."""
    return np.float32((version.metrics.get("calibration") or {}).get("temperature", 1))


def _text_encoder(representation: Representation) -> Encoder:
    """Returns what turns texts into vectors here; raises Conflict where web processes cannot, or there is none."""
    encoder = None if representation.name == EXTERNAL else load_encoder(representation)
    if encoder is None or not encoder.is_light or encoder.reads != "text":
        message = (
            f"The vectors of this project ({representation.name}) are not made of texts by the web server. Download "
            "the version: its scorer takes what its representation reads."
        )
        raise Conflict(message, code="not_served")
    return encoder

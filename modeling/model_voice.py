"""How much say the classifier has earned beside the people's votes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modeling.truth import Truth
from modeling.votes import CHUNK_CELLS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEAST_VOTES = 30
TEMPERATURES = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)
FLOOR = 0.05


@dataclass(frozen=True, slots=True)
class Voice:
    """What the model says of every item (n_items, n_classes), which items it speaks about, and its weight, 0 to 1.

    Rows of items it says nothing about hold the class shares.
    """

    probabilities: Floats
    speaks: npt.NDArray[np.bool_]
    weight: float


def weighed_voice(votes: Ints, items: Ints, views: Floats, *, truth: Truth, matrix: Ints) -> Voice | None:
    """The voice of a model whose out-of-fold probabilities for `items` are `views`; None while it has earned no say.

    `truth` is what people alone say, `matrix` (n_annotators,) each annotator's place in its skills. The model is
    measured by how well it foretells the answers it has not seen, each by way of its author's mistakes: measured as if
    everybody were right, a good model among people who err would look unsure. The weight is 0 until the gain over the
    class shares exceeds its standard error, and nears 1 as the gain outgrows it.
    """
    speaks = np.zeros(len(truth.posterior), dtype=np.bool_)
    speaks[items] = True
    judged = _judged(votes[speaks[votes[:, 0]]], len(speaks))
    if len(judged) < LEAST_VOTES or views.shape[1] < 2:
        return None
    place = np.searchsorted(items, judged[:, 0])
    answers = _Answers(place, matrix[judged[:, 1]], judged[:, 2], truth.skills.confusion)
    tempered = temper(views, best_temperature(answers, views))
    weight = weight_earned(answers, tempered, truth.class_prior)
    probabilities = np.tile(truth.class_prior, (len(speaks), 1))
    probabilities[items] = tempered
    return Voice(probabilities, speaks, weight) if weight > 0 else None


def _judged(votes: Ints, n_items: int) -> Ints:
    """The votes that tell how good the model is: those that another vote speaks about, or all while they are few."""
    checked = votes[np.bincount(votes[:, 0], minlength=n_items)[votes[:, 0]] > 1]
    return checked if len(checked) >= LEAST_VOTES else votes


def heard(posterior: Floats, class_prior: Floats, voice: Voice, known: npt.NDArray[np.bool_]) -> Floats:
    """What people say (n_items, n_classes) times what the model says beyond the class shares, floored and weighed.

    `known` (n_items,) marks items that stay as they are.
    """
    speaks = voice.speaks & ~known
    joined = posterior.copy()
    joined[speaks] *= np.exp(said_beyond(class_prior, voice)[speaks])
    joined[speaks] /= joined[speaks].sum(axis=1, keepdims=True)
    return joined


def said_beyond(class_prior: Floats, voice: Voice) -> Floats:
    """Log of what the model says of each item beyond the class shares, floored and weighed (n_items, n_classes)."""
    said = np.zeros_like(voice.probabilities)
    floored = (1 - FLOOR) * voice.probabilities[voice.speaks] + FLOOR / len(class_prior)
    said[voice.speaks] = voice.weight * np.log(floored / class_prior)
    return said


def temper(probabilities: npt.NDArray[np.floating], temperature: float) -> Floats:
    """The probabilities flattened (temperature above 1) or sharpened (below 1); rows sum to one."""
    logs = np.log(np.maximum(probabilities, 1e-9).astype(np.float64)) / temperature
    powers = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class _Answers:
    """Answers that the model foretells: the item's place in the model's rows, the author's matrix, the class said; the
    `confusion` (n_matrices, K, K) that leads from what is true to what is said."""

    place: Ints
    matrix: Ints
    answer: Ints
    confusion: Floats

    def loss(self, probabilities: Floats) -> Floats:
        """-log P(answer) of each (n,), by what the model says is true (n_rows, K); floored."""
        found = np.empty(len(self.answer))
        size = max(1, CHUNK_CELLS // probabilities.shape[1])
        for start in range(0, len(found), size):
            rows = slice(start, start + size)
            ways = self.confusion[self.matrix[rows], :, self.answer[rows]]
            found[rows] = np.einsum("nk,nk->n", ways, probabilities[self.place[rows]])
        return np.asarray(-np.log(0.99 * found + 0.01 / probabilities.shape[1]))


def best_temperature(answers: _Answers, views: Floats) -> float:
    """The temperature at which the out-of-fold probabilities foretell the answers best."""
    losses = [answers.loss(temper(views, t)).mean() for t in TEMPERATURES]
    return TEMPERATURES[int(np.argmin(losses))]


def weight_earned(answers: _Answers, tempered: Floats, class_prior: Floats) -> float:
    """0..1: how far the gain over the class shares, in log loss, exceeds its own standard error."""
    gain = answers.loss(np.broadcast_to(class_prior, tempered.shape)) - answers.loss(tempered)
    error = float(gain.std()) / np.sqrt(len(gain))
    return 1 - error / float(gain.mean()) if gain.mean() > error else 0.0

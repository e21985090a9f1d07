"""How much say the classifier has earned beside the people's votes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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


def weighed_voice(votes: Ints, items: Ints, views: Floats, *, n_items: int) -> Voice | None:
    """The voice of a model whose out-of-fold probabilities for `items` are `views`; None while it has earned no say."""
    n_classes = views.shape[1]
    speaks = np.zeros(n_items, dtype=np.bool_)
    speaks[items] = True
    judged = votes[speaks[votes[:, 0]]]
    shares = (np.bincount(judged[:, 2], minlength=n_classes) + 1) / (len(judged) + n_classes)
    probabilities = np.tile(shares, (n_items, 1))
    probabilities[items] = views
    probabilities[items] = temper(views, best_temperature(judged, probabilities))
    weight = model_weight_earned(judged, probabilities, n_items=n_items, n_classes=n_classes)
    return Voice(probabilities, speaks, weight) if weight > 0 else None


def heard(posterior: Floats, class_prior: Floats, voice: Voice, known: npt.NDArray[np.bool_]) -> Floats:
    """What people say (n_items, n_classes) times what the model says beyond the class shares, floored and weighed.

    The probabilities are tempered already, so a weight of one half gives the model its full say, and smaller weights
    less. `known` (n_items,) marks items that stay as they are.
    """
    speaks = voice.speaks & ~known
    said = (1 - FLOOR) * voice.probabilities[speaks] + FLOOR / posterior.shape[1]
    joined = posterior.copy()
    joined[speaks] *= (said / class_prior) ** min(1.0, 2 * voice.weight)
    joined[speaks] /= joined[speaks].sum(axis=1, keepdims=True)
    return joined


def temper(probabilities: npt.NDArray[np.floating], temperature: float) -> Floats:
    """The probabilities flattened (temperature above 1) or sharpened (below 1); rows sum to one."""
    logs = np.log(np.maximum(probabilities, 1e-9).astype(np.float64)) / temperature
    powers = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def best_temperature(votes: Ints, model_probabilities: npt.NDArray[np.floating]) -> float:
    """The temperature at which the out-of-fold probabilities predict the votes best; 1 with few votes."""
    if len(votes) < LEAST_VOTES:
        return 1.0
    losses = [_log_loss(temper(model_probabilities, t), votes).mean() for t in TEMPERATURES]
    return TEMPERATURES[int(np.argmin(losses))]


def model_weight_earned(
    votes: Ints, model_probabilities: npt.NDArray[np.floating], *, n_items: int, n_classes: int
) -> float:
    """The model's weight, 0..1: how much better than the class shares it predicts votes it has not seen.

    model_probabilities: (n_items, n_classes), out-of-fold. Votes on items with two votes or more decide. When fewer
    than 30 of them exist, all votes do: the model is then measured against single, unchecked votes, and gets half of
    the weight at most. 0 unless the gain in log loss exceeds its standard error; 1 from half of the prior's log loss.
    """
    per_item = np.bincount(votes[:, 0], minlength=n_items)
    checked = votes[per_item[votes[:, 0]] > 1]
    judged, most = (checked, 1.0) if len(checked) >= LEAST_VOTES else (votes, 0.5)
    if len(judged) < LEAST_VOTES or n_classes < 2:
        return 0.0
    share = (np.bincount(judged[:, 2], minlength=n_classes) + 1) / (len(judged) + n_classes)
    prior_loss = _log_loss(np.tile(share, (n_items, 1)), judged)
    gain = prior_loss - _log_loss(np.asarray(model_probabilities, dtype=np.float64), judged)
    error = float(gain.std()) / np.sqrt(len(gain))
    if gain.mean() <= error:
        return 0.0
    return float(min(most, 2 * gain.mean() / prior_loss.mean()))


def _log_loss(probabilities: Floats, votes: Ints) -> Floats:
    floored = 0.99 * probabilities[votes[:, 0], votes[:, 2]] + 0.01 / probabilities.shape[1]
    return np.asarray(-np.log(floored), dtype=np.float64)

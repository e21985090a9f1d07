"""Log probabilities of tags → the best valid sequence of each text, for many texts at once."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modeling.tagging.tagger import Floats
from modeling.tagging.tokens import Ints

NEVER = np.float32(-1e9)


class Paths(NamedTuple):
    """`tags` (n_tokens,) of the best valid sequences; `log_probability` (n_texts,) of each among all valid ones."""

    tags: Ints
    log_probability: Floats


def best_paths(log_probabilities: Floats, offsets: Ints, *, boldness: float = 0.0) -> Paths:
    """The most probable sequence of each text in which a span goes on only after a beginning of its class.

    `log_probabilities` (n_tokens, n_tags); the tokens of text i are `offsets[i]:offsets[i + 1]`. All texts move on
    together, a token a step (Viterbi 1967, DOI 10.1109/TIT.1967.1054010; the sums are the forward algorithm's).
    `boldness` is taken off the log probability of "outside".
    """
    scores = log_probabilities.copy()
    scores[:, 0] -= np.float32(boldness)
    lengths = np.diff(offsets)
    order = np.argsort(-lengths, kind="stable")
    order = order[lengths[order] > 0]
    firsts, left = offsets[:-1][order], lengths[order]
    best, total, back = _forward(scores, firsts, left)
    log_probability = np.zeros(len(lengths), dtype=np.float32)
    if len(order):
        log_probability[order] = np.minimum(best.max(axis=1) - _log_sum(total, axis=1), 0)
    return Paths(_backward(best, back, firsts, left, len(scores)), log_probability)


def _forward(scores: Floats, firsts: Ints, left: Ints) -> tuple[Floats, Floats, list[Ints]]:
    """Best and summed log scores by last tag (n_texts, n_tags), and for each step the best tag before.

    Anything may stand before "outside" and before a beginning, so one maximum serves them all; only the same class may
    stand before what goes on. Texts come longest first, so those that still go on are always the first ones.
    """
    best = scores[firsts]
    best[:, 2::2] = NEVER
    total = best.copy()
    back: list[Ints] = []
    for step in range(1, int(left.max(initial=0))):
        n = int((left > step).sum())
        here = scores[firsts[:n] + step]
        before = np.repeat(best[:n].argmax(axis=1)[:, None], scores.shape[1], axis=1)
        before[:, 2::2] = np.arange(1, scores.shape[1], 2) + (best[:n, 2::2] > best[:n, 1::2])
        back.append(before)
        best[:n] = np.take_along_axis(best[:n], before, axis=1) + here
        goes_on = np.logaddexp(total[:n, 1::2], total[:n, 2::2])
        total[:n] = _log_sum(total[:n], axis=1)[:, None] + here
        total[:n, 2::2] = goes_on + here[:, 2::2]
    return best, total, back


def _backward(best: Floats, back: list[Ints], firsts: Ints, left: Ints, n_tokens: int) -> Ints:
    tags = np.zeros(n_tokens, dtype=np.int64)
    current = best.argmax(axis=1) if len(best) else np.zeros(0, dtype=np.int64)
    for step in range(len(back), -1, -1):
        n = int((left > step).sum())
        tags[firsts[:n] + step] = current[:n]
        if step:
            current[:n] = back[step - 1][np.arange(n), current[:n]]
    return tags


def _log_sum(values: npt.NDArray[np.float32], axis: int) -> Floats:
    top = values.max(axis=axis, keepdims=True)
    return np.asarray(np.log(np.exp(values - top).sum(axis=axis)) + top.squeeze(axis), dtype=np.float32)

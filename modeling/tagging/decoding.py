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


def steps(width: int) -> Floats:
    """0 where a tag (row) may be followed by another (column), else a very small number."""
    allowed = np.zeros((width, width), dtype=np.float32)
    for inside in range(2, width, 2):
        allowed[:, inside] = NEVER
        allowed[[inside - 1, inside], inside] = 0
    return allowed


def _forward(scores: Floats, firsts: Ints, left: Ints) -> tuple[Floats, Floats, list[Ints]]:
    """Best and summed log scores by last tag (n_texts, n_tags), and for each step the best tag before.

    Texts come longest first, so those that still go on are always the first ones.
    """
    width = scores.shape[1]
    allowed = steps(width)
    start = np.zeros(width, dtype=np.float32)
    start[2::2] = NEVER
    best = scores[firsts] + start
    total = best.copy()
    back: list[Ints] = []
    for step in range(1, int(left.max(initial=0))):
        n = int((left > step).sum())
        here = scores[firsts[:n] + step]
        routes = best[:n, :, None] + allowed
        back.append(routes.argmax(axis=1))
        best[:n] = routes.max(axis=1) + here
        total[:n] = _log_sum(total[:n, :, None] + allowed, axis=1) + here
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

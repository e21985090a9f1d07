"""What a tagger says of many texts → how unsure it is of each, and which spans it expects: the makings of a queue."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modeling.class_needs import ENOUGH_LABELS
from modeling.tagging.decoding import best_paths
from modeling.tagging.tagger import Floats
from modeling.tagging.tokens import Ints

SURE = 0.75
# A class is looked for until so many of its spans are known.
FEW_SPANS = 3


class Outlook(NamedTuple):
    """What a tagger expects of each text.

    `uncertainty` (n_texts,) is 1 - p ^ (1 / n_tokens) with p the probability of its best sequence: how unsure the
    tagger is of a token on average, so that long texts are not preferred for being long (Shen et al. 2017, DOI
    10.18653/v1/W17-2630). `expected` (n_texts, n_classes) counts the spans of each class that it expects, and
    `n_unsure` (n_texts,) the stretches of which it is less than three quarters sure.
    """

    uncertainty: Floats
    expected: Floats
    n_unsure: Ints


def look_ahead(log_probabilities: Floats, offsets: Ints) -> Outlook:
    """The outlook of every text; that of a text without tokens is certain and empty."""
    paths = best_paths(log_probabilities, offsets)
    lengths = np.maximum(np.diff(offsets), 1)
    probabilities = np.exp(log_probabilities)
    is_unsure = probabilities.max(axis=1, initial=0) < SURE
    goes_on = np.concatenate([[False], is_unsure])[: len(is_unsure)]
    goes_on[offsets[:-1][offsets[:-1] < len(goes_on)]] = False
    begins = is_unsure & ~goes_on
    return Outlook(
        np.asarray(-np.expm1(paths.log_probability / lengths), dtype=np.float32),
        np.asarray(_sums(probabilities[:, 1::2], offsets), dtype=np.float32),
        _sums(begins[:, None].astype(np.int64), offsets)[:, 0].astype(np.int64),
    )


def spans_wanted(counts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Known spans a class (n_classes,), for `rank_team`; a class with a few of them counts as having enough.

    Texts that the tagger is unsure of hold spans anyway, so a class is looked for only until a few of its spans are
    known; without any search F1 is a little lower (docs/experiments/spans.md).
    """
    return np.where(counts >= FEW_SPANS, ENOUGH_LABELS, counts)


def _sums(rows: npt.NDArray[np.generic], offsets: Ints) -> npt.NDArray[np.float64]:
    """The sum of each text's rows (n_texts, n_columns)."""
    running = np.zeros((len(rows) + 1, rows.shape[1]))
    np.cumsum(rows, axis=0, out=running[1:])
    return running[offsets[1:]] - running[offsets[:-1]]

"""The representations `pool` and `tfidf` with NumPy alone: what `transform` of either does, without SciPy.

Slower for many texts, and goes along with a model that is downloaded.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from modeling.ngrams import Hashes, Ints, Tokens, character_hashes, tokenize, word_features, word_hashes

Floats = npt.NDArray[np.float32]


def transform(arrays: Mapping[str, npt.NDArray[Any]], texts: Sequence[str]) -> Floats:
    """Unit rows (n_texts, dimension), float32, by the arrays that `dump` of the representation gives.

    Those of `pool` have word vectors beside the axes, those of `tfidf` do not.
    """
    if not len(texts):
        parts = [arrays[name].shape[1] for name in ("word_axes", "word_vectors") if name in arrays]
        return np.zeros((0, sum(parts)), dtype=np.float32)
    tokens = tokenize(texts)
    hashes, n = word_hashes(tokens.words), len(texts)
    words, word_text = word_features(tokens, hashes)
    latent = _block(words, word_text, n, arrays["word_hashes"], arrays["word_weights"], arrays["word_axes"])
    grams, gram_text = _character_features(tokens)
    latent += _block(
        grams, gram_text, n, arrays["character_hashes"], arrays["character_weights"], arrays["character_axes"]
    )
    if "word_vectors" not in arrays:
        return unit_rows(latent)
    return unit_rows(np.hstack([unit_rows(latent), _averaged(arrays, tokens, hashes, n)]))


def _averaged(arrays: Mapping[str, npt.NDArray[Any]], tokens: Tokens, hashes: Hashes, n: int) -> Floats:
    """The averaged word vectors of each text, without the direction that all texts share."""
    place = _find(arrays["known_words"], hashes)[tokens.word_of]
    known = place >= 0
    averaged = unit_rows(_summed(arrays["word_vectors"][place[known]], tokens.text_of[known], n))
    rest = averaged - np.outer(averaged @ arrays["common"], arrays["common"])
    rest[np.linalg.norm(rest, axis=1) < 1e-3] = 0
    return unit_rows(rest)


def unit_rows(rows: Floats) -> Floats:
    """The rows at length one; zero rows stay zero."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(length > 1e-6, length, np.inf), dtype=np.float32)


def _character_features(tokens: Tokens) -> tuple[Hashes, Ints]:
    """Hashes of the n-grams of every word of every text, and the text of each."""
    hashes, owner = character_hashes(tokens.words)
    order = np.argsort(owner, kind="stable")
    sizes = np.bincount(owner, minlength=len(tokens.words))
    starts = np.cumsum(sizes) - sizes
    n_each = sizes[tokens.word_of]
    first = np.repeat(starts[tokens.word_of], n_each)
    within = np.arange(n_each.sum()) - np.repeat(np.cumsum(n_each) - n_each, n_each)
    return hashes[order][first + within], np.repeat(tokens.text_of, n_each)


def _block(features: Hashes, text_of: Ints, n: int, vocabulary: Hashes, weights: Floats, axes: Floats) -> Floats:
    """Rows (1 + log count) × weight at length one, turned into the axes: (n, n_axes)."""
    column = _find(vocabulary, features)
    keys, counts = np.unique(text_of[column >= 0] * max(len(vocabulary), 1) + column[column >= 0], return_counts=True)
    text, column = np.divmod(keys, max(len(vocabulary), 1))
    values = (1 + np.log(counts.astype(np.float32))) * weights[column]
    length = np.sqrt(np.bincount(text, weights=values * values, minlength=n))
    values = (values / np.maximum(length, 1e-12)[text]).astype(np.float32)
    return _summed(values[:, None] * axes[column], text, n)


def _find(vocabulary: Hashes, hashes: Hashes) -> Ints:
    """The place of every hash among the ascending ones, -1 where unknown."""
    if not len(vocabulary):
        return np.full(len(hashes), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(vocabulary, hashes), len(vocabulary) - 1)
    return np.where(vocabulary[place] == hashes, place, -1).astype(np.int64)


def _summed(rows: Floats, text_of: Ints, n: int) -> Floats:
    """The sum of the rows of each text (n, d); `text_of` rises."""
    out = np.zeros((n, rows.shape[1]), dtype=np.float32)
    if len(rows):
        starts = np.flatnonzero(np.diff(text_of, prepend=-1))
        out[text_of[starts]] = np.add.reduceat(rows, starts, axis=0)
    return out

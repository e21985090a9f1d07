"""The `pool` representation: texts → unit vectors, with weights learned from the project's own items (see `pool_fit`).

Imported by web processes: NumPy only, and scipy.sparse with the first text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modeling.later import Sparse, sparse
from modeling.ngrams import Hashes, Tokens, character_hashes, tokenize, word_features, word_hashes

Floats = npt.NDArray[np.float32]
SLICE_TEXTS = 2_000


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Known features: their hashes, ascending (n,), and weights (n,), inverse document frequency to the power 1.5."""

    hashes: Hashes
    weights: Floats

    def find(self, hashes: Hashes) -> npt.NDArray[np.int64]:
        """The column of every hash, -1 where unknown."""
        if not len(self.hashes):
            return np.full(len(hashes), -1, dtype=np.int64)
        place = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return np.where(self.hashes[place] == hashes, place, -1).astype(np.int64)


@dataclass(frozen=True, slots=True)
class PoolRepresentation:
    """Two unit-norm blocks side by side: latent semantic axes of words and characters, and averaged PMI word vectors.

    `word_axes` and `character_axes` map features to the first block; `word_vectors` (known words, d) and `common` (d,),
    the direction all texts share, make the second.
    """

    words: Vocabulary
    characters: Vocabulary
    word_axes: Floats
    character_axes: Floats
    known_words: Hashes
    word_vectors: Floats
    common: Floats

    name = "pool"
    reads = "text"
    is_light = True

    @property
    def dimension(self) -> int:
        """The number of columns `transform` returns."""
        return int(self.word_axes.shape[1] + self.word_vectors.shape[1])

    def transform(self, texts: Sequence[str]) -> Floats:
        """Unit rows (n_texts, dimension), float32; the zero row for a text without a single known feature."""
        out = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), SLICE_TEXTS):
            out[start : start + SLICE_TEXTS] = self._transform_slice(tokenize(texts[start : start + SLICE_TEXTS]))
        return out

    def _transform_slice(self, tokens: Tokens) -> Floats:
        hashes = word_hashes(tokens.words)
        word_part = weighted_rows(count_words(tokens, hashes, self.words), self.words)
        character_part = weighted_rows(count_characters(tokens, self.characters), self.characters)
        latent = np.asarray(word_part @ self.word_axes + character_part @ self.character_axes, dtype=np.float32)
        known = Vocabulary(self.known_words, np.zeros(0, dtype=np.float32)).find(hashes)
        averaged = average_vectors(tokens, known, self.word_vectors)
        averaged = without_direction(averaged, self.common)
        return unit_rows(np.hstack([unit_rows(latent), averaged]))

    def dump(self) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
        """Numeric arrays and JSON-able facts, from which `load` makes the same representation."""
        arrays: dict[str, npt.NDArray[Any]] = {
            "word_hashes": self.words.hashes,
            "word_weights": self.words.weights,
            "character_hashes": self.characters.hashes,
            "character_weights": self.characters.weights,
            "word_axes": self.word_axes,
            "character_axes": self.character_axes,
            "known_words": self.known_words,
            "word_vectors": self.word_vectors,
            "common": self.common,
        }
        return arrays, {"name": self.name, "format": 1, "dimension": self.dimension}

    @classmethod
    def load(cls, arrays: Mapping[str, npt.NDArray[Any]], meta: Mapping[str, Any]) -> Self:
        """The representation that was dumped; raises ValueError when `meta` is not of this name and format."""
        if meta.get("name") != cls.name or meta.get("format") != 1:
            raise ValueError(f"not a stored pool representation of format 1: {meta.get('name')} {meta.get('format')}")
        return cls(
            words=Vocabulary(arrays["word_hashes"], arrays["word_weights"]),
            characters=Vocabulary(arrays["character_hashes"], arrays["character_weights"]),
            word_axes=arrays["word_axes"],
            character_axes=arrays["character_axes"],
            known_words=arrays["known_words"],
            word_vectors=arrays["word_vectors"],
            common=arrays["common"],
        )


def count_words(tokens: Tokens, hashes: Hashes, vocabulary: Vocabulary) -> Sparse:
    """How often each text holds each known word, pair and opening: (n_texts, n_features)."""
    features, text_of = word_features(tokens, hashes)
    column = vocabulary.find(features)
    return counted(text_of[column >= 0], column[column >= 0], (len(tokens.offsets) - 1, len(vocabulary.hashes)))


def count_characters(tokens: Tokens, vocabulary: Vocabulary) -> Sparse:
    """How often each text holds each known character n-gram: (n_texts, n_features), through its distinct words."""
    hashes, owner = character_hashes(tokens.words)
    column = vocabulary.find(hashes)
    n_words = len(tokens.words)
    by_word = counted(owner[column >= 0], column[column >= 0], (n_words, len(vocabulary.hashes)))
    by_text = counted(tokens.text_of, tokens.word_of, (len(tokens.offsets) - 1, n_words))
    return sparse.csr_matrix(by_text @ by_word)


def counted(rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64], shape: tuple[int, int]) -> Sparse:
    """The sparse matrix of how often each (row, column) occurs."""
    return sparse.csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=shape)


def weighted_rows(counts: Sparse, vocabulary: Vocabulary) -> Sparse:
    """Rows (1 + log count) × weight, scaled to length one."""
    data = (1 + np.log(counts.data)) * vocabulary.weights[counts.indices]
    row_of = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    length = np.sqrt(np.bincount(row_of, weights=data * data, minlength=counts.shape[0]))
    data = (data / np.maximum(length, 1e-12)[row_of]).astype(np.float32)
    return sparse.csr_matrix((data, counts.indices, counts.indptr), shape=counts.shape)


def average_vectors(tokens: Tokens, known: npt.NDArray[np.int64], vectors: Floats) -> Floats:
    """The sum of the known words' vectors in every text (n_texts, d); frequency weights are part of the vectors."""
    row = known[tokens.word_of]
    counts = counted(tokens.text_of[row >= 0], row[row >= 0], (len(tokens.offsets) - 1, len(vectors)))
    return unit_rows(np.asarray(counts @ vectors, dtype=np.float32))


def without_direction(rows: Floats, direction: Floats) -> Floats:
    """The unit rows with one direction taken out, unit again; zero where hardly anything is left (equal texts)."""
    rest = rows - np.outer(rows @ direction, direction)
    rest[np.linalg.norm(rest, axis=1) < 1e-3] = 0
    return unit_rows(rest)


def unit_rows(rows: Floats) -> Floats:
    """The rows at length one; zero rows stay zero."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(length > 1e-6, length, np.inf), dtype=np.float32)

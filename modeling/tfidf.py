"""The `tfidf` representation: texts → weighted words, word pairs and character n-grams, in 384 numbers.

The sparse rows are kept by their projection on their own 384 principal axes. What the axes leave out is mostly features
of single texts, and a linear model learns sooner without them; every strategy gets by with dense rows.
Imported by web processes: NumPy and scipy.sparse only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modeling.ngrams import tokenize, word_hashes
from modeling.pool import SLICE_TEXTS, Floats, Vocabulary, count_characters, count_words, unit_rows, weighted_rows

DIMENSION = 384


@dataclass(frozen=True, slots=True)
class TfidfRepresentation:
    """`word_axes` and `character_axes` (features, dimension) map known features to the principal axes."""

    words: Vocabulary
    characters: Vocabulary
    word_axes: Floats
    character_axes: Floats

    name = "tfidf"
    reads = "text"
    is_light = True

    @property
    def dimension(self) -> int:
        """The number of columns `transform` returns."""
        return int(self.word_axes.shape[1])

    def transform(self, texts: Sequence[str]) -> Floats:
        """Unit rows (n_texts, dimension), float32; the zero row for a text without a single known feature."""
        out = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), SLICE_TEXTS):
            tokens = tokenize(texts[start : start + SLICE_TEXTS])
            word_part = weighted_rows(count_words(tokens, word_hashes(tokens.words), self.words), self.words)
            character_part = weighted_rows(count_characters(tokens, self.characters), self.characters)
            rows = word_part @ self.word_axes + character_part @ self.character_axes
            out[start : start + SLICE_TEXTS] = unit_rows(np.asarray(rows, dtype=np.float32))
        return out

    def dump(self) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
        """Numeric arrays and JSON-able facts, from which `load` makes the same representation."""
        arrays: dict[str, npt.NDArray[Any]] = {
            "word_hashes": self.words.hashes,
            "word_weights": self.words.weights,
            "character_hashes": self.characters.hashes,
            "character_weights": self.characters.weights,
            "word_axes": self.word_axes,
            "character_axes": self.character_axes,
        }
        return arrays, {"name": self.name, "format": 1, "dimension": self.dimension}

    @classmethod
    def load(cls, arrays: Mapping[str, npt.NDArray[Any]], meta: Mapping[str, Any]) -> Self:
        """The representation that was dumped; raises ValueError when `meta` is not of this name and format."""
        if meta.get("name") != cls.name or meta.get("format") != 1:
            raise ValueError(f"not a stored tfidf representation of format 1: {meta.get('name')} {meta.get('format')}")
        return cls(
            words=Vocabulary(arrays["word_hashes"], arrays["word_weights"]),
            characters=Vocabulary(arrays["character_hashes"], arrays["character_weights"]),
            word_axes=arrays["word_axes"],
            character_axes=arrays["character_axes"],
        )

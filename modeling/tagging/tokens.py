"""Texts → tokens with their places in the text, counted in code points: what spans snap to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from modeling.ngrams import MARKS, MAX_CHARACTERS, MAX_WORD_CHARACTERS, UNSPACED

Ints = npt.NDArray[np.int64]

# Vowel signs and tone marks that stay with the character before them (Thai, Lao, Burmese, Khmer, Japanese).
_TAILS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3\u3099\u309a"
# What follows a symbol without being a symbol of its own: accents, variation selectors, keycaps, skin tones, flag tags.
_MODIFIERS = "\u0300-\u036f\ufe00-\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"
_SYMBOL = rf"[^\w\s][{_MODIFIERS}]*"
_TOKEN = re.compile(
    "|".join(
        [
            "[\U0001f1e6-\U0001f1ff]{2}",  # a flag is two letters
            "[0-9#*]\ufe0f?\u20e3",  # a keycap
            rf"[{UNSPACED}][{_TAILS}]*",
            rf"\d+(?:[.,]\d+)*(?![\w{MARKS}])",
            rf"(?:(?![{UNSPACED}])[\w{MARKS}])+",
            rf"{_SYMBOL}(?:\u200d{_SYMBOL})*",  # emoji joined to one picture
        ]
    )
)


@dataclass(frozen=True, slots=True)
class TokenizedTexts:
    """Tokens of some texts: those of text i are `offsets[i]:offsets[i + 1]` of the arrays of length n_tokens.

    `words` are the distinct tokens as they are written (the first 40 characters), `word_of` the place of every token
    among them, `starts` and `ends` its place in its own text in code points, the end exclusive.
    """

    words: list[str]
    word_of: Ints
    offsets: Ints
    starts: Ints
    ends: Ints

    @property
    def n_texts(self) -> int:
        """The number of texts, empty ones included."""
        return len(self.offsets) - 1

    @property
    def lengths(self) -> Ints:
        """Tokens a text (n_texts,)."""
        return np.diff(self.offsets)

    def rows_of(self, texts: Ints) -> Ints:
        """The tokens of these texts, one text after the other."""
        return np.concatenate([np.arange(self.offsets[i], self.offsets[i + 1]) for i in texts] or [texts[:0]])

    def only(self, texts: Ints) -> "TokenizedTexts":
        """These texts alone, in the order given; the distinct words are still those of all."""
        rows = self.rows_of(texts)
        offsets = np.concatenate([[0], np.cumsum(self.lengths[texts])])
        return TokenizedTexts(self.words, self.word_of[rows], offsets, self.starts[rows], self.ends[rows])


def tokenize_with_places(texts: Sequence[str]) -> TokenizedTexts:
    """Words, numbers, symbols and emoji of each text's first 20,000 characters; single characters where no spaces are.

    The tokens of a text rise, do not overlap, and cover everything but white space.
    """
    known: dict[str, int] = {}
    word_of: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    offsets = [0]
    for text in texts:
        for found in _TOKEN.finditer(text[:MAX_CHARACTERS]):
            word_of.append(known.setdefault(found.group()[:MAX_WORD_CHARACTERS], len(known)))
            starts.append(found.start())
            ends.append(found.end())
        offsets.append(len(word_of))
    columns = (np.array(column, dtype=np.int64) for column in (word_of, offsets, starts, ends))
    return TokenizedTexts(list(known), *columns)

"""Tokens → sparse features of every distinct word, and which words stand around each token.

A word's features are made once, however often it occurs; a token has those of its own word and a smaller set of each
of its neighbours' (two to the left, two to the right). NumPy only: goes along with a model that is downloaded.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import numpy.typing as npt

from modeling.tagging.lexicon import Lexicon
from modeling.tagging.tokens import Ints, TokenizedTexts

Floats = npt.NDArray[np.float32]
Hashes = npt.NDArray[np.uint32]

AFFIX_CHARACTERS = 4
LONGEST_SHAPE = 8
LONGEST_LENGTH = 8
WORDS_A_TIME = 4_096
NEIGHBOURS = (-2, -1, 1, 2)
EDGE = ("edge",)
_REPEATED = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class HashedWords:
    """Feature hashes of words: those of word i are `hashes[offsets[i]:offsets[i + 1]]`; the last is a text's edge."""

    hashes: Hashes
    offsets: Ints

    def known_among(self, known: Hashes) -> tuple[Ints, Ints]:
        """The places of the words' features among the known ones (ascending), the others left out; and where those of
        each word begin and end, as in `offsets`."""
        if not len(known):
            return np.zeros(0, dtype=np.int64), np.zeros_like(self.offsets)
        place = np.minimum(np.searchsorted(known, self.hashes), len(known) - 1)
        hit = known[place] == self.hashes
        return place[hit], np.concatenate([[0], np.cumsum(hit)])[self.offsets]

    def summed(self, known: Hashes, coef: Floats) -> Floats:
        """The sum of the rows of `coef` (n_known, n) that belong to each word's features (n_words, n)."""
        place, ends = self.known_among(known)
        out = np.zeros((len(ends) - 1, coef.shape[1]), dtype=np.float32)
        for start in range(0, len(out), WORDS_A_TIME):
            edges = ends[start : start + WORDS_A_TIME + 1]
            some = np.flatnonzero(np.diff(edges))
            if len(some):
                rows = coef[place[edges[0] : edges[-1]]]
                out[start + some] = np.add.reduceat(rows, edges[some] - edges[0], axis=0)
        return out


@dataclass(frozen=True, slots=True)
class TokenFeatures:
    """Features of some tokenised texts.

    `words` holds all features of each distinct word, `contexts` those that a neighbour lends; `word_of` (n_tokens,) and
    `neighbours` (4, n_tokens) are rows of them.
    """

    words: HashedWords
    contexts: HashedWords
    word_of: Ints
    neighbours: Ints


def token_features(tokens: TokenizedTexts, lexicon: Lexicon) -> TokenFeatures:
    """The features of every token; `lexicon` adds what the pool knows of the words."""
    known = lexicon.facts([word.lower() for word in tokens.words])
    contexts = [[*_context(word), *facts] for word, facts in zip(tokens.words, known, strict=True)]
    words = [[*_own(word), *context] for word, context in zip(tokens.words, contexts, strict=True)]
    neighbours = np.stack([_shifted(tokens, distance) for distance in NEIGHBOURS])
    return TokenFeatures(_hashed(words), _hashed(contexts), tokens.word_of, neighbours)


def shape_of(word: str) -> str:
    """Letters by case (X, x, or l where there is none), digits as 0, everything else as it is."""
    return "".join(
        "X" if c.isupper() else "x" if c.islower() else "0" if c.isdigit() else "l" if c.isalpha() else c for c in word
    )


def _own(word: str) -> Iterator[str]:
    lower = word.lower()
    yield "word " + word
    yield "shape " + shape_of(word)[:LONGEST_SHAPE]
    yield f"length {min(len(word), LONGEST_LENGTH)}"
    for n in range(1, min(AFFIX_CHARACTERS, len(lower) - 1) + 1):
        yield f"prefix {lower[:n]}"
        yield f"suffix {lower[-n:]}"


def _context(word: str) -> Iterator[str]:
    yield "lower " + word.lower()
    yield "runs " + _REPEATED.sub(r"\1", shape_of(word))


def _hashed(words: Sequence[Sequence[str]]) -> HashedWords:
    """The same hashes in every process."""
    features = [feature for word in (*words, EDGE) for feature in word]
    hashes = np.array([crc32(feature.encode("utf-8", "surrogatepass")) for feature in features], dtype=np.uint32)
    return HashedWords(hashes, np.cumsum([0, *map(len, words), len(EDGE)]))


def _shifted(tokens: TokenizedTexts, distance: int) -> Ints:
    """The word at a distance from each token (n_tokens,); the edge, the row after the last word, outside its text."""
    text_of = np.repeat(np.arange(tokens.n_texts), tokens.lengths)
    place = np.arange(len(text_of)) + distance
    place = np.clip(place, 0, max(len(text_of) - 1, 0))
    inside = (text_of[place] == text_of) & (place == np.arange(len(text_of)) + distance)
    return np.where(inside, tokens.word_of[place], len(tokens.words))

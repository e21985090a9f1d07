"""Texts → hashed words and character n-grams, in NumPy: no n-gram strings, no scikit-learn."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

MAX_CHARACTERS = 20_000
MAX_WORD_CHARACTERS = 40
CHARACTER_SIZES = (3, 4, 5)
NO_WORD = " "  # stands before a text's first word; no text has a blank for a word

# Scripts written without spaces: one character is one word, so that word pairs are character pairs.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Japanese, Chinese
)
# Marks that Python does not count as word characters although they sit inside words (accents, vowel signs, joiners).
MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0dff\u200c\u200d"
_WORD = re.compile(rf"[{UNSPACED}]|(?:(?![{UNSPACED}])[\w{MARKS}])+|[^\w\s]")

_MULTIPLIERS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F],
    dtype=np.uint64,
)
_POWERS = np.cumprod(np.full(MAX_WORD_CHARACTERS, 0x100000001B3, dtype=np.uint64), dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Words of some texts: `word_of[offsets[i]:offsets[i + 1]]` are text i's, as places among the distinct `words`."""

    words: list[str]
    word_of: Ints
    offsets: Ints

    @property
    def text_of(self) -> Ints:
        """The text of every token, aligned with `word_of`."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))


def tokenize(texts: Sequence[str]) -> Tokens:
    """The lower-cased words and punctuation marks of each text's first 20,000 characters."""
    known: dict[str, int] = {}
    word_of: list[int] = []
    offsets = [0]
    for text in texts:
        for word in _WORD.findall(text[:MAX_CHARACTERS].lower()):
            word_of.append(known.setdefault(word[:MAX_WORD_CHARACTERS], len(known)))
        offsets.append(len(word_of))
    return Tokens(list(known), np.array(word_of, dtype=np.int64), np.array(offsets, dtype=np.int64))


def mix(hashes: Hashes) -> Hashes:
    """The hashes with their bits spread (the finaliser of splitmix64), so that sums of products do not collide."""
    spread = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    spread = (spread ^ (spread >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return spread ^ (spread >> np.uint64(31))


def word_hashes(words: Sequence[str]) -> Hashes:
    """One hash per word; the same in every process."""
    lengths = np.array([len(word) for word in words], dtype=np.int64)
    if not len(lengths):
        return np.zeros(0, dtype=np.uint64)
    starts = np.cumsum(lengths) - lengths
    place = np.arange(lengths.sum()) - np.repeat(starts, lengths)
    return mix(np.add.reduceat(_code_points("".join(words)) * _POWERS[place], starts))


def pair_hashes(first: Hashes, second: Hashes) -> Hashes:
    """One hash per pair of neighbouring words, order kept."""
    return mix(first * _MULTIPLIERS[0] + second * _MULTIPLIERS[1] + np.uint64(1))


def word_features(tokens: Tokens, hashes: Hashes) -> tuple[Hashes, Ints]:
    """Hashes of single words, of neighbouring pairs within a text, and of its first word and first two words as such.

    `hashes` are those of `tokens.words`; beside the features comes the text of each. A vocabulary that was learned
    without openings knows none of theirs, and finds what it always found.
    """
    text_of, single = tokens.text_of, hashes[tokens.word_of]
    together = text_of[1:] == text_of[:-1]
    pairs, pair_text = pair_hashes(single[:-1][together], single[1:][together]), text_of[1:][together]
    is_first = np.diff(text_of, prepend=-1) > 0
    first, second = np.flatnonzero(is_first), np.flatnonzero(is_first[:-1] & together) + 1
    opening = word_hashes([NO_WORD])
    one = pair_hashes(opening, single[first])
    two = pair_hashes(pair_hashes(opening, single[second - 1]), single[second])
    texts = [text_of, pair_text, text_of[first], text_of[second]]
    return np.concatenate([single, pairs, one, two]), np.concatenate(texts)


def character_hashes(words: Sequence[str]) -> tuple[Hashes, Ints]:
    """Hashes of the character n-grams (3 to 5, with a blank at both ends) of all words, and the word each comes from.

    A word shorter than n gives its padded self once, for its own length only.
    """
    lengths = np.array([len(word) + 2 for word in words], dtype=np.int64)
    ends = np.cumsum(lengths)
    codes = _code_points("".join(f" {word} " for word in words))
    owner = np.repeat(np.arange(len(words)), lengths)
    left = np.repeat(ends, lengths) - np.arange(len(codes))
    hashes, owners = [], []
    for size in CHARACTER_SIZES:
        total = np.full(max(len(codes) - size + 1, 0), size, dtype=np.uint64)
        for shift in range(size):
            total += codes[shift : shift + len(total)] * _MULTIPLIERS[shift]
        inside = left[: len(total)] >= size
        hashes.append(mix(total[inside]))
        owners.append(owner[: len(total)][inside])
    return np.concatenate(hashes), np.concatenate(owners)


def _code_points(text: str) -> Hashes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)

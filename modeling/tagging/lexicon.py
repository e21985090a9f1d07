"""What a project's own texts say about words: how common each is, and how often it is capitalised inside a text.

Learned without labels. A name that is known as one from unlabelled texts needs fewer labels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modeling.ngrams import Hashes, word_hashes
from modeling.tagging.tokens import TokenizedTexts

Bytes = npt.NDArray[np.int8]

MAX_WORDS = 50_000
SHARE_STEPS = 5
UNKNOWN_SHARE = -1
MAX_FREQUENCY = 8


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Facts by lower-cased word: `hashes` ascending, `capitals` its capitalised share in fifths (-1: seen inside a text
    less than twice), `frequencies` log₂ of its uses."""

    hashes: Hashes
    capitals: Bytes
    frequencies: Bytes

    def facts(self, lower_words: Sequence[str]) -> list[tuple[str, str]]:
        """Two features of each word; a word that the texts do not hold has those of a word seen once."""
        wanted = word_hashes(lower_words)
        place = np.searchsorted(self.hashes, wanted)
        place = np.minimum(place, max(len(self.hashes) - 1, 0))
        hit = self.hashes[place] == wanted if len(self.hashes) else np.zeros(len(wanted), dtype=bool)
        capitals = np.where(hit, self.capitals[place], UNKNOWN_SHARE) if len(self.hashes) else -hit.astype(np.int8) - 1
        frequencies = np.where(hit, self.frequencies[place], 1) if len(self.hashes) else hit + 1
        pairs = zip(capitals.tolist(), frequencies.tolist(), strict=True)
        return [(f"capitals {share}", f"frequency {frequency}") for share, frequency in pairs]

    def dump(self) -> dict[str, npt.NDArray[Any]]:
        """Numeric arrays, from which `load` makes the same lexicon."""
        return {
            "lexicon_hashes": self.hashes,
            "lexicon_capitals": self.capitals,
            "lexicon_frequencies": self.frequencies,
        }

    @classmethod
    def load(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """The lexicon that was dumped."""
        return cls(arrays["lexicon_hashes"], arrays["lexicon_capitals"], arrays["lexicon_frequencies"])


def learn_lexicon(tokens: TokenizedTexts) -> Lexicon:
    """The facts of the 50,000 commonest words of these texts."""
    ids: dict[str, int] = {}
    lower_of = np.array([ids.setdefault(word.lower(), len(ids)) for word in tokens.words], dtype=np.int64)
    is_capital = np.array([word[:1].isupper() and not word.isupper() for word in tokens.words], dtype=bool)
    used = lower_of[tokens.word_of]
    inside = np.ones(len(used), dtype=bool)
    inside[tokens.offsets[:-1][tokens.lengths > 0]] = False
    n_uses = np.bincount(used, minlength=len(ids))
    n_inside = np.bincount(used[inside], minlength=len(ids))
    n_capital = np.bincount(used[inside & is_capital[tokens.word_of]], minlength=len(ids))
    share = (SHARE_STEPS * (n_capital + 0.5) / (n_inside + 1)).astype(np.int8)
    share[n_inside < 2] = UNKNOWN_SHARE
    frequency = np.minimum(np.log2(n_uses + 1), MAX_FREQUENCY).astype(np.int8)
    kept = np.argsort(-n_uses, kind="stable")[:MAX_WORDS]
    hashes = word_hashes(list(ids))
    kept = kept[np.argsort(hashes[kept])]
    return Lexicon(hashes[kept], share[kept], frequency[kept])

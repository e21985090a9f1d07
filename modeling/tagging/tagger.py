"""The head of the linear model on tokens: one tag a token. For web processes: NumPy only.

Tags: 0 is outside, 1 + 2k begins a span of class k, 2 + 2k goes on with it (Ramshaw and Marcus 1995, with a beginning
for every span).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from modeling.tagging.features import Hashes, token_features
from modeling.tagging.lexicon import Lexicon
from modeling.tagging.tokens import TokenizedTexts

Floats = npt.NDArray[np.float32]


def n_tags(n_classes: int) -> int:
    """Outside, and two tags a class."""
    return 1 + 2 * n_classes


@dataclass(frozen=True, slots=True)
class Tagger:
    """Weights of features known by hash (ascending): `word_coef` (n_word_features, n_tags) of a token's own word,
    `context_coef` (4, n_context_features, n_tags) of its neighbours, `intercept` (n_tags,).

    `boldness` is taken off the log odds of "outside" when spans are drawn, not when probabilities are asked for: a
    tagger that has seen few spans would otherwise draw none (chosen for the best F1, see `tagger_fit`).
    """

    word_hashes: Hashes
    word_coef: Floats
    context_hashes: Hashes
    context_coef: Floats
    intercept: Floats
    lexicon: Lexicon
    boldness: float

    @property
    def n_classes(self) -> int:
        """The number of classes it tells apart."""
        return (len(self.intercept) - 1) // 2

    def log_probabilities(self, tokens: TokenizedTexts) -> Floats:
        """Log probabilities of the tags of every token (n_tokens, n_tags)."""
        features = token_features(tokens, self.lexicon)
        logits = features.words.summed(self.word_hashes, self.word_coef)[features.word_of] + self.intercept
        for coef, neighbour in zip(self.context_coef, features.neighbours, strict=True):
            logits += features.contexts.summed(self.context_hashes, coef)[neighbour]
        return log_softmax(logits)

    def dump(self) -> dict[str, npt.NDArray[Any]]:
        """Numeric arrays, from which `load` makes the same tagger."""
        return self.lexicon.dump() | {
            "word_hashes": self.word_hashes,
            "word_coef": self.word_coef,
            "context_hashes": self.context_hashes,
            "context_coef": self.context_coef,
            "intercept": self.intercept,
            "boldness": np.array(self.boldness),
        }

    @classmethod
    def load(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """The tagger that was dumped."""
        return cls(
            word_hashes=arrays["word_hashes"],
            word_coef=arrays["word_coef"],
            context_hashes=arrays["context_hashes"],
            context_coef=arrays["context_coef"],
            intercept=arrays["intercept"],
            lexicon=Lexicon.load(arrays),
            boldness=float(arrays["boldness"]),
        )


def log_softmax(logits: Floats) -> Floats:
    """Row-wise, from differences to the largest so that nothing overflows."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)), dtype=np.float32)

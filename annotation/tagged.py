"""Texts as a tagger reads them, and its spans in the shape of an answer. For web and worker: NumPy only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from modeling.tagging.decoding import best_paths
from modeling.tagging.spans import spans_of
from modeling.tagging.tagger import Floats, Tagger
from modeling.tagging.tokens import TokenizedTexts, tokenize_with_places


@dataclass(frozen=True, eq=False)
class Tagged:
    """Tokens of some texts and the log probabilities (n_tokens, n_tags) of their tags."""

    tagger: Tagger
    tokens: TokenizedTexts
    log_probabilities: Floats

    def only(self, texts: npt.NDArray[np.int64]) -> "Tagged":
        """Returns a part of the texts."""
        rows = self.tokens.rows_of(texts)
        return Tagged(self.tagger, self.tokens.only(texts), self.log_probabilities[rows])

    def answers(self, classes: Sequence[str]) -> list[list[dict[str, Any]]]:
        """Returns the spans of each text as {start, end, class, probability}, in code points, by place."""
        paths = best_paths(self.log_probabilities, self.tokens.offsets, boldness=self.tagger.boldness)
        return [
            [
                {"start": start, "end": end, "class": classes[k], "probability": round(probability, 4)}
                for start, end, k, probability in own
            ]
            for own in spans_of(self.tokens, paths.tags, self.log_probabilities)
        ]


def read_texts(tagger: Tagger, texts: Sequence[str]) -> Tagged:
    """Returns what the tagger says of the tokens of these texts."""
    tokens = tokenize_with_places(texts)
    return Tagged(tagger, tokens, tagger.log_probabilities(tokens))

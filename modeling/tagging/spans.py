"""Character spans ↔ tags of tokens. NumPy only: goes along with a model that is downloaded."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modeling.tagging.tagger import Floats
from modeling.tagging.tokens import Ints, TokenizedTexts


class Span(NamedTuple):
    """Code points `start` to `end` (exclusive) of a text, and the class's place."""

    start: int
    end: int
    k: int


class FoundSpan(NamedTuple):
    """A span that the tagger has drawn, with its probability."""

    start: int
    end: int
    k: int
    probability: float


def tags_of(tokens: TokenizedTexts, spans: Sequence[Sequence[Span]]) -> Ints:
    """The tags (n_tokens,) that say these spans of each text. A token belongs to a span when they share a character.

    Of spans that want the same token the longer one has it, of equally long ones the first; the other loses the whole
    span.
    """
    tags = np.zeros(len(tokens.word_of), dtype=np.int64)
    for text, own in enumerate(spans):
        first, last = tokens.offsets[text], tokens.offsets[text + 1]
        for span in sorted(own, key=lambda span: (span.start - span.end, span)):
            a = first + int(np.searchsorted(tokens.ends[first:last], span.start, side="right"))
            b = first + int(np.searchsorted(tokens.starts[first:last], span.end, side="left"))
            if a < b and not tags[a:b].any():
                tags[a:b] = 2 + 2 * span.k
                tags[a] = 1 + 2 * span.k
    return tags


def spans_of(tokens: TokenizedTexts, tags: Ints, log_probabilities: Floats) -> list[list[FoundSpan]]:
    """The spans of each text that a valid sequence of tags says, each with the product of its tags' probabilities."""
    begins = np.flatnonzero(tags % 2 == 1)
    continues = np.append((tags > 0) & (tags % 2 == 0), False)
    ends_at = np.flatnonzero(~continues)
    stops = ends_at[np.searchsorted(ends_at, begins + 1)]
    chosen = log_probabilities[np.arange(len(tags)), tags].astype(np.float64)
    sums = np.concatenate([[0.0], np.cumsum(chosen)])
    probability = np.exp(np.minimum(sums[stops] - sums[begins], 0))
    found: list[list[FoundSpan]] = [[] for _ in range(tokens.n_texts)]
    text_of = np.searchsorted(tokens.offsets, begins, side="right") - 1
    columns = (text_of, tokens.starts[begins], tokens.ends[stops - 1], (tags[begins] - 1) // 2, probability)
    for text, start, end, k, p in zip(*(column.tolist() for column in columns), strict=True):
        found[text].append(FoundSpan(start, end, k, p))
    return found


def token_targets(tags: Sequence[Ints], shares: Sequence[float], n_tags: int) -> Floats:
    """Several readings of the same tokens, weighed → targets (n_tokens, n_tags); shares must sum to one."""
    targets: npt.NDArray[np.float32] = np.zeros((len(tags[0]), n_tags), dtype=np.float32)
    for reading, share in zip(tags, shares, strict=True):
        targets[np.arange(len(reading)), reading] += np.float32(share)
    return targets

"""Character spans ↔ tags of tokens, and how well found spans match the true ones."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modeling.evaluation import LEVEL, Interval
from modeling.tagging.tagger import Floats
from modeling.tagging.tokens import Ints, TokenizedTexts

BOOTSTRAPS = 1_000


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


class Matches(NamedTuple):
    """Counts by text: spans in both, spans found, spans that are true."""

    both: Ints
    found: Ints
    true: Ints


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


def match_exactly(found: Sequence[Sequence[Span | FoundSpan]], true: Sequence[Sequence[Span]]) -> Matches:
    """Counts by text of spans with the same start, end and class."""
    pairs = [({tuple(span[:3]) for span in ours}, set(theirs)) for ours, theirs in zip(found, true, strict=True)]
    counts = np.array([(len(ours & theirs), len(ours), len(theirs)) for ours, theirs in pairs], dtype=np.int64)
    return Matches(*counts.reshape(-1, 3).T)


def f1(matches: Matches) -> float:
    """Entity F1 over all texts together (Tjong Kim Sang and De Meulder 2003); 1 where there is nothing to find."""
    total = int(matches.found.sum() + matches.true.sum())
    return 2 * int(matches.both.sum()) / total if total else 1.0


def f1_interval(matches: Matches, *, rng: np.random.Generator, level: float = LEVEL) -> Interval:
    """F1 with a percentile interval over texts drawn again (Efron 1979, DOI 10.1214/aos/1176344552).

    One success and one failure of half a span each are added, so that few texts without a mistake do not look certain.
    """
    estimate = f1(matches)
    n = len(matches.both)
    if not n:
        return Interval(0.5, 0.0, 1.0)
    weights = rng.multinomial(n, np.full(n, 1 / n), size=BOOTSTRAPS)
    both = 2 * (weights @ matches.both)
    total = weights @ (matches.found + matches.true)
    drawn = (both[:, None] + np.array([0, 1])) / (total[:, None] + 1)
    low, high = np.quantile(drawn[:, 0], (1 - level) / 2), np.quantile(drawn[:, 1], (1 + level) / 2)
    return Interval(estimate, min(float(low), estimate), max(float(high), estimate))


def token_targets(tags: Sequence[Ints], shares: Sequence[float], n_tags: int) -> Floats:
    """Several readings of the same tokens, weighed → targets (n_tokens, n_tags); shares must sum to one."""
    targets: npt.NDArray[np.float32] = np.zeros((len(tags[0]), n_tags), dtype=np.float32)
    for reading, share in zip(tags, shares, strict=True):
        targets[np.arange(len(reading)), reading] += np.float32(share)
    return targets

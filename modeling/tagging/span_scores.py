"""How well found spans match the true ones."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modeling.class_report import SetReport
from modeling.drift import LEAST_A_SIDE
from modeling.evaluation import Interval, difference_interval, f1_interval
from modeling.reliability import Bin, bins_by_item
from modeling.tagging.spans import FoundSpan, Span
from modeling.tagging.tagger import Floats
from modeling.tagging.tokens import Ints, TokenizedTexts


class Matches(NamedTuple):
    """Counts by text: spans in both, spans found, spans that are true."""

    both: Ints
    found: Ints
    true: Ints


def match_exactly(found: Sequence[Sequence[Span | FoundSpan]], true: Sequence[Sequence[Span]]) -> Matches:
    """Counts by text of spans with the same start, end and class."""
    pairs = [({tuple(span[:3]) for span in ours}, set(theirs)) for ours, theirs in zip(found, true, strict=True)]
    counts = np.array([(len(ours & theirs), len(ours), len(theirs)) for ours, theirs in pairs], dtype=np.int64)
    return Matches(*counts.reshape(-1, 3).T)


def span_report(
    found: Sequence[Sequence[Span | FoundSpan]], true: Sequence[Sequence[Span]], n_classes: int
) -> SetReport:
    """How often each class was found rightly, is true and was found; confused: the same place under another class."""
    counts, confused = np.zeros((n_classes, 3), dtype=np.int64), np.zeros((n_classes, n_classes), dtype=np.int64)
    for own, theirs in zip(found, true, strict=True):
        said, said_at = {tuple(span[:3]) for span in own}, {tuple(span[:2]): span[2] for span in own}
        for start, end, k in set(theirs):
            counts[k] += ((start, end, k) in said, 1, 0)
            if (start, end, k) not in said and (start, end) in said_at:
                confused[k, said_at[start, end]] += 1
        for _, _, k in said:
            counts[k, 2] += 1
    return SetReport(counts, confused)


def f1(matches: Matches) -> float:
    """Entity F1 over all texts together (Tjong Kim Sang and De Meulder 2003); 1 where there is nothing to find."""
    total = int(matches.found.sum() + matches.true.sum())
    return 2 * int(matches.both.sum()) / total if total else 1.0


def f1_of_spans(matches: Matches) -> Interval:
    """F1 over all texts together with its 95 % interval; the spans of a text go together."""
    return f1_interval(matches.both, matches.found + matches.true - matches.both)


def newest_against_older(matches: Matches) -> Interval | None:
    """F1 on the newer half minus that on the older one, texts oldest first; None with fewer than ten a side."""
    middle = len(matches.both) // 2
    if middle < LEAST_A_SIDE:
        return None
    older, newer = (Matches(*(column[part] for column in matches)) for part in (slice(middle), slice(middle, None)))
    return difference_interval(f1_of_spans(newer), f1_of_spans(older))


def class_shares(log_probabilities: Floats, tokens: TokenizedTexts) -> npt.NDArray[np.float64]:
    """The share of each text's tokens that a span of each class is expected to cover (n_texts with one, n_classes)."""
    covered = np.exp(log_probabilities[:, 1::2]) + np.exp(log_probabilities[:, 2::2])
    filled = np.flatnonzero(tokens.lengths)
    if not len(filled):
        return np.zeros((0, covered.shape[1]))
    sums = np.add.reduceat(covered.astype(np.float64), tokens.offsets[:-1][filled], axis=0)
    return np.asarray(sums / tokens.lengths[filled, None], dtype=np.float64)


def span_bins(found: Sequence[Sequence[FoundSpan]], true: Sequence[Sequence[Span]]) -> list[Bin]:
    """How often spans drawn with so much confidence are right: same place, same class."""
    rows = [
        (one.probability, tuple(one[:3]) in theirs, text)
        for text, (own, theirs) in enumerate(zip(found, map(set, true), strict=True))
        for one in own
    ]
    columns = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    return bins_by_item(columns[0], columns[1] > 0, columns[2].astype(np.int64))

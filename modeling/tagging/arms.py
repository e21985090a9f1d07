"""Whether the model's questions about spans pay: both arms learn from as many texts, tested on the same random ones."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modeling.guard import Bools, Gain, gain_with_bounds
from modeling.tagging.boldness import FOLDS, drawn, read_by_others
from modeling.tagging.lexicon import Lexicon
from modeling.tagging.span_scores import Matches, f1, match_exactly
from modeling.tagging.spans import Span
from modeling.tagging.tagger import Floats
from modeling.tagging.tokens import Ints, TokenizedTexts

GRID = (0.0, 0.7, 1.4, 2.1, 2.8, 3.5)


class Taught(NamedTuple):
    """Texts with the targets and weights of their tokens, and the spans that are true in each."""

    tokens: TokenizedTexts
    targets: Floats
    weights: Floats
    spans: Sequence[Sequence[Span]]


def compare_taggers(
    texts: Taught, active: Ints, random: Ints, is_protected: Bools, *, lexicon: Lexicon, rng: np.random.Generator
) -> Gain:
    """The gain in entity F1 of a tagger taught the `active` texts over one taught as many `random` ones.

    Both are places in `texts` in the order of asking; tests are on the random texts that are protected (`is_protected`
    is by text), each by taggers that have not seen it. Each arm draws spans as readily as is best for it.
    """
    is_tested = is_protected[random]
    tested, part = random[is_tested], rng.permutation(np.arange(len(random)) % FOLDS)
    n = min(len(active), int((part != 0).sum()))
    own = _matches(texts, active[:n], tested, lexicon)
    other = {value: np.zeros((3, len(tested)), dtype=np.int64) for value in own}
    for fold in range(FOLDS):
        rest, here = rng.permutation(random[part != fold])[:n], part[is_tested] == fold
        for value, found in _matches(texts, rest, tested[here], lexicon).items():
            other[value][:, here] = found
    best = max((Matches(*counts) for counts in other.values()), key=f1)
    return f1_gain(max(own.values(), key=f1), best, n)


def _matches(texts: Taught, taught: Ints, asked: Ints, lexicon: Lexicon) -> dict[float, Matches]:
    """How the spans of a tagger taught some texts match those of others, for each boldness."""
    logs = read_by_others(texts.tokens, texts.targets, texts.weights, taught, asked, lexicon)
    tokens, true = texts.tokens.only(asked), [texts.spans[int(text)] for text in asked]
    return {value: match_exactly(drawn(tokens, logs, value), true) for value in GRID}


def f1_gain(own: Matches, other: Matches, n_compared: int) -> Gain:
    """The difference of two F1 on the same texts, each text's share in it linearised; texts without a span say nothing.

    An F1 is a ratio of sums over texts (Woodruff 1971, DOI 10.1080/01621459.1971.10482279).
    """
    rows = _influence(own) - _influence(other)
    n_telling = int(((own.found + own.true + other.found) > 0).sum())
    return gain_with_bounds(f1(own) - f1(other), float(rows @ rows), n_telling, n_compared)


def _influence(matches: Matches) -> npt.NDArray[np.float64]:
    total = matches.found + matches.true
    return np.asarray((2 * matches.both - f1(matches) * total) / max(1, int(total.sum())), dtype=np.float64)

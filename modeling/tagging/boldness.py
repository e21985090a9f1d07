"""How readily a tagger should draw spans, measured on texts that it was not taught."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from modeling.tagging.decoding import best_paths
from modeling.tagging.lexicon import Lexicon
from modeling.tagging.span_scores import Matches, f1, match_exactly
from modeling.tagging.spans import Span, spans_of
from modeling.tagging.tagger import Floats
from modeling.tagging.tagger_fit import fit_tagger
from modeling.tagging.tokens import Ints, TokenizedTexts

GRID = (0.0, 0.7, 1.4, 2.1, 2.8)
DEFAULT_BOLDNESS = 0.7
# With fewer true spans than this one more match decides between values: the default.
LEAST_SPANS = 10
# The least bold value within this share of the best F1 is taken: rare spans make the best one a matter of chance.
NEARLY = 0.97
FOLDS = 3
FOLD_ITERATIONS = 20


class Boldness(NamedTuple):
    """The chosen value, and its matches by text on texts held back; None when there was too little to say."""

    value: float
    held_back: Matches | None


def choose_boldness(
    tokens: TokenizedTexts,
    targets: Floats,
    weights: Floats,
    spans: Sequence[Sequence[Span]],
    *,
    lexicon: Lexicon,
    rng: np.random.Generator,
    now: float | None = None,
    steps: int = 1,
) -> Boldness:
    """The value of the grid whose spans match the true ones of held-back texts best, by F1 over three folds.

    Given the value of `now`, the one that lies at most so many `steps` away on the way there: with few spans the best
    value is noisy, and the spans that are drawn should not jump with it. Where no value finds any span, nothing speaks
    for the least bold one: `now`, or the default.
    """
    if sum(map(len, spans)) < LEAST_SPANS or tokens.n_texts < FOLDS:
        return Boldness(DEFAULT_BOLDNESS if now is None else now, None)
    part = rng.permutation(np.arange(tokens.n_texts) % FOLDS)
    counts = {value: np.zeros((3, tokens.n_texts), dtype=np.int64) for value in GRID}
    for fold in range(FOLDS):
        taught, held_back = np.flatnonzero(part != fold), np.flatnonzero(part == fold)
        for value, found in spans_by_boldness(tokens, targets, weights, taught, held_back, lexicon).items():
            counts[value][:, held_back] = match_exactly(found, [spans[int(i)] for i in held_back])
    matches = {value: Matches(*rows) for value, rows in counts.items()}
    best = max(f1(one) for one in matches.values())
    if not best:
        value = DEFAULT_BOLDNESS if now is None else now
    else:
        value = next(value for value in GRID if f1(matches[value]) >= NEARLY * best)
        value = value if now is None else _towards(now, value, steps)
    return Boldness(value, matches[value])


def _towards(now: float, value: float, steps: int) -> float:
    place, wanted = GRID.index(now), GRID.index(value)
    return GRID[place + max(-steps, min(steps, wanted - place))]


def spans_by_boldness(
    tokens: TokenizedTexts, targets: Floats, weights: Floats, taught: Ints, held_back: Ints, lexicon: Lexicon
) -> dict[float, Sequence[Sequence[Span]]]:
    """The spans of the texts held back by a tagger taught the others, for every value of the grid."""
    rows = tokens.rows_of(taught)
    tagger = fit_tagger(
        tokens.only(taught), targets[rows], weights[rows], lexicon=lexicon, max_iterations=FOLD_ITERATIONS
    )
    asked = tokens.only(held_back)
    logs = tagger.log_probabilities(asked)
    paths = {value: best_paths(logs, asked.offsets, boldness=value).tags for value in GRID}
    return {
        value: [[Span(*span[:3]) for span in own] for own in spans_of(asked, tags, logs)]
        for value, tags in paths.items()
    }

"""How readily a tagger should draw spans, measured on texts that it was not taught."""

import math
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

GRID = (0.0, 0.7, 1.4, 2.1, 2.8, 3.5)
DEFAULT_BOLDNESS = 0.7
# With fewer true spans than this nothing can be said of F1: the default.
LEAST_SPANS = 10
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
) -> Boldness:
    """The value of the grid nearest to what the F1 of its own spans asks for, on texts held back in three folds.

    Which value has the best F1 there is a matter of a few matches while spans are few; how high that F1 is, is not.
    """
    if sum(map(len, spans)) < LEAST_SPANS or tokens.n_texts < FOLDS:
        return Boldness(DEFAULT_BOLDNESS, None)
    part = rng.permutation(np.arange(tokens.n_texts) % FOLDS)
    counts = {value: np.zeros((3, tokens.n_texts), dtype=np.int64) for value in GRID}
    for fold in range(FOLDS):
        taught, held_back = np.flatnonzero(part != fold), np.flatnonzero(part == fold)
        for value, found in spans_by_boldness(tokens, targets, weights, taught, held_back, lexicon).items():
            counts[value][:, held_back] = match_exactly(found, [spans[int(i)] for i in held_back])
    matches = {value: Matches(*rows) for value, rows in counts.items()}
    value = min(GRID, key=lambda value: abs(value - boldness_for(f1(matches[value]))))
    return Boldness(value, matches[value])


def boldness_for(reached: float) -> float:
    """What to take off the log odds of "outside" where this F1 is reached, at most the boldest value of the grid.

    F1 is highest when exactly those spans are drawn whose probability is above half of it (Lipton, Elkan and
    Naryanaswamy 2014, DOI 10.1007/978-3-662-44851-9_15).
    """
    return min(GRID[-1], math.log((2 - reached) / reached)) if reached else GRID[-1]


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

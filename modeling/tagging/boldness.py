"""How readily a tagger should draw spans, measured on texts that it was not taught."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from modeling.tagging.decoding import best_paths
from modeling.tagging.lexicon import Lexicon
from modeling.tagging.span_scores import Matches, f1, match_exactly
from modeling.tagging.spans import FoundSpan, Span, spans_of
from modeling.tagging.tagger import Floats
from modeling.tagging.tagger_fit import fit_tagger
from modeling.tagging.tokens import Ints, TokenizedTexts

BOLDEST = 3.5
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
    """The value that the F1 of the likeliest sequences asks for, on texts held back in three folds.

    Which value has the best F1 there is a matter of a few matches while spans are few. How high that of the likeliest
    sequences is says more, and it is the lower the less a tagger dares, as one that has seen little does.
    """
    if sum(map(len, spans)) < LEAST_SPANS or tokens.n_texts < FOLDS:
        return Boldness(DEFAULT_BOLDNESS, None)
    part = rng.permutation(np.arange(tokens.n_texts) % FOLDS)
    logs = np.zeros_like(targets)
    for fold in range(FOLDS):
        taught, held_back = np.flatnonzero(part != fold), np.flatnonzero(part == fold)
        logs[tokens.rows_of(held_back)] = read_by_others(tokens, targets, weights, taught, held_back, lexicon)
    value = boldness_for(f1(match_exactly(drawn(tokens, logs, 0.0), spans)))
    return Boldness(value, match_exactly(drawn(tokens, logs, value), spans))


def boldness_for(reached: float) -> float:
    """What to take off the log odds of "outside" where this F1 is reached, 3.5 at most.

    F1 is highest when exactly those spans are drawn whose probability is above half of it (Lipton, Elkan and
    Naryanaswamy 2014, DOI 10.1007/978-3-662-44851-9_15).
    """
    return min(BOLDEST, math.log((2 - reached) / reached)) if reached else BOLDEST


def read_by_others(
    tokens: TokenizedTexts, targets: Floats, weights: Floats, taught: Ints, held_back: Ints, lexicon: Lexicon
) -> Floats:
    """Log probabilities of the tags of the texts held back, one after the other, by a tagger taught the others."""
    rows = tokens.rows_of(taught)
    tagger = fit_tagger(
        tokens.only(taught), targets[rows], weights[rows], lexicon=lexicon, max_iterations=FOLD_ITERATIONS
    )
    return tagger.log_probabilities(tokens.only(held_back))


def drawn(tokens: TokenizedTexts, log_probabilities: Floats, boldness: float) -> list[list[FoundSpan]]:
    """The spans of each text that are drawn so readily."""
    return spans_of(tokens, best_paths(log_probabilities, tokens.offsets, boldness=boldness).tags, log_probabilities)

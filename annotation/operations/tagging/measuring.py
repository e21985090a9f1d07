"""A fitted tagger → what it is worth, measured on the protected texts alone."""

from typing import Any

import numpy as np

from annotation.models import Representation
from annotation.operations.measuring import LEAST_PROTECTED, as_calibration, as_drift, as_metric, by_sets
from annotation.operations.shards import texts_of
from annotation.operations.tagging.examples import TaggedTexts
from annotation.vectors import load_pool
from modeling.drift import class_shift
from modeling.tagging.decoding import best_paths
from modeling.tagging.span_scores import (
    Matches,
    class_shares,
    f1_of_spans,
    match_exactly,
    newest_against_older,
    span_bins,
    span_report,
)
from modeling.tagging.spans import spans_of
from modeling.tagging.tagger import Tagger
from modeling.tagging.tokens import TokenizedTexts, tokenize_with_places

# So much of the pool stands for all of it: a tenth of a second of reading.
POOL_TEXTS, POOL_CHARACTERS = 200, 40_000

Metrics = dict[str, Any]


def measure_spans(
    model: Tagger, protected: TaggedTexts, representation: Representation, rng: np.random.Generator
) -> Metrics:
    """Returns F1 on the protected texts (oldest answer first), which the tagger has not been taught, figures by class,
    calibration of the spans it draws, and drift; performance is None while they are fewer than five.

    Probabilities of spans are not tempered: what is seen is what `predict/` says.
    """
    if protected.tokens.n_texts < LEAST_PROTECTED:
        return {"performance": None}
    logs = model.log_probabilities(protected.tokens)
    tags = best_paths(logs, protected.tokens.offsets, boldness=model.boldness).tags
    found = spans_of(protected.tokens, tags, logs)
    matches, bins = match_exactly(found, protected.spans), span_bins(found, protected.spans)
    pool = _pool_texts(representation, rng)
    shift = class_shift(class_shares(model.log_probabilities(pool), pool), class_shares(logs, protected.tokens))
    return {
        "performance": span_f1(matches),
        **by_sets(span_report(found, protected.spans, model.n_classes)),
        "calibration": as_calibration(1.0, bins, bins),
        "drift": as_drift(newest_against_older(matches), shift),
    }


def span_f1(matches: Matches) -> Metrics:
    """Returns F1 of spans with its interval, as a version and a point of the learning curve keep it."""
    return as_metric("entity_f1", f1_of_spans(matches), len(matches.both))


def _pool_texts(representation: Representation, rng: np.random.Generator) -> TokenizedTexts:
    """Returns random texts of the project, 200 at most and as many as have forty thousand characters together."""
    item_ids = load_pool(representation).item_ids
    texts = texts_of(rng.choice(item_ids, min(POOL_TEXTS, len(item_ids)), replace=False))
    n = np.searchsorted(np.cumsum([len(text) for text in texts]), POOL_CHARACTERS)
    return tokenize_with_places(texts[: int(n) + 1])

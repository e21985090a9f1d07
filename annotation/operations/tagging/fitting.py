"""Spans of one moment → a fitted tagger, measured on the texts that it was not taught."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from annotation.artifacts import ArtifactError
from annotation.models import Evaluation, Representation
from annotation.operations.examples import Bools, Ints
from annotation.operations.guarding import arms_by_time, guarded
from annotation.operations.measuring import LEAST_PROTECTED, MEASURED
from annotation.operations.represent import sample_texts
from annotation.operations.tagging.examples import SeenSpans, TaggedTexts, tagged
from annotation.operations.tagging.measuring import measure_spans, span_f1
from annotation.operations.todays_classes import SCHEMA, measured_before
from annotation.queries.given_classes import GIVEN
from annotation.stored import load_tagger
from annotation.vectors import load_pool
from modeling.guard import Gain
from modeling.tagging.arms import Taught, compare_taggers
from modeling.tagging.boldness import choose_boldness
from modeling.tagging.lexicon import Lexicon, learn_lexicon
from modeling.tagging.span_scores import Matches
from modeling.tagging.tagger import Tagger
from modeling.tagging.tagger_fit import fit_tagger
from modeling.tagging.tokens import tokenize_with_places

# Boldness, the model's belief and the control arm are measured again when their texts have grown by this much.
GROWTH = 1.3
CONTROL_SHARE = 2 / 3  # what each of the control arm's three folds learns from

Metrics = dict[str, Any]


@dataclass(frozen=True)
class LearnedSpans:
    """A fitted tagger with what was measured; `points` are rows of the learning curve."""

    representation: Representation
    model: Tagger
    metrics: Metrics
    points: list[Evaluation]


def learn_spans(seen: SeenSpans, representation: Representation) -> LearnedSpans:
    """Fits on all but the protected texts, starting from the live model; raises ArtifactError for a damaged shard."""
    rng = np.random.default_rng([seen.project.seed, seen.number])
    before = measured_before(seen.project, seen.live)
    live = _live_tagger(seen, representation)
    lexicon = live.lexicon if live else _lexicon(representation, rng)
    texts = tagged(seen)
    taught = texts.only(np.flatnonzero(~seen.is_protected))
    metrics = _remeasured(before, taught, lexicon, rng)
    model = fit_tagger(
        taught.tokens, taught.targets, taught.weights, lexicon=lexicon, boldness=metrics["boldness"], start=live
    )
    protected = texts.only(_oldest_first(seen))
    metrics |= dict.fromkeys(MEASURED) | {
        SCHEMA: seen.project.schema_version,
        "n_protected": protected.tokens.n_texts,
        "labeled_counts": _counts(taught, len(seen.class_names)),
        GIVEN: [name for name, n in zip(seen.class_names, _counts(texts, len(seen.class_names)), strict=True) if n],
        **measure_spans(model, protected, representation, rng),
    }
    control = _control_arm(before, texts, seen, lexicon, rng)
    metrics["control_labels"] = control["annotations"] if control else before.get("control_labels", 0)
    metrics["guard"] = _guard(before, texts, seen, lexicon, rng)
    points = [Evaluation(project=seen.project, model_number=seen.number, arm="random", **control)] if control else []
    if metrics["performance"]:
        active = {"annotations": seen.n_annotations, "arm": Evaluation.Arm.ACTIVE} | metrics["performance"]
        points.append(Evaluation(project=seen.project, model_number=seen.number, **active))
    return LearnedSpans(representation, model, metrics, points)


def _live_tagger(seen: SeenSpans, representation: Representation) -> Tagger | None:
    """What the search starts from: the live tagger, unless its classes or its words are others."""
    live = seen.live
    if live is None or live.classes != seen.class_names or live.representation_id != representation.pk:
        return None
    try:
        return load_tagger(live)
    except ArtifactError:
        return None


def _lexicon(representation: Representation, rng: np.random.Generator) -> Lexicon:
    return learn_lexicon(tokenize_with_places(sample_texts(load_pool(representation).item_ids, rng)))


def _remeasured(before: Metrics, taught: TaggedTexts, lexicon: Lexicon, rng: np.random.Generator) -> Metrics:
    """Boldness and the model's out-of-fold belief in itself: as before until the texts have grown enough."""
    n = taught.tokens.n_texts
    names = ("boldness", "boldness_labels", "belief")
    if "boldness" in before and n < GROWTH * before["boldness_labels"]:
        return {name: before[name] for name in names} | {"n_trained": n}
    chosen = choose_boldness(taught.tokens, taught.targets, taught.weights, taught.spans, lexicon=lexicon, rng=rng)
    belief = span_f1(chosen.held_back) if chosen.held_back else None
    return {"boldness": chosen.value, "boldness_labels": n, "belief": belief, "n_trained": n}


def _oldest_first(seen: SeenSpans) -> Ints:
    """The protected texts, oldest answer first."""
    chosen = np.flatnonzero(seen.is_protected)
    return chosen[np.argsort(seen.answered_at[chosen], kind="stable")]


def _counts(taught: TaggedTexts, n_classes: int) -> list[int]:
    """Known spans of each class."""
    known = [span.k for own in taught.spans for span in own]
    return [known.count(k) for k in range(n_classes)]


def _control_arm(
    before: Metrics, texts: TaggedTexts, seen: SeenSpans, lexicon: Lexicon, rng: np.random.Generator
) -> Metrics | None:
    """What the same model reaches with random draws only, measured out of fold on the protected texts.

    `annotations` are the answers that each fold learned from, as the active arm's are all answers. None when nothing
    was measured this time.
    """
    chosen = seen.is_protected | seen.is_shuffled
    n_taught = int(sum(len(seen.readings[row]) for row in np.flatnonzero(chosen)) * CONTROL_SHARE)
    if seen.is_protected.sum() < LEAST_PROTECTED or n_taught < max(1, GROWTH * before.get("control_labels", 0)):
        return None
    part = texts.only(np.flatnonzero(chosen))
    found = choose_boldness(part.tokens, part.targets, part.weights, part.spans, lexicon=lexicon, rng=rng)
    if found.held_back is None:
        return None
    return {"annotations": n_taught, **span_f1(_on(found.held_back, seen.is_protected[chosen]))}


def _guard(
    before: Metrics, texts: TaggedTexts, seen: SeenSpans, lexicon: Lexicon, rng: np.random.Generator
) -> Metrics | None:
    """What the guard knows; the texts that the model chose are compared with random ones where a check is due."""
    is_random = seen.is_protected | seen.is_shuffled

    def compared() -> Gain:
        active, random = arms_by_time(seen.answered_at, seen.is_protected, is_random)
        every = Taught(texts.tokens, texts.targets, texts.weights, texts.spans)
        return compare_taggers(every, active, random, seen.is_protected, lexicon=lexicon, rng=rng)

    n_labels, n_random, n_tested = len(seen.item_ids), int(is_random.sum()), int(seen.is_protected.sum())
    return guarded(seen.project, before, n_labels=n_labels, n_random=n_random, n_tested=n_tested, compared=compared)


def _on(matches: Matches, rows: Bools) -> Matches:
    return Matches(*(column[rows] for column in matches))

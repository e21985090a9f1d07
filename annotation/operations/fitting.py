"""One moment's beliefs → a fitted model, measured on what it was not taught."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from annotation.artifacts import ArtifactError
from annotation.kinds import Learner
from annotation.models import Evaluation, Project, Representation
from annotation.operations.examples import Floats, Ints, Seen
from annotation.operations.measuring import (
    ACCURACY,
    LEAST_PROTECTED,
    MEASURED,
    Sample,
    curve_points,
    measure,
    measure_sets,
)
from annotation.operations.probes import Probe, next_stability
from annotation.operations.random_arm import control_arm, guard_of
from annotation.operations.recipes import fit_named
from annotation.operations.scoring import counted, given_classes, scored
from annotation.operations.todays_classes import SCHEMA, measured_before
from annotation.operations.training_rows import Training
from annotation.queries.given_classes import GIVEN
from annotation.stored import load_model
from modeling.linear import LinearModel, probabilities_of
from modeling.linear_fit import DEFAULT_L2, fit_linear, out_of_fold
from modeling.recipes import RecipeModel
from modeling.regularization import Penalty, is_due, remeasured

Metrics = dict[str, Any]


@dataclass(frozen=True)
class Learned:
    """A fitted model with what was measured, and what it says of the probe and of the protected items.

    `points` are rows of the learning curve.
    """

    representation: Representation
    number: int
    model: LinearModel | RecipeModel
    metrics: Metrics
    points: list[Evaluation]
    probe: Probe
    protected: Probe


def learn(seen: Seen, training: Training) -> Learned:
    """Fits on all but the protected items, starting from the live model where that is of the same shape."""
    taught = ~training.is_protected
    X, targets, weights = training.X[taught], training.beliefs.targets[taught], training.beliefs.weights[taught]
    before = measured_before(seen.project, seen.live)
    metrics = _remeasured(seen.project, before, X, targets, weights, training.rng)
    linear = fit_linear(
        X,
        targets,
        weights,
        n_classes=seen.votes.n_classes,
        l2=metrics["l2"],
        head=seen.project.question.learner,
        start=_warm_start(seen, training.representation),
    )
    model, metrics["classifier_refusal"] = fit_named(seen.project, linear, X, targets, weights)
    metrics["is_portable"] = isinstance(model, LinearModel)
    metrics[SCHEMA] = seen.project.schema_version
    metrics[GIVEN] = given_classes(seen.project, training.beliefs.targets, seen.class_names)
    metrics["n_protected"] = int(training.is_protected.sum())
    metrics["labeled_counts"] = counted(seen.project, targets, model.predict_proba(X))
    spoken = model.logits(training.probe_vectors)
    rows, sample = _protected(model, training)
    metrics |= _measured(seen.project, training, rows, sample, spoken)
    probe = Probe(training.probe_ids, spoken.argmax(axis=1))
    metrics["stability"] = next_stability(seen.live, probe, seen.votes.class_names, metrics["n_trained"], seen.number)
    control = control_arm(seen.project, before, training, metrics["l2"])
    metrics["control_labels"] = control["annotations"] if control else before.get("control_labels", 0)
    metrics["guard"] = guard_of(seen.project, before, training, metrics["l2"])
    points = [_point(seen, {**control, "arm": Evaluation.Arm.RANDOM})] if control else []
    active = {"annotations": seen.n_annotations, "arm": Evaluation.Arm.ACTIVE}
    if metrics["performance"]:
        points += [_point(seen, active | one) for one in curve_points(metrics)]
    protected = Probe(training.item_ids[rows], sample.logits.argmax(axis=1))
    return Learned(training.representation, training.number, model, metrics, points, probe, protected)


def _measured(project: Project, training: Training, rows: Ints, sample: Sample, spoken: Floats) -> Metrics:
    """Returns what the protected items say of the model, in the measure that fits the kind; None below five items."""
    if sample.n < LEAST_PROTECTED:
        return dict.fromkeys(MEASURED)
    head = project.question.learner
    probabilities, targets = probabilities_of(sample.logits, head), training.beliefs.targets[rows]
    own = measure_sets(sample.logits, targets, spoken) if head is Learner.SIGMOID else measure(sample, spoken)
    found = scored(project, probabilities, targets)
    # Where one class is right, how wrong people are is known and accounted for.
    main = own["performance"] if found["metric"] == ACCURACY else found
    return dict.fromkeys(MEASURED) | own | {"performance": main}


def _protected(model: LinearModel | RecipeModel, training: Training) -> tuple[Ints, Sample]:
    """The protected rows, oldest answer first, and what is measured on them."""
    rows = np.flatnonzero(training.is_protected)
    rows = rows[np.argsort(training.answered_at[rows], kind="stable")]
    return rows, Sample(
        logits=model.logits(training.X[rows]),
        answers=training.beliefs.targets[rows].argmax(axis=1),
        certainty=training.beliefs.certainty[rows],
        n_checked=training.beliefs.n_checked,
    )


def _remeasured(
    project: Project, before: Metrics, X: Floats, targets: Floats, weights: Floats, rng: np.random.Generator
) -> Metrics:
    """λ and the model's out-of-fold belief in itself: as before until the labels have grown enough."""
    n, head = len(targets), project.question.learner
    penalty = Penalty(before.get("l2", DEFAULT_L2), before.get("l2_labels", 0))
    if not is_due(penalty, n):
        return {**penalty.dump(), "belief": before.get("belief"), "n_trained": n}
    penalty = remeasured(penalty, X, targets, weights, head=head, rng=rng)
    guesses = out_of_fold(X, targets, weights, l2=penalty.l2, rng=rng, head=head)
    return {**penalty.dump(), "belief": scored(project, guesses, targets), "n_trained": n}


def _warm_start(seen: Seen, representation: Representation) -> LinearModel | None:
    live = seen.live
    if live is None or live.classes != seen.votes.class_names or live.representation_id != representation.pk:
        return None
    try:
        return load_model(live)
    except ArtifactError:
        return None


def _point(seen: Seen, measured: Metrics) -> Evaluation:
    return Evaluation(project=seen.project, model_number=seen.number, **measured)

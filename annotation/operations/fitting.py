"""One moment's beliefs → a fitted model, measured on what it was not taught."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from annotation.arrays import Votes
from annotation.artifacts import ArtifactError
from annotation.kinds import Learner
from annotation.models import Evaluation, Project, Representation
from annotation.operations.examples import Beliefs, Bools, Floats, Ints, Seen, believe
from annotation.operations.guarding import arms_by_time, guarded
from annotation.operations.measuring import (
    ACCURACY,
    LEAST_PROTECTED,
    MEASURED,
    Sample,
    corrected_if_known,
    curve_points,
    measure,
    measure_sets,
)
from annotation.operations.probes import Probe, next_stability, take_probe
from annotation.operations.recipes import fit_named
from annotation.operations.scoring import counted, scored
from annotation.operations.todays_classes import SCHEMA
from annotation.stored import load_model
from annotation.vectors import load_pool
from modeling.guard import Arm, Gain, compare
from modeling.linear import LinearModel, probabilities_of
from modeling.linear_fit import DEFAULT_L2, fit_linear, out_of_fold
from modeling.recipes import RecipeModel
from modeling.regularization import GROWTH, Penalty, is_due, remeasured

CONTROL_FOLDS = 5

Metrics = dict[str, Any]


@dataclass(frozen=True)
class Training:
    """The items that have vectors: rows of `X` (n, d), aligned with their ids, beliefs, masks and first answers."""

    representation: Representation
    item_ids: Ints
    X: Floats
    beliefs: Beliefs
    is_protected: Bools
    is_control: Bools
    answered_at: npt.NDArray[np.float64]
    probe_ids: Ints
    probe_vectors: Floats
    rng: np.random.Generator
    number: int


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


def prepare(seen: Seen, representation: Representation) -> Training:
    """Infers the consensus and looks up the vectors; raises ArtifactError when a shard is missing or damaged."""
    pool = load_pool(representation)
    rows = pool.find(seen.votes.item_ids)
    here = rows >= 0
    beliefs = believe(seen.labels)
    probe = take_probe(pool.item_ids, seed=seen.project.seed)
    return Training(
        representation=representation,
        item_ids=seen.votes.item_ids[here],
        X=pool.vectors(rows[here]),
        beliefs=Beliefs(beliefs.targets[here], beliefs.weights[here], beliefs.certainty[here], beliefs.n_checked),
        is_protected=seen.is_protected[here],
        is_control=(seen.is_protected | seen.is_shuffled)[here],
        answered_at=_answered_at(seen.votes)[here],
        probe_ids=pool.item_ids[probe],
        probe_vectors=pool.vectors(probe),
        rng=np.random.default_rng([seen.project.seed, seen.number]),
        number=seen.number,
    )


def learn(seen: Seen, training: Training) -> Learned:
    """Fits on all but the protected items, starting from the live model where that is of the same shape."""
    taught = ~training.is_protected
    X, targets, weights = training.X[taught], training.beliefs.targets[taught], training.beliefs.weights[taught]
    before: Metrics = seen.live.metrics if seen.live else {}
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
    metrics[SCHEMA] = seen.project.schema_version
    metrics["n_protected"] = int(training.is_protected.sum())
    metrics["labeled_counts"] = counted(seen.project, targets, model.predict_proba(X))
    spoken = model.logits(training.probe_vectors)
    rows, sample = _protected(model, training)
    metrics |= _measured(seen.project, training, rows, sample, spoken)
    probe = Probe(training.probe_ids, spoken.argmax(axis=1))
    metrics["stability"] = next_stability(seen.live, probe, seen.votes.class_names, metrics["n_trained"], seen.number)
    control = _control_arm(seen.project, before, training, metrics["l2"])
    metrics["control_labels"] = control["annotations"] if control else before.get("control_labels", 0)
    metrics["guard"] = _guard(seen.project, before, training, metrics["l2"])
    points = [_point(seen, {**control, "arm": Evaluation.Arm.RANDOM})] if control else []
    active = {"annotations": seen.n_annotations, "arm": Evaluation.Arm.ACTIVE}
    if metrics["performance"]:
        points += [_point(seen, active | one) for one in curve_points(metrics)]
    protected = Probe(training.item_ids[rows], sample.logits.argmax(axis=1))
    return Learned(training.representation, training.number, model, metrics, points, probe, protected)


def _guard(project: Project, before: Metrics, training: Training, l2: float) -> Metrics | None:
    """What the guard knows; the model's labels are compared with as many random ones where a check is due."""
    X, beliefs = training.X, training.beliefs

    def compared() -> Gain:
        arms = arms_by_time(training.answered_at, training.is_protected, training.is_control)
        active, random = (Arm(X[rows], beliefs.targets[rows], beliefs.weights[rows]) for rows in arms)
        tested = training.is_protected[arms[1]]
        return compare(active, random, tested, l2=l2, rng=training.rng, head=project.question.learner)

    return guarded(project, before, n_labels=len(X), n_random=int(training.is_control.sum()), compared=compared)


def _answered_at(votes: Votes) -> npt.NDArray[np.float64]:
    """When each item was first answered, in epoch seconds; infinite for gold that nobody was asked about."""
    first = np.full(votes.n_items, np.inf)
    np.minimum.at(first, votes.votes[:, 0], votes.created)
    return first


def _measured(project: Project, training: Training, rows: Ints, sample: Sample, spoken: Floats) -> Metrics:
    """Returns what the protected items say of the model, in the measure that fits the kind; None below five items."""
    if sample.n < LEAST_PROTECTED:
        return dict.fromkeys(MEASURED)
    head = project.question.learner
    probabilities, targets = probabilities_of(sample.logits, head), training.beliefs.targets[rows]
    if head is Learner.SIGMOID:
        own = measure_sets(probabilities, targets, probabilities_of(spoken, head))
    else:
        own = measure(sample, spoken)
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
    (n, n_classes), head = targets.shape, project.question.learner
    penalty = Penalty(before.get("l2", DEFAULT_L2), before.get("l2_labels", 0))
    if not is_due(penalty, n):
        return {**penalty.dump(), "belief": before.get("belief"), "n_trained": n}
    penalty = remeasured(penalty, X, targets, weights, head=head, rng=rng)
    guesses = out_of_fold(X, targets, weights, n_classes=n_classes, l2=penalty.l2, rng=rng, head=head)
    return {**penalty.dump(), "belief": scored(project, guesses, targets), "n_trained": n}


def _warm_start(seen: Seen, representation: Representation) -> LinearModel | None:
    live = seen.live
    if live is None or live.classes != seen.votes.class_names or live.representation_id != representation.pk:
        return None
    try:
        return load_model(live)
    except ArtifactError:
        return None


def _control_arm(project: Project, before: Metrics, training: Training, l2: float) -> Metrics | None:
    """What the same model reaches with random draws only, measured out of fold on the protected items.

    `annotations` is what each fold's model learned from. None when nothing was measured this time.
    """
    chosen = training.is_control
    n_taught = int(chosen.sum() * (1 - 1 / CONTROL_FOLDS))
    if training.is_protected.sum() < LEAST_PROTECTED or n_taught < max(1, GROWTH * before.get("control_labels", 0)):
        return None
    targets, weights = training.beliefs.targets[chosen], training.beliefs.weights[chosen]
    head, n_classes = project.question.learner, targets.shape[1]
    guesses = out_of_fold(
        training.X[chosen], targets, weights, n_classes=n_classes, l2=l2, rng=training.rng, head=head,
        folds=CONTROL_FOLDS,
    )  # fmt: skip
    measured_on = training.is_protected[chosen]
    guesses, targets = guesses[measured_on], targets[measured_on]
    found = scored(project, guesses, targets)
    if found["metric"] == ACCURACY:
        found |= _as_corrected(guesses, targets, training, training.beliefs.certainty[chosen][measured_on])
    return {"annotations": n_taught, **found}


def _as_corrected(guesses: Floats, targets: Floats, training: Training, certainty: npt.NDArray[np.float64]) -> Metrics:
    """The estimate and bounds corrected as the model's own are, so that the two arms can be compared; or nothing."""
    is_match = guesses.argmax(axis=1) == targets.argmax(axis=1)
    n_checked, n_classes = training.beliefs.n_checked, targets.shape[1]
    corrected = corrected_if_known(is_match, certainty, n_checked=n_checked, n_classes=n_classes)
    return corrected._asdict() if corrected else {}


def _point(seen: Seen, measured: Metrics) -> Evaluation:
    return Evaluation(project=seen.project, model_number=seen.number, **measured)

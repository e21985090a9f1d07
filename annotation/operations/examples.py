"""What a training looks at: votes, the streams of their items, and what was learned before, all of one moment."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from django.db import connection
from django.db.models import Max

from annotation.arrays import Votes
from annotation.models import Annotation, ModelVersion, Project, Representation, Stream
from annotation.operations.labels import Labels, load_labels
from annotation.operations.outbox import LaneClaim, waiting_requests
from annotation.rows import every
from annotation.snapshots import snapshot
from modeling.suspicion import certainty_if_looked
from modeling.truth import infer

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

DRAWN_AT_RANDOM = """
    SELECT id, draw_stream FROM annotation_item
    WHERE project_id = %s AND drawn_at IS NOT NULL AND draw_stream IN (%s, %s)
"""
# Every revision commits together with its request, so the newest one that nobody has looked at is among the waiting.
NEWEST_WAITING = """
    SELECT max(revision.id) FROM annotation_workrequest request
    JOIN annotation_annotationrevision revision USING (annotation_id)
    WHERE request.id = ANY(%s)
"""
NEWEST = """
    SELECT max(revision.id) FROM annotation_annotationrevision revision
    JOIN annotation_annotation annotation ON annotation.id = revision.annotation_id WHERE annotation.project_id = %s
"""


@dataclass(frozen=True)
class Seen:
    """The rows of one moment. The training that looked at them settles `request_ids` and makes version `number`."""

    project: Project
    request_ids: list[int]
    n_annotations: int
    trained_through: int
    labels: Labels
    is_protected: Bools
    is_shuffled: Bools
    representation: Representation | None
    live: ModelVersion | None
    number: int

    @property
    def votes(self) -> Votes:
        return self.labels.votes

    @property
    def class_names(self) -> list[str]:
        return self.votes.class_names


def look(claim: LaneClaim) -> Seen:
    """Reads everything in one snapshot. `is_protected` and `is_shuffled` (n_items,) follow `votes.item_ids`."""
    with snapshot():
        project = Project.objects.select_related("live_model").get(pk=claim.project_id)
        request_ids = waiting_requests(claim)
        live = project.live_model
        labels = load_labels(project)
        votes = labels.votes
        streams = random_draws(project)
        return Seen(
            project=project,
            request_ids=request_ids,
            n_annotations=Annotation.objects.filter(project=project).count(),
            trained_through=max(live.trained_through if live else 0, newest_revision(project, request_ids, live)),
            labels=labels,
            is_protected=np.isin(votes.item_ids, streams[Stream.RANDOM]),
            is_shuffled=np.isin(votes.item_ids, streams[Stream.SHUFFLE]),
            representation=Representation.objects.filter(project=project, is_live=True).first(),
            live=live,
            number=(ModelVersion.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0) + 1,
        )


@dataclass(frozen=True)
class Beliefs:
    """What people say of the items looked at: targets (n, n_classes), 0 to 1, and their weights (n,), 0 to 1.

    Rows of targets sum to one, except where an answer may name any number of classes.

    `certainty` (n,) is the probability that the likeliest target is true, shares of the classes included and guesses
    left out; `n_checked` is how many answers something else speaks about: with few, certainty is an assumption.
    """

    targets: Floats
    weights: Floats
    certainty: npt.NDArray[np.float64]
    n_checked: int


def believe(labels: Labels) -> Beliefs:
    """Returns the beliefs about every item: from one inference, or from one for each class that answers may name."""
    if labels.named is None:
        return _believe(labels.votes)
    n_items, n_classes = labels.votes.n_items, labels.votes.n_classes
    asked = np.flatnonzero(labels.named.any(axis=0)) if labels.named.any() else np.array([0])
    parts = {int(k): _believe(labels.of(int(k))) for k in asked}
    targets = np.zeros((n_items, n_classes), dtype=np.float32)
    for k, part in parts.items():
        targets[:, k] = part.targets[:, 1]
    found = list(parts.values())
    return Beliefs(
        targets=targets,
        weights=np.mean([part.weights for part in found], axis=0, dtype=np.float32),
        certainty=np.prod([part.certainty for part in found], axis=0),
        n_checked=found[0].n_checked,
    )


def _believe(votes: Votes) -> Beliefs:
    """Weighs people's answers by their skill: a model must not teach itself.

    A target is the evidence of the answers alone, the posterior without the share of each class. With that share, a
    lone answer of a rare class counts as probably wrong, whatever the text says, and the classifier never learns it.
    A weight is how far the item's best annotator stands above chance, against the best of all; gold weighs 1.
    """
    gold = votes.gold if len(votes.gold) else None
    truth = infer(
        votes.votes,
        n_items=votes.n_items,
        n_annotators=votes.n_annotators,
        n_classes=votes.n_classes,
        gold=gold,
    )
    evidence = truth.posterior / truth.class_prior
    targets = evidence / evidence.sum(axis=1, keepdims=True)
    certainty = truth.posterior[np.arange(votes.n_items), targets.argmax(axis=1)]
    certainty = certainty_if_looked(certainty, votes.votes, truth.random_log_odds, gold, votes.n_classes)
    n_checked = int(truth.n_informative.sum())
    return Beliefs(targets.astype(np.float32), _weights(votes, truth.accuracy), certainty, n_checked)


def _weights(votes: Votes, accuracy: npt.NDArray[np.float64]) -> Floats:
    chance = 1 / max(votes.n_classes, 2)
    skill = np.clip((accuracy - chance) / (1 - chance), 0, 1)
    skill = skill / skill.max() if skill.size and skill.max() > 0 else np.ones_like(skill)
    weights = np.zeros(votes.n_items, dtype=np.float32)
    np.maximum.at(weights, votes.votes[:, 0], skill[votes.votes[:, 1]].astype(np.float32))
    weights[votes.gold[:, 0]] = 1
    return weights


def random_draws(project: Project) -> dict[str, Ints]:
    """Returns the items that were drawn at random to measure with, and by the shuffle before there was a model."""
    rows = every(DRAWN_AT_RANDOM, [project.pk, Stream.RANDOM.value, Stream.SHUFFLE.value])
    return {
        stream: np.array([item_id for item_id, drawn in rows if drawn == stream], dtype=np.int64)
        for stream in (Stream.RANDOM, Stream.SHUFFLE)
    }


def newest_revision(project: Project, request_ids: list[int], live: ModelVersion | None) -> int:
    """Returns the newest revision among the waiting requests, of the whole project before there was a model."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST_WAITING, [request_ids]) if live else cursor.execute(NEWEST, [project.pk])
        return int(cursor.fetchone()[0] or 0)

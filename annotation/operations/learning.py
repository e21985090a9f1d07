"""Labels → model version → published queue: train_model, score_pool, publish_queue."""

import json
import time
from collections.abc import Sequence
from typing import NoReturn

from django.db import connection, transaction
from django.db.models import Q

from annotation import hooks
from annotation.artifacts import Artifact, ArtifactError
from annotation.errors import Conflict, Postponed, StaleEpoch
from annotation.kinds import Learner
from annotation.models import (
    Evaluation,
    ModelVersion,
    Project,
    QueueSource,
    Representation,
    Strategy,
    Topic,
    VectorBatch,
    WorkLane,
    WorkRequest,
)
from annotation.operations.examples import Seen, look
from annotation.operations.fitting import Learned, learn
from annotation.operations.in_use import with_doubts_in_use
from annotation.operations.outbox import LaneClaim, request_work, settle_lane, waiting_requests
from annotation.operations.predicted_queue import next_predicted
from annotation.operations.ranking import Place, announced, next_shuffled, rank_pool
from annotation.operations.recipes import load_classifier
from annotation.operations.repeats import repeats_last
from annotation.operations.shards import sound_shards
from annotation.operations.tagging.examples import SeenSpans, look_at_spans
from annotation.operations.tagging.fitting import LearnedSpans, learn_spans
from annotation.operations.tagging.ranking import rank_texts
from annotation.operations.training_rows import prepare
from annotation.queries.versions import serving_version
from annotation.representations import EXTERNAL
from annotation.stored import load_tagger, save_model, save_tagger
from annotation.troubles import NO_VECTORS
from modeling.linear import LinearModel
from modeling.recipes import RecipeModel
from modeling.tagging.tagger import Tagger

WRITE_QUEUE = """
    WITH place AS (
        SELECT * FROM jsonb_to_recordset(%s::jsonb)
            AS place (rank int, item_id bigint, score float8, reason jsonb, stream text, probability float8))
    INSERT INTO annotation_queueentry
        (project_id, generation, item_id, rank, score, reason, stream, probability, model_version)
    SELECT item.project_id, %s, item.id, place.rank, place.score, place.reason, place.stream, place.probability, %s
    FROM place JOIN annotation_item item ON item.id = place.item_id
    WHERE item.project_id = %s AND item.drawn_at IS NULL AND item.open_slots > 0
    ORDER BY place.rank
"""
DELETE_REPLACED = """
    DELETE FROM annotation_queueentry entry USING annotation_project project
    WHERE project.id = %s AND entry.project_id = project.id AND entry.generation < project.queue_generation
"""
TAKE_QUEUE = """
    UPDATE annotation_project
    SET queue_generation = %s, queue_version = queue_version + 1, queue_published_at = now()
    WHERE id = %s AND queue_generation < %s
    RETURNING queue_version
"""


# A model that has not seen the vectors of so many labelled items has not learned from the labels; it waits instead.
LEAST_COVERED = 0.9


def train_model(claim: LaneClaim) -> None:
    """Trains on all that is known at one moment; the version and the settling of the requests it saw are one commit.

    Items of the protected random sample are looked at and measured on, never learned from. Raises Postponed while the
    project's items have no representation yet, or many of the labelled ones are still waiting for their vectors.
    Without any label, or for a kind without a model of ours, there is nothing to learn: the requests are settled.
    """
    started = time.perf_counter()
    learner = _learner(claim)
    if learner is Learner.TAGGER:
        _train_tagger(claim, started)
        return
    if learner is Learner.NONE:
        _settle(claim, waiting_requests(claim), then=Topic.SCORE)  # predictions from outside may drive the queue
        return
    seen = look(claim)
    if seen.project.deleted_at or not (seen.n_annotations or len(seen.votes.gold)):
        _settle(claim, seen.request_ids)
        return
    if seen.representation is None:
        _wait_for_vectors(seen.project)
    try:
        training = prepare(seen, seen.representation)
        if len(training.X) < LEAST_COVERED * seen.votes.n_items and _vectors_are_coming(claim.project_id):
            raise Postponed("many labelled items have no vectors yet")
        learned = learn(seen, training)
    except ArtifactError as error:
        _make_again(seen.representation)
        raise Postponed(f"vectors must be made again: {error}") from error
    hooks.reached("model fitted")
    artifact = save_model(learned.model, seen.class_names, learned.probe, learned.protected)
    _publish_model(claim, seen, learned, artifact, started)


def _learner(claim: LaneClaim) -> Learner:
    return Project.objects.get(pk=claim.project_id).question.learner


def _train_tagger(claim: LaneClaim, started: float) -> None:
    """Does the same for spans."""
    seen = look_at_spans(claim)
    if seen.project.deleted_at or not len(seen.item_ids):
        _settle(claim, seen.request_ids)
        return
    if seen.representation is None:
        _wait_for_vectors(seen.project)
    try:
        learned = learn_spans(seen, seen.representation)
    except ArtifactError as error:
        _make_again(seen.representation)
        raise Postponed(f"vectors must be made again: {error}") from error
    _publish_model(claim, seen, learned, save_tagger(learned.model, seen.class_names), started)


def _vectors_are_coming(project_id: int) -> bool:
    """Whether items wait for vectors in a lane that works."""
    lane = {"project_id": project_id, "topic": Topic.REPRESENT}
    return (
        WorkRequest.objects.filter(**lane).exists() and not WorkLane.objects.filter(**lane).exclude(error="").exists()
    )


def score_pool(claim: LaneClaim) -> None:
    """Ranks what nobody was asked about by the serving model, or by outside predictions, and publishes the queue.

    Before the first model there is nothing to rank. A damaged file is asked for anew, and the old queue goes on.
    """
    request_ids = waiting_requests(claim)
    project = Project.objects.get(pk=claim.project_id)
    version = serving_version(project)
    if project.deleted_at is None and project.queue_source == QueueSource.PREDICTIONS:
        number = version.number if version else 0
        places = repeats_last(project, with_doubts_in_use(project, next_predicted(project)))
        publish_queue(claim, request_ids=request_ids, places=places, model_version=number)
        return
    if project.deleted_at or version is None:
        _settle(claim, request_ids)
        return
    try:
        version, model = _sound_model(project, version)
    except ArtifactError:
        _settle(claim, request_ids, then=Topic.LEARN)
        return
    try:
        shuffled = project.strategy == Strategy.RANDOM
        places = next_shuffled(project) if shuffled else _ranked(project, version, model)
    except ArtifactError:
        _make_again(version.representation)
        _settle(claim, request_ids)
        return
    places = repeats_last(project, with_doubts_in_use(project, places))
    publish_queue(claim, request_ids=request_ids, places=places, model_version=version.number)


def _ranked(project: Project, version: ModelVersion, model: LinearModel | RecipeModel | Tagger) -> list[Place]:
    if isinstance(model, Tagger):
        return announced(project, rank_texts(project, version, model))
    return announced(project, rank_pool(project, version, model))


def _sound_model(project: Project, serving: ModelVersion) -> tuple[ModelVersion, LinearModel | RecipeModel | Tagger]:
    """The serving version, or the newest one when a pinned one's file is damaged: training again would not mend that.

    Raises ArtifactError when the newest one's is.
    """
    load = load_tagger if project.question.learner is Learner.TAGGER else load_classifier
    try:
        return serving, load(serving)
    except ArtifactError:
        newest = ModelVersion.objects.filter(project=project).select_related("representation").latest("number")
        return newest, load(newest)


def publish_queue(claim: LaneClaim, *, request_ids: Sequence[int], places: Sequence[Place], model_version: int) -> int:
    """Replaces the published queue in one transaction and returns its version.

    Items that somebody was asked about meanwhile are left out. Raises StaleEpoch, and nothing is changed, when the lane
    was taken over or a later claim has published. Claimers take places of the old queue until this is committed, and of
    the new one from then on: what is deleted is the queue before both, and no item is locked.
    """
    entries = json.dumps([{"rank": rank, **place._asdict()} for rank, place in enumerate(places, 1)])
    with transaction.atomic(), connection.cursor() as cursor:
        settle_lane(claim, request_ids)
        cursor.execute(DELETE_REPLACED, [claim.project_id])
        cursor.execute(WRITE_QUEUE, [entries, claim.epoch, model_version, claim.project_id])
        cursor.execute(TAKE_QUEUE, [claim.epoch, claim.project_id, claim.epoch])
        taken = cursor.fetchone()
        if taken is None:
            raise StaleEpoch(f"a later queue of project {claim.project_id} is published")
        return int(taken[0])


def _publish_model(
    claim: LaneClaim, seen: Seen | SeenSpans, learned: Learned | LearnedSpans, artifact: Artifact, started: float
) -> None:
    """One transaction: the version, the live pointer, the curve, the settled requests, and the wish to score.

    Raises StaleEpoch, and nothing is changed, when the lane was taken over or a newer model is live.
    """
    hooks.reached("model saved")
    with transaction.atomic():
        settle_lane(claim, seen.request_ids)
        version = ModelVersion.objects.create(
            project=seen.project,
            number=seen.number,
            representation=learned.representation,
            trained_through=seen.trained_through,
            n_annotations=seen.n_annotations,
            strategy=seen.project.strategy,
            classes=seen.class_names,
            metrics=learned.metrics,
            path=artifact.path,
            checksum=artifact.checksum,
            seconds=time.perf_counter() - started,
        )
        older = Q(live_model=None) | Q(live_model__number__lt=version.number)
        if not Project.objects.filter(older, pk=claim.project_id).update(live_model=version):
            raise StaleEpoch(f"project {claim.project_id} has a newer model than {version.number}")
        Evaluation.objects.bulk_create(learned.points)
        request_work(project_id=claim.project_id, topic=Topic.SCORE)
        hooks.reached("model uncommitted")


def _settle(claim: LaneClaim, request_ids: Sequence[int], then: Topic | None = None) -> None:
    with transaction.atomic():
        settle_lane(claim, request_ids)
        if then:
            request_work(project_id=claim.project_id, topic=then)


def _wait_for_vectors(project: Project) -> NoReturn:
    """Raises Postponed while vectors are on their way, else Conflict with the reason why there are none."""
    _ask_for_vectors(project.pk)
    if project.representation == EXTERNAL and not VectorBatch.objects.filter(project=project).exists():
        raise Conflict(NO_VECTORS, code="no_vectors")
    lane = WorkLane.objects.filter(project=project, topic=Topic.REPRESENT).exclude(error="").first()
    if lane is not None:
        raise Conflict(f"The items have no vectors: {lane.error}", code="no_vectors")
    raise Postponed("the items have no vectors yet")


def _make_again(representation: Representation) -> None:
    """Forgets the shards whose files are damaged and asks for their items' vectors."""
    sound_shards(representation)
    _ask_for_vectors(representation.project_id)


def _ask_for_vectors(project_id: int) -> None:
    with transaction.atomic():
        if not WorkRequest.objects.filter(project_id=project_id, topic=Topic.REPRESENT).exists():
            request_work(project_id=project_id, topic=Topic.REPRESENT)

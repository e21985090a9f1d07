"""Asking and answering: assign_next_item, submit_annotation, skip_item, release_expired_assignments."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models.functions import Now

from annotation import hooks
from annotation.errors import BadRequest, Conflict
from annotation.models import Annotation, AnnotationRevision, Assignment, Item, Membership, Project, Topic
from annotation.operations import lease_ends
from annotation.operations.leases import WHY_EMPTY
from annotation.operations.outbox import request_work_on, wake_after_commit
from annotation.operations.picking import new_leases
from annotation.operations.projects import check_schema
from annotation.operations.retry import retried
from annotation.operations.training import Training, train
from annotation.queries.labeling import InHand, Lease, in_hand

MAX_COUNT = 20
MAX_SECONDS = 7 * 24 * 3600
TOPICS_OF_AN_ANSWER = (Topic.LEARN, Topic.QUALITY)
Check = Callable[[Annotation | None], None]


@dataclass
class Assigned:
    """What a person has in hand now; `empty_because` says why when that is nothing. `training` is for newcomers."""

    leases: list[Lease] = field(default_factory=list)
    empty_because: str | None = None
    next_release_at: datetime | None = None
    training: Training | None = None


@dataclass(frozen=True)
class Submitted:
    annotation: Annotation
    is_new: bool


@retried
def assign_next_item(*, project: Project, user: User, count: int, rng: random.Random | None = None) -> Assigned:
    """Returns up to `count` open leases of this person: those she holds already first, then new ones.

    None when she or the project is paused: what is on her screen she may still answer.

    A newcomer gets known answers first where the project asks for a training, see `training.train`.

    Two callers at once never share a slot: items are picked under SKIP LOCKED, and the slot count is a constraint.
    Raises BadRequest for a count outside 1 to 20.
    """
    if not 1 <= count <= MAX_COUNT:
        raise BadRequest(f"count must be from 1 to {MAX_COUNT}.", fields={"count": "out of range"})
    if project.paused:
        return Assigned(empty_because="project_paused")
    held = in_hand(project_id=project.pk, user_id=user.pk, limit=count)
    if held is None:
        return Assigned(empty_because="paused")
    is_asked = project.training_items and project.training != Membership.Training.PASSED
    if is_asked and (training := train(project=project, user=user, count=count - len(held.leases))):
        if training.stage != Membership.Training.PASSED:
            return _in_training(project, user, held.leases + training.leases, count, training)
        return replace(_ordinary(project, user, held, count, rng), training=training)
    return _ordinary(project, user, held, count, rng)


def _in_training(project: Project, user: User, found: list[Lease], count: int, training: Training) -> Assigned:
    """Another request of hers may just have taken the last known answers: then those are what she has in hand."""
    if training.stage == Membership.Training.NOT_PASSED:
        return Assigned(found, None if found else "training_not_passed", training=training)
    held = None if found else in_hand(project_id=project.pk, user_id=user.pk, limit=count)
    return Assigned(held.leases if held else found, training=training)


def _ordinary(project: Project, user: User, held: InHand, count: int, rng: random.Random | None) -> Assigned:
    rng = rng or random.SystemRandom()
    found = list(held.leases)
    if len(found) < count:
        found += new_leases(project, user.pk, count - len(found), rng, held.sources)
    if found:
        return Assigned(found)
    if release_expired_assignments(project_id=project.pk):
        found = new_leases(project, user.pk, count, rng, held.sources)
    return Assigned(found) if found else _why_empty(project, user.pk)


def _why_empty(project: Project, user_id: int) -> Assigned:
    with connection.cursor() as cursor:
        cursor.execute(WHY_EMPTY, {"project": project.pk, "user": user_id, "max_votes": project.max_votes})
        slots_left, any_release, my_release = cursor.fetchone()
    if not slots_left and any_release is None:
        return Assigned(empty_because="finished")
    if my_release is not None:
        return Assigned(empty_because="all_leased", next_release_at=my_release)
    return Assigned(empty_because="nothing_for_you")


@retried
def submit_annotation(
    *,
    assignment: Assignment,
    value: Any,
    seconds: float | None = None,
    schema_version: int | None = None,
    check: Check | None = None,
) -> Submitted:
    """Stores the answer to one's assignment and asks for training and quality work, in one transaction.

    The same value again returns the stored annotation unchanged; another value is a new revision. An answer after the
    lease ran out is taken if a slot is free. Of several equal requests at once, one writes and all return its row.
    `check` is asked about the annotation that is locked, or None before there is one; what it raises ends it.
    Raises InvalidValue, BadRequest (seconds), Conflict (skipped; lease_expired when the slot is gone; stale_schema when
    the client says for which schema it answers and the classes have changed).
    """
    check_schema(assignment.project, schema_version)
    canonical = _canonical(assignment, value)
    _check_seconds(seconds)
    stored = _answer_open_lease(assignment, canonical, seconds) if check is None else None
    if stored is not None:
        return Submitted(stored, is_new=True)
    with transaction.atomic():
        if not _take_slot_again(assignment):
            return _revise(assignment, canonical, seconds, check)
        if check is not None:
            check(None)
        stored = _answer_open_lease(assignment, canonical, seconds)
    if stored is None:
        raise Conflict("This lease was given back just now.", code="lease_expired")
    return Submitted(stored, is_new=True)


def _canonical(assignment: Assignment, value: Any) -> dict[str, Any]:
    project = assignment.project
    shown = Item.objects.filter(pk=assignment.item_id).values_list("data", flat=True)
    return project.question.canonical(value, project.schema, shown.get() if project.question.reads_item else None)


def _answer_open_lease(assignment: Assignment, value: dict[str, Any], seconds: float | None) -> Annotation | None:
    """Returns the new annotation; None when the lease is not open. One statement, so it is whole or not at all."""
    parameters: dict[str, Any] = {
        "assignment": assignment.pk,
        "value": json.dumps(value),
        "seconds": seconds,
        "schema_version": assignment.project.schema_version,
        "topics": [topic.value for topic in TOPICS_OF_AN_ANSWER],
    }
    hooks.reached("answer unsaved")
    with connection.cursor() as cursor:
        cursor.execute(lease_ends.ANSWER, parameters)
        row = cursor.fetchone()
    if row is None:
        return None
    hooks.reached("answer stored")
    for topic in TOPICS_OF_AN_ANSWER:
        wake_after_commit(assignment.project_id, topic)
    return Annotation(
        pk=row[0],
        assignment_id=assignment.pk,
        value=value,
        seconds=seconds,
        created_at=row[1],
        updated_at=row[1],
        schema_version=assignment.project.schema_version,
    )


def _check_seconds(seconds: float | None) -> None:
    if seconds is not None and not 0 <= seconds <= MAX_SECONDS:
        raise BadRequest("seconds must be a number from 0 to a week.", fields={"seconds": "out of range"})


def _take_slot_again(assignment: Assignment) -> bool:
    """Opens a lease that ran out, if a slot is free; False when it is answered already. Raises Conflict otherwise."""
    item = Item.objects.select_for_update(no_key=True).get(pk=assignment.item_id)
    lease = Assignment.objects.select_for_update().get(pk=assignment.pk)
    if lease.status == Assignment.Status.ANSWERED:
        return False
    if lease.status == Assignment.Status.SKIPPED:
        raise Conflict("You skipped this item, so it went to somebody else.", code="skipped")
    if lease.status == Assignment.Status.EXPIRED and lease.holds_slot:
        if not item.open_slots:
            raise Conflict(
                "Your time for this item ran out and others have answered it meanwhile. Your answer was not stored.",
                code="lease_expired",
            )
        Item.objects.filter(pk=item.pk).update(taken=item.taken + 1, open_slots=item.open_slots - 1)
    Assignment.objects.filter(pk=lease.pk).update(status=Assignment.Status.OPEN, closed_at=None)
    return True


def _revise(assignment: Assignment, value: dict[str, Any], seconds: float | None, check: Check | None) -> Submitted:
    annotation = Annotation.objects.select_for_update().annotate(now=Now()).get(assignment_id=assignment.pk)
    if check is not None:
        check(annotation)
    if assignment.project.today(annotation.value, annotation.schema_version) == value:
        return Submitted(annotation, is_new=False)
    annotation.value, annotation.seconds, annotation.updated_at = value, seconds, annotation.now
    annotation.revision += 1
    annotation.schema_version = assignment.project.schema_version
    annotation.save(update_fields=["value", "seconds", "revision", "schema_version", "updated_at"])
    AnnotationRevision.objects.create(
        annotation=annotation,
        revision=annotation.revision,
        value=value,
        seconds=seconds,
        schema_version=annotation.schema_version,
        created_at=annotation.updated_at,
    )
    request_work_on(annotation.pk, project_id=assignment.project_id, topics=TOPICS_OF_AN_ANSWER)
    return Submitted(annotation, is_new=False)


@retried
def skip_item(*, assignment: Assignment, reason: str = "") -> None:
    """Gives the slot back; the item does not return to this person. Skipping twice is harmless.

    Raises Conflict when the item was answered.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(lease_ends.ITS_ITEM, [assignment.item_id])
        cursor.execute(lease_ends.SKIP, {"assignment": assignment.pk, "reason": reason})
        (status,) = cursor.fetchone()
    if status == Assignment.Status.ANSWERED:
        raise Conflict("You have answered this item; change the answer instead.", code="answered")


def release_expired_assignments(*, project_id: int | None = None, limit: int = 500) -> int:
    """Frees the slots of leases that ran out; returns how many. Any number of callers may do so at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(lease_ends.LATE, {"project": project_id, "limit": limit})
        late = [row[0] for row in cursor.fetchall()]
        if not late:
            return 0
        cursor.execute(lease_ends.RELEASE_EXPIRED, {"late": late})
        (n_released,) = cursor.fetchone()
    return int(n_released)

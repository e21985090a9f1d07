"""The outbox: work is asked for in the transaction that makes it due, and done one at a time per project and topic.

PostgreSQL holds the truth (WorkRequest, WorkLane); what `wake` sends through the broker is a hint that may be lost,
doubled or late. `sweep` finds what was lost.
"""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from annotation import hooks, troubles
from annotation.errors import Postponed, StaleEpoch
from annotation.models import Topic, WorkLane, WorkRequest
from annotation.operations import owners
from annotation.operations.heartbeat import kept_alive

logger = logging.getLogger(__name__)

LEASE_SECONDS = 10  # how long a dead worker holds up its lane
# A lane rests for this share of what its work took, so no project keeps a core busy; at most LONGEST_REST.
REST_SHARE: dict[str, float] = {Topic.LEARN: 1.0, Topic.QUALITY: 1.0}
LEAST_REST: dict[str, float] = {Topic.LEARN: 0.2, Topic.QUALITY: 0.05}
# What this work took is counted in seconds of CPU: while it waits for a core it is at rest already, and where answers
# rush in, how often it looks is how soon somebody who guesses is found.
RESTS_BY_CPU = frozenset({Topic.QUALITY})
LONGEST_REST = 5.0
# After a training, labels that rush in are waited for: until they pause, or for so long. Thirty a second are a rush.
RUSH_TOPICS = frozenset({Topic.LEARN})
RUSH_SECONDS = 6.0
RUSH_LEAST, RUSH_RATE, RUSH_PAUSE = 10, 30, 0.75
RUSH_COUNTED = 2_000
FIRST_WAIT = 0.05
POSTPONED_SECONDS = 0.5

FREE = {"not_before": None, "attempts": 0, "losses": 0, "error": ""}  # rests no more

CLAIM = """
    WITH waiting AS (
        SELECT count(*) AS n, extract(epoch FROM now() - min(created_at)) AS oldest,
               extract(epoch FROM now() - max(created_at)) AS newest
        FROM (SELECT created_at FROM annotation_workrequest
              WHERE project_id = %(project)s AND topic = %(topic)s LIMIT %(most)s) request
    )
    INSERT INTO annotation_worklane AS lane (project_id, topic, epoch, expires_at, owner, attempts, error)
    SELECT %(project)s, %(topic)s, 1, now() + make_interval(secs => %(lease)s), %(owner)s, 0, ''
    FROM waiting WHERE n > 0
    ON CONFLICT (project_id, topic) DO UPDATE
    SET epoch = lane.epoch + 1, expires_at = excluded.expires_at, owner = excluded.owner
    WHERE (lane.expires_at IS NULL OR lane.expires_at < now())
      AND (lane.not_before IS NULL OR lane.not_before < now())
      AND NOT (%(rushes)s AND coalesce(lane.not_before > now() - make_interval(secs => %(longest)s), false)
               AND EXISTS (SELECT 1 FROM waiting
                           WHERE n >= %(least)s AND n > %(rate)s * oldest
                             AND oldest < %(longest)s AND newest < %(pause)s))
    RETURNING epoch
"""


@dataclass(frozen=True)
class LaneClaim:
    """The right to work in a lane until somebody claims it with a higher epoch."""

    project_id: int
    topic: str
    epoch: int


def request_work(*, project_id: int, topic: str, annotation_ids: Sequence[int] = ()) -> None:
    """Writes what is due into the caller's transaction and wakes a worker once it is committed."""
    now = Now()
    WorkRequest.objects.bulk_create(
        WorkRequest(project_id=project_id, topic=topic, annotation_id=annotation_id, created_at=now)
        for annotation_id in (annotation_ids or (None,))
    )
    wake_after_commit(project_id, topic)


def request_work_on(annotation_id: int, *, project_id: int, topics: Sequence[str]) -> None:
    """The same for one annotation and several topics, in one statement."""
    now = Now()
    WorkRequest.objects.bulk_create(
        WorkRequest(project_id=project_id, topic=topic, annotation_id=annotation_id, created_at=now) for topic in topics
    )
    for topic in topics:
        wake_after_commit(project_id, topic)


def wake_after_commit(project_id: int, topic: str) -> None:
    """Sends a hint to a worker when the transaction is committed. Never fails, never waits for the broker."""
    wake: Callable[[int, str], None] = import_string(f"{settings.QUERENT_DISPATCH}.wake")
    transaction.on_commit(lambda: wake(project_id, topic))


def wake_job_after_commit(job_id: int) -> None:
    """The same for an import or export job."""
    wake_job: Callable[[int], None] = import_string(f"{settings.QUERENT_DISPATCH}.wake_job")
    transaction.on_commit(lambda: wake_job(job_id))


def claim_lane(*, project_id: int, topic: str, lease_seconds: int = LEASE_SECONDS) -> LaneClaim | None:
    """Returns the claim, or None when nothing waits, somebody else is at it, or the lane rests after failures.

    Of two callers at once exactly one gets the claim: the update is guarded by the lease it replaces. Right after a
    training, a rush of labels is waited for.
    """
    _judge_vanished(project_id, topic)
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM,
            {
                "project": project_id,
                "topic": topic,
                "lease": lease_seconds,
                "owner": owners.myself(),
                "most": RUSH_COUNTED,
                "rushes": topic in RUSH_TOPICS,
                "longest": RUSH_SECONDS,
                "least": RUSH_LEAST,
                "rate": RUSH_RATE,
                "pause": RUSH_PAUSE,
            },
        )
        row = cursor.fetchone()
    return LaneClaim(project_id, topic, row[0]) if row else None


def _judge_vanished(project_id: int, topic: str) -> None:
    """Counts how the last owner was lost, once, when its lease ran out."""
    lane = WorkLane.objects.filter(project_id=project_id, topic=topic, expires_at__lt=Now()).first()
    if lane is not None:
        by_itself = owners.was_ended_by_its_work(lane.owner)
        if WorkLane.objects.filter(pk=lane.pk, epoch=lane.epoch, expires_at__lt=Now()).update(
            **owners.counted(by_itself=by_itself), **({"error": troubles.WORKER_DIED} if by_itself else {})
        ):
            _rest_if_hopeless(WorkLane.objects.filter(pk=lane.pk, epoch=lane.epoch))


def _rest_if_hopeless(lane: QuerySet[WorkLane]) -> None:
    """Puts a lane to rest after three attempts, or a long row of losses."""
    lane.filter(attempts__gte=owners.MAX_ATTEMPTS).update(not_before=Now() + owners.REST_AFTER_ATTEMPTS, attempts=0)
    lane.filter(losses__gte=owners.MAX_LOSSES).update(not_before=Now() + owners.REST_AFTER_LOSSES, losses=0)


def free_lane_of(project_id: int, topic: str) -> None:
    """Lets a lane that rests after failures be claimed at once, because what it failed for may be cured."""
    lane = WorkLane.objects.filter(project_id=project_id, topic=topic).exclude(error="")
    if lane.update(**FREE):
        wake_after_commit(project_id, topic)


def waiting_requests(claim: LaneClaim) -> list[int]:
    """Returns the ids of the lane's requests that this transaction can see."""
    waiting = WorkRequest.objects.filter(project_id=claim.project_id, topic=claim.topic)
    return list(waiting.values_list("id", flat=True))


def require_lane(claim: LaneClaim) -> None:
    """Raises StaleEpoch when the lane was taken over; locks nothing.

    For work that writes much before it settles: the lease can still be lengthened while it writes.
    """
    if not _own(claim).exists():
        raise StaleEpoch(f"{claim.topic} of project {claim.project_id} was taken over")


def settle_lane(claim: LaneClaim, request_ids: Sequence[int]) -> None:
    """Deletes exactly these requests, in the caller's transaction; until its end nobody can take the lane over.

    Raises StaleEpoch when somebody has: then the caller's whole transaction must roll back.
    """
    if not _own(claim).select_for_update().exists():
        raise StaleEpoch(f"{claim.topic} of project {claim.project_id} was taken over")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM annotation_workrequest WHERE id = ANY(%s)", [list(request_ids)])
    hooks.reached(f"{claim.topic} settled")


def run_lane(*, project_id: int, topic: str, operation: Callable[[LaneClaim], None]) -> float | None:
    """Claims the lane, runs the operation, releases the lane. Returns in how many seconds there is more to do, or None.

    After a success the lane rests in proportion to what the work took, so that a burst of labels is not a burst of
    trainings. A failure is counted and raised again; after three the lane rests for five minutes and shows the error.
    When the database went away that is no failure of the work, and not counted as one.
    """
    claim = claim_lane(project_id=project_id, topic=topic)
    if claim is None:
        return _rest_left(project_id, topic)
    hooks.reached(f"{topic} claimed")
    clock = time.process_time if topic in RESTS_BY_CPU else time.monotonic
    started = clock()
    try:
        with kept_alive(_own(claim), seconds=LEASE_SECONDS, name=f"{topic} {project_id}"):
            operation(claim)
        hooks.reached(f"{topic} done")
    except StaleEpoch:
        logger.warning("late result of %s for project %s dropped", topic, project_id)
        return None
    except Postponed:
        _release(claim, attempts=0, losses=0)
        return POSTPONED_SECONDS
    except Exception as error:
        _release_failed(claim, error)
        raise
    rest = _rest_after(topic, clock() - started)
    _release(claim, attempts=0, losses=0, error="", not_before=Now() + timedelta(seconds=rest) if rest else None)
    waiting = WorkRequest.objects.filter(project_id=project_id, topic=topic).exists()
    return max(rest, FIRST_WAIT) if waiting else None


def _rest_after(topic: str, seconds: float) -> float:
    """Returns how long a lane rests after work that took so much."""
    share = REST_SHARE.get(topic)
    return 0.0 if share is None else min(LONGEST_REST, max(LEAST_REST[topic], share * seconds))


def _rest_left(project_id: int, topic: str) -> float | None:
    """Returns the seconds that a lane still rests after a success, or until a rush may have paused.

    None when it is busy or broken, or nothing waits.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT extract(epoch FROM not_before - now())::float8 FROM annotation_worklane
               WHERE project_id = %(project)s AND topic = %(topic)s
                 AND expires_at IS NULL AND error = ''
                 AND not_before > now() - make_interval(secs => %(longest)s)
                 AND EXISTS (SELECT 1 FROM annotation_workrequest
                             WHERE project_id = %(project)s AND topic = %(topic)s)""",
            {"project": project_id, "topic": topic, "longest": RUSH_SECONDS if topic in RUSH_TOPICS else 0.0},
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return float(row[0]) if row[0] > 0 else RUSH_PAUSE


def _own(claim: LaneClaim) -> QuerySet[WorkLane]:
    return WorkLane.objects.filter(project_id=claim.project_id, topic=claim.topic, epoch=claim.epoch)


def _release(claim: LaneClaim, **changes: object) -> None:
    _own(claim).update(expires_at=None, **changes)


def _release_failed(claim: LaneClaim, error: Exception) -> None:
    """Counts the failure, or the outage: while that lasts nobody can be told, and the next owner counts it."""
    is_outage = owners.is_outage(error)
    text = {} if is_outage else {"error": troubles.kept(error)}
    if is_outage:
        connection.close()  # the next statement gets another one
    with suppress(OperationalError, InterfaceError):
        _own(claim).update(**owners.counted(by_itself=not is_outage), **text)
        _rest_if_hopeless(_own(claim))


def sweep() -> list[tuple[int, str]]:
    """Returns (project, topic) of every lane with waiting work that nobody is doing and that may be claimed now."""
    busy = WorkLane.objects.filter(Q(expires_at__gte=Now()) | Q(not_before__gte=Now())).values_list(
        "project_id", "topic"
    )
    waiting = WorkRequest.objects.order_by().values_list("project_id", "topic").distinct()
    return sorted(set(waiting) - set(busy))


def collect_keys() -> int:
    """Deletes idempotency keys older than a day; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM annotation_idempotencykey WHERE created_at < now() - interval '24 hours'")
        return int(cursor.rowcount)

"""What an operator does by hand when something is stuck: each with an audit event."""

from collections.abc import Sequence
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from annotation.models import Assignment, Project, Topic, WorkLane
from annotation.operations.auditing import audit
from annotation.operations.labeling import release_expired_assignments
from annotation.operations.outbox import FREE, request_work, wake_after_commit


def work_again(*, project: Project, actor: User, topics: Sequence[Topic]) -> None:
    """Asks for the work of these lanes although no new answer does; a lane that rests after failures is freed."""
    with transaction.atomic():
        WorkLane.objects.filter(project=project, topic__in=topics).update(**FREE)
        for topic in topics:
            request_work(project_id=project.pk, topic=topic)
        audit(project=project, actor=actor, verb="work.requested", detail={"topics": [topic.value for topic in topics]})


def free_lane(*, lane: WorkLane, actor: User) -> None:
    """Lets a lane that rests after failures be claimed now; whoever is at work in it is not disturbed."""
    with transaction.atomic():
        WorkLane.objects.filter(pk=lane.pk).update(**FREE)
        wake_after_commit(lane.project_id, lane.topic)
        audit(project=lane.project, actor=actor, verb="lane.freed", target=lane.topic)


def release_leases(*, assignments: QuerySet[Assignment], actor: User) -> int:
    """Ends these open leases as if their time were up, returns how many; a late answer is treated as ever."""
    with transaction.atomic():
        mine = assignments.filter(status=Assignment.Status.OPEN).order_by("item_id").select_related("project")
        leases = list(mine[:1000])
        Assignment.objects.filter(pk__in=[lease.pk for lease in leases], status=Assignment.Status.OPEN).update(
            expires_at=Now() - timedelta(seconds=1)
        )
        projects = {lease.project_id: lease.project for lease in leases}
        for project in projects.values():
            release_expired_assignments(project_id=project.pk, limit=len(leases) + 500)
            released = [lease.pk for lease in leases if lease.project_id == project.pk]
            audit(project=project, actor=actor, verb="leases.released", detail={"assignments": released})
    return len(leases)

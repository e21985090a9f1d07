"""Workers as the simulator sees them: they begin, they are away for a while, they bring a result."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from annotation.errors import StaleEpoch
from annotation.models import Item, Project, Topic, WorkLane, WorkRequest
from annotation.operations.learning import publish_queue
from annotation.operations.outbox import (
    LEASE_SECONDS,
    LaneClaim,
    claim_lane,
    request_work,
    run_lane,
    settle_lane,
    sweep,
    waiting_requests,
)
from annotation.operations.ranking import Place
from tests.faults.simulator import clock


@dataclass
class Shift:
    """A worker in the middle of its work: what it has seen, and since when it has the lane."""

    claim: LaneClaim
    seen: list[int]
    until: datetime


@dataclass
class Workers:
    """All workers of one project, and what each lane's owner is by the rules."""

    project: Project
    at_work: list[Shift] = field(default_factory=list)
    newest: dict[str, int] = field(default_factory=dict)
    until: dict[str, datetime] = field(default_factory=dict)
    queue_version: int = 0

    def begin(self, topic: str) -> LaneClaim | None:
        return claim_lane(project_id=self.project.pk, topic=topic)

    def began(self, topic: str, claim: LaneClaim | None) -> None:
        """Checks a claim and remembers who has it."""
        if claim is None:
            return
        now = clock.now()
        until = self.until.get(topic)
        assert until is None or until < now, f"lane {topic} was given away while somebody is at it"
        assert claim.epoch > self.newest.get(topic, 0), "an epoch came twice"
        self.newest[topic], self.until[topic] = claim.epoch, now + timedelta(seconds=LEASE_SECONDS)
        self.at_work.append(Shift(claim, waiting_requests(claim), self.until[topic]))

    def finish(self, shift: Shift) -> str:
        """Brings the result: `done`, or `stale` when somebody else has the lane by now. Checks both."""
        self.at_work.remove(shift)
        topic = shift.claim.topic
        before = set(self._waiting(topic))
        owns = self.newest[topic] == shift.claim.epoch
        try:
            self._bring(shift)
        except StaleEpoch:
            assert not owns, "a result in time was refused"
            assert set(self._waiting(topic)) == before, "a result that came too late took requests away"
            return "stale"
        assert owns, "a result that came too late was taken"
        assert set(self._waiting(topic)) == before - set(shift.seen), "other requests than those it saw were settled"
        WorkLane.objects.filter(project=self.project, topic=topic).update(expires_at=None, attempts=0)
        self.until.pop(topic, None)
        return "done"

    def _bring(self, shift: Shift) -> None:
        if shift.claim.topic != Topic.SCORE:
            with transaction.atomic():
                settle_lane(shift.claim, shift.seen)
                if shift.claim.topic == Topic.LEARN:
                    request_work(project_id=self.project.pk, topic=Topic.SCORE)
            return
        fresh = Item.objects.filter(project=self.project, is_gold=False).order_by("-pk")[:3]
        places = [Place(one.pk, 0.5, {"kind": "uncertain"}, "model", 1.0) for one in fresh]
        publish_queue(shift.claim, request_ids=shift.seen, places=places, model_version=1)
        self.project.refresh_from_db()
        assert self.project.queue_generation == shift.claim.epoch, "an older queue stands"
        assert self.project.queue_version == self.queue_version + 1, "a queue was counted twice"
        self.queue_version = self.project.queue_version

    def _waiting(self, topic: str) -> list[int]:
        return list(WorkRequest.objects.filter(project=self.project, topic=topic).values_list("id", flat=True))

    def drain(self) -> None:
        """Lets workers go on as they would by themselves, without any hint: in the end nothing waits."""
        for _ in range(40):
            clock.advance(400)
            for project_id, topic in sweep():
                if project_id == self.project.pk:
                    run_lane(project_id=project_id, topic=topic, operation=_settle_all)
            if not WorkRequest.objects.filter(project=self.project).exists():
                return
        raise AssertionError("work is left that nobody does")


def _settle_all(claim: LaneClaim) -> None:
    with transaction.atomic():
        settle_lane(claim, waiting_requests(claim))

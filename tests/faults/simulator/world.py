"""A business of one project, checked after each act that a seed (life.py) or hypothesis (test_machine.py) draws."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.db import OperationalError, connection
from rest_framework.test import APIRequestFactory, force_authenticate

from annotation.api.views.review import Comments
from annotation.models import Annotation, AuditEvent, Comment, Role, Topic
from annotation.operations.outbox import LaneClaim
from tests.factories import make_item, make_member, make_project
from tests.faults.invariants import broken_rules
from tests.faults.simulator import acts, clock
from tests.faults.simulator.acts import Act, Decided
from tests.faults.simulator.interleave import Callers
from tests.faults.simulator.lanes import Workers
from tests.faults.simulator.state import Said, State, differences, read

N_ITEMS, N_PEOPLE = 4, 4
LEASE_SECONDS = 60
TOPICS = (Topic.LEARN.value, Topic.SCORE.value, Topic.QUALITY.value)
NAMES = ("a", "b")


class Found(AssertionError):
    """A promise was broken; the text says after which act."""


class World:
    """The project, the model of it, and what was reached."""

    def __init__(self, callers: Callers | None = None) -> None:
        with connection.cursor() as cursor:  # ids begin at 1 again, so that a seed is the same life in any database
            cursor.execute("TRUNCATE auth_user, annotation_project RESTART IDENTITY CASCADE")
        self.project = make_project(
            classes=NAMES, gold_rate=0.3, relabel_rate=0.0, random_rate=0.3, lease_seconds=LEASE_SECONDS,
            overlap=2, max_votes=3,
        )  # fmt: skip
        for _ in range(N_ITEMS):
            make_item(self.project)
        make_item(self.project, gold=NAMES[0])
        self.people = [make_member(self.project) for _ in range(N_PEOPLE)]
        self.manager = make_member(self.project, role=Role.MANAGER)
        self.reviewers = [make_member(self.project, role=Role.REVIEWER) for _ in range(2)]
        self.workers, self.callers = Workers(self.project), callers
        self.renames: list[tuple[int, str, str]] = []
        self.decided: list[Decided] = []
        self.sent: dict[str, str] = {}
        self.log: list[str] = []
        self.seen: Counter[str] = Counter()
        self.state = read(self.project)

    # What may be drawn

    @property
    def names(self) -> list[str]:
        names = list(NAMES)
        for _, old, new in self.renames:
            names[names.index(old)] = new
        return names

    def meaning(self, said: Said) -> str:
        """What an answer says in the classes of today, by our own book of renames."""
        name = said.name
        for version, old, new in self.renames:
            name = new if version > said.schema_version and name == old else name
        return name

    def leases_of(self, *statuses: str) -> list[tuple[int, User]]:
        people = {person.pk: person for person in self.people}
        found = [(one.id, people[who]) for (_, who), one in self.state.leases.items() if one.status in statuses]
        return sorted(found, key=lambda pair: pair[0])

    def answered_items(self) -> list[int]:
        return sorted({item for item, _ in self.state.answers})

    def people_at(self, *statuses: str) -> list[tuple[int, User]]:
        """Items and the people whose leases on them have one of these statuses."""
        people = {person.pk: person for person in self.people}
        return sorted(
            ((item, people[who]) for (item, who), one in self.state.leases.items() if one.status in statuses),
            key=lambda pair: (pair[0], pair[1].pk),
        )

    # Steps

    def take(self, act: Act) -> Any:
        """Does one act and holds the rows against the model."""
        before = self.state
        told = self._done(act)
        self.log.append(f"{act.name}: {acts.code_of(told)}")
        self._note(act, told)
        expected = before.copy()
        # Whether a known answer came before or after the reaper passed is nobody's business: both are right.
        reaped = before.copy()
        if act.kind == "ask" and reaped.expire(clock.now()) and _fits(act, reaped, told, read(self.project)):
            expected = reaped
        else:
            self._guarded(lambda: act.expect(expected, told))
        self.check(expected)
        return told

    def _done(self, act: Act) -> Any:
        try:
            return act.run()
        except Exception as error:
            raise Found(f"{act.name} broke: {error!r}") from error

    def _note(self, act: Act, told: Any) -> None:
        """Writes down what was reached, and decisions for a later undo."""
        code = acts.code_of(told)
        self.seen[code if code != "ok" else act.kind] += 1
        if act.kind == "reap" and told:
            self.seen["expiry"] += told
        if act.kind == "decide" and code == "ok":
            before = int(told.before["slot_limit"])
            self.decided.append(Decided(told.pk, told.item_id, told.decision, before))

    def check(self, expected: State | None = None) -> None:
        """Raises Found when a rule is broken, or the rows are not what the model expects."""
        self.state = read(self.project)
        with connection.cursor() as cursor:
            wrong = broken_rules(cursor, self.project.pk)
        if expected is not None:
            wrong += differences(expected, self.state)
        if wrong:
            raise Found(f"after “{self.log[-1] if self.log else 'the beginning'}”: " + "; ".join(wrong))

    def pass_time(self, seconds: float) -> None:
        clock.advance(seconds)
        self.log.append(f"{seconds:g} s pass")

    def rename(self, place: int) -> None:
        """A class gets another name, and what was answered goes by it from then on."""
        old, new = self.names[place], f"{NAMES[place]}{len(self.renames) + 1}"
        self.take(acts.rename(self.project, self.manager, old, new))
        self.renames.append((self.state.schema_version, old, new))
        for answer in Annotation.objects.filter(project=self.project):
            today = self.project.today(answer.value, answer.schema_version)
            ours = self.meaning(Said(answer.value["class"], answer.schema_version, answer.revision))
            if today != {"class": ours}:
                raise Found(f"{self.log[-1]}: annotation {answer.pk} means {today}, not {ours}")

    def begin_work(self, topic: str) -> None:
        claim = self.workers.begin(topic)
        self.log.append(f"a worker begins {topic}: {claim and claim.epoch}")
        self._guarded(lambda: self.workers.began(topic, claim))
        self.check(self.state)

    def finish_work(self, place: int) -> None:
        if not self.workers.at_work:
            return
        shift = self.workers.at_work[place % len(self.workers.at_work)]
        self.log.append(f"a worker finishes {shift.claim.topic} of epoch {shift.claim.epoch}")
        self.seen[self._guarded(lambda: self.workers.finish(shift))] += 1
        self.check()

    def _guarded(self, do: Callable[[], Any]) -> Any:
        try:
            return do()
        except AssertionError as error:
            raise Found(f"{self.log[-1]}: {error}") from error

    def say(self, key: str, body: str) -> None:
        """A comment with a key: sent again it is the same one, with another text it is refused."""
        status = self.post_comment(key, body)
        known = self.sent.setdefault(key, body)
        self.log.append(f"a comment with key {key}: {status}")
        if status != (201 if body == known else 422):
            raise Found(f"{self.log[-1]}, its first text was {known!r} and now it is {body!r}")
        self.seen["422" if body != known else "key"] += 1
        n = Comment.objects.filter(project=self.project).count()
        if n != len(self.sent):
            raise Found(f"{n} comments for {len(self.sent)} keys")

    def post_comment(self, key: str, body: str) -> int:
        request = APIRequestFactory().post("/", {"body": body}, format="json", headers={"Idempotency-Key": key})
        force_authenticate(request, self.reviewers[0])
        return int(Comments.as_view()(request, item_id=str(min(self.state.items))).status_code)

    def finish(self) -> None:
        """At the end nothing is left over: no lease, no work."""
        self._guarded(self.workers.drain)
        self.pass_time(LEASE_SECONDS + 1)
        self.state = read(self.project)
        self.take(acts.reap(self.project))
        if any(lease.status == "open" for lease in self.state.leases.values()):
            raise Found("a lease was left open")

    # Two at once

    def race(self, first: Act, second: Act, rng: random.Random) -> None:
        """Does both at once, with the statements in an order that the seed decides; then every rule must hold."""
        assert self.callers is not None
        before = self.state
        told = self.callers.at_once([first.run, second.run], rng)
        self.log.append(f"at once: {first.name}: {told[0]!r:.200}; {second.name}: {told[1]!r:.200}")
        for one in told:
            if isinstance(one, OperationalError):
                self.seen["given up"] += 1
            elif isinstance(one, Exception) and not hasattr(one, "code"):
                raise Found(f"{self.log[-1]}") from one
        for act, one in zip((first, second), told, strict=True):
            if not isinstance(one, Exception):
                self._note(act, one)
                self._note_claim(act, one)
        self.seen["race"] += 1
        self.check()
        self._check_race(before, (first, second), told)

    def _note_claim(self, act: Act, told: Any) -> None:
        if isinstance(told, LaneClaim):
            self._guarded(lambda: self.workers.began(told.topic, told))

    def _check_race(self, before: State, both: tuple[Act, Act], told: list[Any]) -> None:
        after = self.state
        for item, slots in after.items.items():
            allowed = max(before.items[item].limit, slots.limit, before.items[item].taken)
            if slots.taken > allowed:
                raise Found(f"{self.log[-1]}: item {item} has {slots.taken} answers and leases, allowed were {allowed}")
        new = sum(getattr(one, "is_new", False) for one in told)
        if len(after.answers) - len(before.answers) != new:
            raise Found(f"{self.log[-1]}: {new} new answers were acknowledged")
        if all(act.kind in ("answer", "ask", "skip", "reap") for act in both):
            rises = _revisions(after) - _revisions(before)
            asked = Counter(topic for topic, _ in (after.due - before.due).elements())
            if any(asked[topic] != rises for topic in acts.WORK_OF_AN_ANSWER):
                raise Found(f"{self.log[-1]}: {rises} revisions asked for {asked}")
        self._check_undone()

    def _check_undone(self) -> None:
        events = AuditEvent.objects.filter(project=self.project, verb="review.undone").values_list("target", flat=True)
        if twice := [target for target, n in Counter(events).items() if n > 1]:
            raise Found(f"{self.log[-1]}: {twice} was taken back twice")


def _fits(act: Act, state: State, told: Any, found: State) -> bool:
    """Whether the answer is allowed in that state, and leads to what was found; changes the state so."""
    try:
        act.expect(state, told)
    except AssertionError:
        return False
    return state == found


def _revisions(state: State) -> int:
    return sum(said.revision for said in state.answers.values())

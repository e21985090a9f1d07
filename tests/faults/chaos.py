"""Hurts the parts of a running service, by a seed, and measures how long each takes to be well again."""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from tests.faults.files import WAYS
from tests.faults.service import Service
from tests.stack import Program, eventually

RECOVERY_LIMIT_SECONDS = 90
LONGER_THAN_A_LANES_LEASE = 12
TAKEN_OVER_SECONDS = 60
REACHED_SECONDS = 60  # in a team at work, once what was hurt before is well again

TOPICS = ("represent", "learn", "score", "quality")
# Where a process ends as by kill -9, and which part that is.
POINTS = {
    "answer unsaved": "web",
    "answer stored": "web",
    "creation uncommitted": "web",
    "hint due": "web",
    "model fitted": "workers",
    "model saved": "workers",
    "model uncommitted": "workers",
    **dict.fromkeys(WAYS, "workers"),
    **{f"{topic} {what}": "workers" for topic in TOPICS for what in ("claimed", "settled", "done")},
}
FROZEN = {"freeze in a training": "learn claimed", "freeze in a commit": "model uncommitted"}
NAMED = [*(f"end at: {point}" for point in POINTS), *FROZEN]


@dataclass(frozen=True)
class Fault:
    """One way to hurt a part; `act` returns whether it could be done."""

    name: str
    part: str
    act: Callable[[Service], bool]


def kills() -> list[Fault]:
    parts = ("web", "workers", "valkey", "postgres", "schedule")
    return [Fault(f"kill {part}", part, lambda service, part=part: service.kill(part)) for part in parts]


def holds() -> list[Fault]:
    lengths = {"web": 2.0, "valkey": 2.0, "postgres": 2.0, "workers": float(LONGER_THAN_A_LANES_LEASE)}
    return [
        Fault(f"stop {part} for {length:g} s", part, lambda service, part=part, s=length: service.hold(part, s))
        for part, length in lengths.items()
    ]


def at_points() -> list[Fault]:
    return [
        Fault(f"end at: {point}", part, lambda service, point=point: _end_at(service, point))
        for point, part in POINTS.items()
    ]


def frozen(name: str = "freeze in a training") -> list[Fault]:
    """One child of the worker freezes at the point and goes on when another has taken its training over.

    In the transaction that publishes the model its locks are held until PostgreSQL ends the session.
    """
    return [Fault(name, "workers", lambda service: _freeze_at(service, FROZEN[name]))]


def deaf() -> list[Fault]:
    """The worker is there and does nothing: the health page must tell so within 90 s."""
    return [Fault("deaf worker", "workers", _is_seen_to_be_deaf)]


def wipe() -> list[Fault]:
    return [Fault("wipe valkey", "valkey", Service.wipe_broker)]


def _end_at(service: Service, point: str) -> bool:
    service.order(point, "exit")
    if point in WAYS:
        with suppress(OSError, AssertionError):  # what was hurt before is not well yet
            WAYS[point](service.client())
    is_obeyed = eventually(lambda: service.is_obeyed(point), REACHED_SECONDS)
    service.forget_orders()
    return bool(is_obeyed)


def _freeze_at(service: Service, point: str) -> bool:
    service.order(point, "stop")
    is_obeyed = eventually(lambda: service.is_obeyed(point), REACHED_SECONDS)
    service.forget_orders()
    if is_obeyed:
        frozen = _trainings_begun(service)
        is_taken_over = eventually(lambda: _trainings_begun(service) > frozen, TAKEN_OVER_SECONDS)
        service.go_on("workers")
        if not is_taken_over:
            raise AssertionError(f"frozen at “{point}”: nobody took the training over in {TAKEN_OVER_SECONDS} s")
    return bool(is_obeyed)


def _trainings_begun(service: Service) -> int:
    with service.connect() as db:
        (n,) = db.execute(
            "SELECT coalesce(sum(epoch), 0)::int FROM annotation_worklane WHERE topic = 'learn'"
        ).fetchone()
    return int(n)


def _is_seen_to_be_deaf(service: Service) -> bool:
    if not service.freeze("workers"):
        return False
    started = time.monotonic()
    is_seen = eventually(lambda: not service.is_well(), RECOVERY_LIMIT_SECONDS)
    service.go_on("workers")
    if not is_seen:
        raise AssertionError(f"a deaf worker was not seen in {time.monotonic() - started:.0f} s")
    return True


def one_round(*, with_hooks: bool) -> list[Fault]:
    """Returns every kind of fault once, kills twice."""
    faults = [*kills(), *kills(), *holds(), *wipe(), *deaf()]
    return faults + [*at_points(), *(fault for name in FROZEN for fault in frozen(name))] * with_hooks


def rounds(faults: Sequence[Fault], rng: random.Random) -> Iterator[Fault]:
    """Yields the faults for ever, each round in an order that the seed decides."""
    while True:
        yield from rng.sample(faults, len(faults))


@dataclass
class Chaos:
    """What was done to the service, and how it came back."""

    service: Service
    admin: Program
    path: str
    done: Counter[str] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)
    recovery: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    bugs: list[str] = field(default_factory=list)

    def do(self, fault: Fault) -> None:
        """Does it and waits until the part is well again; what the service did not do about it is a bug."""
        try:
            if not fault.act(self.service):
                return
        except AssertionError as error:
            self.bugs.append(f"{fault.name}: {error}")
        started = time.monotonic()
        self.done[fault.name] += 1
        self.killed[fault.part] += fault.name.startswith(("kill", "end", "wipe"))
        if eventually(lambda: self._is_well(fault.part, started), RECOVERY_LIMIT_SECONDS):
            self.recovery[fault.part].append(time.monotonic() - started)
        else:
            self.bugs.append(f"{fault.name}: not well again after {RECOVERY_LIMIT_SECONDS} s")

    def _is_well(self, part: str, since: float) -> bool:
        """Requests are answered again; or of everything behind the broker, that a worker has lived since."""
        with suppress(OSError, ValueError):
            if part in ("web", "postgres"):
                return self.admin.call("GET", self.path)[0] == 200
            health = self.admin.call("GET", "health/")[1]
            age = health.get("canary_age_seconds")
            return bool(health.get("broker")) and age is not None and age < time.monotonic() - since
        return False

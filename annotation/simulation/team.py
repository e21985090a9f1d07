"""The people of a simulation, and the budget that they share."""

import random
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotation.simulation.client import Api
from annotation.simulation.dataset import SimulationError

TYPICAL_SECONDS = 4.0
PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Person:
    """`noise` is the share of wrong answers, `pace` multiplies the time an answer takes; a spammer does not read."""

    username: str
    noise: float
    pace: float
    is_spammer: bool
    token: str


@dataclass
class Ledger:
    """What was acknowledged: the class that each annotation says, by annotation id, and what it cost."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    given: dict[int, tuple[str, str, str]] = field(default_factory=dict)  # id → (item, username, class)
    answer_seconds: list[float] = field(default_factory=list)
    person_seconds: float = 0.0


class Budget:
    """Hands out the right to give one more label, up to the next checkpoint."""

    def __init__(self, total: int, step: int) -> None:
        self.total, self._step = total, step
        self.gate, self.done, self._issued, self._closed = min(step, total), 0, 0, False
        self._changed = threading.Condition()

    def take(self) -> bool:
        """Waits until one more label may be given; False when the work is over."""
        with self._changed:
            while self._issued >= self.gate and not self._closed:
                self._changed.wait(1.0)
            if not self._closed:
                self._issued += 1
            return not self._closed

    def settle(self, labelled: bool) -> None:
        with self._changed:
            self.done += labelled
            self._issued -= not labelled
            self._changed.notify_all()

    def wait_for_gate(self, seconds: float) -> bool:
        """Returns whether as many labels as the checkpoint asks for are there in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self.done >= self.gate, seconds)

    def open_next(self) -> None:
        with self._changed:
            self.gate = min(self.gate + self._step, self.total)
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class Annotator(threading.Thread):
    """One person at work: asks, thinks, answers and gets the next item with the same request."""

    def __init__(
        self, person: Person, *, api: Api, path: str, truth: Mapping[str, str], classes: Sequence[str],
        budget: Budget, ledger: Ledger, seconds: float, seed: str,
    ) -> None:  # fmt: skip
        super().__init__(daemon=True, name=person.username)
        self.person, self.api, self.path, self.truth, self.classes = person, api, path, truth, classes
        self.budget, self.ledger, self.seconds = budget, ledger, seconds
        self.random = random.Random(seed)  # noqa: S311 - a simulation must be repeatable
        self.error: SimulationError | None = None
        self._leases: list[dict[str, Any]] = []
        self._empty_since: float | None = None

    def run(self) -> None:
        try:
            while self._ask() and self.budget.take():
                labelled = False
                try:
                    labelled = self._answer(self._leases.pop(0))
                finally:
                    self.budget.settle(labelled)
        except SimulationError as error:
            self.error = error
            self.budget.close()

    def _ask(self) -> bool:
        """Returns whether there is something to answer; gives up when nothing comes for a while."""
        while not self._leases:
            content = self.api.want("POST", f"{self.path}assignments/", {"count": 1})
            self._leases = content["assignments"]
            if self._leases:
                self._empty_since = None
                return True
            self._empty_since = self._empty_since or time.monotonic()
            is_late = time.monotonic() - self._empty_since > PATIENCE_SECONDS
            if content.get("empty_because") == "finished" or is_late:
                return False
            time.sleep(0.2)
        return True

    def _answer(self, lease: dict[str, Any]) -> bool:
        item = lease["item"]["external_id"]
        chosen, spent = self._choose(item), self._time()
        if self.seconds:
            time.sleep(spent)
        body = {"value": {"class": chosen}, "seconds": round(spent, 2), "next": 1}
        answer = self.api.call("PUT", f"assignments/{lease['id']}/annotation/", body)
        if answer.status == 409:
            return False
        if answer.status not in (200, 201):
            raise SimulationError(f"An answer of {self.person.username} got {answer.status}: {answer.content}")
        self._leases = list(answer.content.get("assignments") or [])
        with self.ledger.lock:
            self.ledger.given[answer.content["id"]] = (item, self.person.username, chosen)
            self.ledger.answer_seconds.append(answer.seconds)
            self.ledger.person_seconds += spent
        return True

    def _choose(self, item: str) -> str:
        truth = self.truth[item]
        if self.person.is_spammer:
            return self.random.choice(self.classes)
        if self.random.random() < self.person.noise:
            return self.random.choice([name for name in self.classes if name != truth])
        return truth

    def _time(self) -> float:
        """Seconds for one answer: log-normal, as reading times are; a spammer takes a sixth of it."""
        typical = (self.seconds or TYPICAL_SECONDS) * self.person.pace / (6 if self.person.is_spammer else 1)
        return typical * self.random.lognormvariate(0, 0.4)

"""Simulated people and programs at work on a real server: each is one thread, drawn by one seed."""

import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from tests.faults.history import History, Outcome, Wish
from tests.stack import Program

CLASSES = ("a", "b", "c")
PAUSE_AFTER_NO_ANSWER = 0.2
LOST = (OSError, http.client.HTTPException, ValueError)  # ValueError: an answer that was cut off in its JSON


@dataclass
class Place:
    """The project that everybody works on."""

    path: str
    lease_seconds: int
    history: History
    stop: threading.Event = field(default_factory=threading.Event)


class Actor(threading.Thread):
    """Calls with a log; `act` is done again and again until the place is closed."""

    def __init__(self, name: str, program: Program, place: Place, seed: str) -> None:
        super().__init__(daemon=True, name=name)
        self.program, self.place, self.history = program, place, place.history
        self.random = random.Random(f"{seed} {name}")
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.place.stop.is_set():
                self.act()
        except BaseException as error:  # shown by whoever joins
            self.error = error

    def act(self) -> None:
        raise NotImplementedError

    def call(self, method: str, path: str, body: Any = None, key: str | None = None) -> tuple[int | None, Any]:
        """Returns the status, None when the connection was lost, and the content."""
        headers = {"Idempotency-Key": key} if key else {}
        try:
            status, told = self.program.call(method, path, body, headers)
        except LOST as error:
            status, told = None, repr(error)
        self.history.count(status, f"{method} {path}", told)
        return status, told

    def insist(self, wish: Wish, method: str, path: str, body: Any, key: str | None = None) -> Outcome:
        """Sends the same again until there is a definite answer, or the place is closed."""
        while True:
            status, told = self.call(method, path, body, key)
            outcome = self.history.note(wish, status, told)
            if outcome is not Outcome.UNKNOWN or self.place.stop.is_set():
                return outcome
            self.history.saw("retry")
            time.sleep(PAUSE_AFTER_NO_ANSWER * self.random.uniform(0.5, 2))


class Annotator(Actor):
    """Answers; now and then skips, changes an answer, sends it twice at once, or lets the lease run out first."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.given: list[tuple[int, str]] = []

    def act(self) -> None:
        status, told = self.call("POST", f"{self.place.path}assignments/", {"count": 1})
        if status != 200 or not told["assignments"]:
            if status == 200:
                self.history.saw(f"nothing to do: {told['empty_because']}")
            time.sleep(PAUSE_AFTER_NO_ANSWER)
            return
        lease = told["assignments"][0]["id"]
        roll = self.random.random()
        if roll < 0.06:
            self._skip(lease)
        elif roll < 0.1:
            self._answer_late(lease)
        elif roll < 0.18:
            self._answer_twice_at_once(lease)
        else:
            self._answer(lease)
        if self.given and self.random.random() < 0.08:
            self._change()

    def _body(self, wish: Wish, chosen: str) -> dict[str, Any]:
        return {"value": {"class": chosen}, "seconds": wish.mark}

    def _answer(self, lease: int, chosen: str | None = None) -> Outcome:
        chosen = chosen or self.random.choice(CLASSES)
        wish = self.history.wish("answer")
        path, body = f"assignments/{lease}/annotation/", self._body(wish, chosen)
        outcome = self.insist(wish, "PUT", path, body)
        if outcome is Outcome.OK:
            self.given.append((lease, chosen))
            if self.random.random() < 0.1:
                self._repeat(wish, path, body)
        return outcome

    def _repeat(self, wish: Wish, path: str, body: Any) -> None:
        """The same again is the same row."""
        status, told = self.call("PUT", path, body)
        self.history.note(wish, status, told)
        if status in (200, 201) and (told["id"], told["revision"]) != (wish.told["id"], wish.told["revision"]):
            self.history.bugs.append(f"answer {wish.mark} was stored as {wish.told} and as {told}")

    def _skip(self, lease: int) -> None:
        wish = self.history.wish("skip")
        self.insist(wish, "POST", f"assignments/{lease}/skip/", {"reason": str(wish.mark)})

    def _answer_late(self, lease: int) -> None:
        """The lease runs out while the text is on the screen."""
        self.place.stop.wait(self.place.lease_seconds + self.random.uniform(0.5, 7))
        self.history.saw("expiry")
        if self._answer(lease) is Outcome.FAIL:
            self.history.saw("conflict")

    def _answer_twice_at_once(self, lease: int) -> None:
        wish = self.history.wish("answer")
        chosen = self.random.choice(CLASSES)
        path, body = f"assignments/{lease}/annotation/", self._body(wish, chosen)
        other = threading.Thread(target=self.insist, args=(wish, "PUT", path, body))
        other.start()
        self.insist(wish, "PUT", path, body)
        other.join()
        self.history.saw("twice at once")
        if wish.outcome is Outcome.OK:
            self.given.append((lease, chosen))

    def _change(self) -> None:
        lease, before = self.given.pop(self.random.randrange(len(self.given)))
        self._answer(lease, self.random.choice([name for name in CLASSES if name != before]))


class Manager(Actor):
    """Changes how many answers an item gets, and adds items."""

    def act(self) -> None:
        if self.random.random() < 0.5:
            wish = self.history.wish("overlap")
            body = {"settings": {"overlap": self.random.randint(1, 3), "max_votes": 3}, "guidelines": str(wish.mark)}
            self.insist(wish, "PATCH", self.place.path, body)
        else:
            self._add_items()
        self.place.stop.wait(self.random.uniform(0.5, 2))

    def _add_items(self) -> None:
        """Without names of their own, nothing but the key keeps a batch from coming in twice under another content."""
        wish = self.history.wish("items")
        rows = [{"data": {"text": f"batch {wish.mark} text {n} {self.random.random()}"}} for n in range(20)]
        outcome = self.insist(wish, "POST", f"{self.place.path}items/", {"items": rows}, key=f"items-{wish.mark}")
        if outcome is Outcome.OK and wish.told["created"] != len(rows):
            self.history.bugs.append(f"items {wish.mark}: {wish.told}")


class Reviewer(Actor):
    """Decides on items that people have answered, takes decisions back, and says something about them."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.decided: list[int] = []

    def act(self) -> None:
        if self.decided and self.random.random() < 0.4:
            self._undo(self.decided.pop())
        else:
            self._decide()
        self.place.stop.wait(self.random.uniform(0.1, 0.6))

    def _decide(self) -> None:
        status, told = self.call("GET", f"{self.place.path}review/?limit=5")
        if status != 200 or not told["results"]:
            return
        item = self.random.choice(told["results"])["item"]
        wish = self.history.wish("decision")
        body = {"item": item, "decision": "change", "value": {"class": self.random.choice(CLASSES)}}
        key = f"decision-{wish.mark}"
        outcome = self.insist(wish, "POST", f"{self.place.path}reviews/", body | {"note": str(wish.mark)}, key=key)
        if outcome is Outcome.OK:
            self.decided.append(wish.told["id"])
        remark = self.history.wish("comment")
        self.insist(remark, "POST", f"items/{item}/comments/", {"body": str(remark.mark)}, key=f"comment-{remark.mark}")

    def _undo(self, review: int) -> None:
        wish = self.history.wish("undo")
        wish.told = review
        outcome = self.insist(wish, "POST", f"reviews/{review}/undo/", None)
        if outcome is Outcome.OK and wish.told["undone_at"] is None:
            self.history.bugs.append(f"decision {review} stands after it was undone")


class Integrator(Actor):
    """A program that brings files in, takes them out, and watches that versions only rise."""

    newest = (0, 0)

    def act(self) -> None:
        status, told = self.call("GET", f"{self.place.path}model/")
        if status == 200:
            self._watch(told)
        if self.random.random() < 0.2:
            wish = self.history.wish("export")
            self.insist(wish, "POST", f"{self.place.path}exports/", {"format": "jsonl"}, key=f"export-{wish.mark}")
        self.place.stop.wait(self.random.uniform(0.2, 0.8))

    def _watch(self, told: Any) -> None:
        status, queue = self.call("GET", f"{self.place.path}queue/")
        now = (told["version"] or 0, queue["version"] if status == 200 else self.newest[1])
        if now[0] < self.newest[0] or now[1] < self.newest[1]:
            self.history.bugs.append(f"versions of model and queue went from {self.newest} to {now}")
        self.newest = now


def marks(rows: list[tuple[Any, ...]]) -> list[int]:
    """Returns the marks that rows carry in their first column, as text or number."""
    return [int(json.loads(str(row[0]))) for row in rows]

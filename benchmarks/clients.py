"""Many clients at one project, what they were told, and whether the rows say the same."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from annotation.simulation.client import Api
from benchmarks.annotate_loop import quantile
from tests.faults.files import send_file
from tests.faults.invariants import broken_rules
from tests.faults.service import Service
from tests.faults.soak import PASSWORD
from tests.stack import Program, eventually

CLASSES = ("a", "b")
MOST_VOTES = 4
JOB_SECONDS = 1800


@dataclass
class Told:
    """What the clients saw: statuses, seconds of each request, and the annotations that were acknowledged."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    acknowledged: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, status: int, seconds: float, annotation: int | None = None) -> None:
        with self.lock:
            self.statuses[status] += 1
            self.seconds.append(seconds)
            if annotation is not None:
                self.acknowledged.append(annotation)

    def lines(self) -> list[str]:
        found = sorted(self.seconds)
        quantiles = ", ".join(f"p{share} {1000 * quantile(found, share / 100):.0f} ms" for share in (50, 95, 99))
        return [f"answers by status: {dict(self.statuses)}", f"{len(found):,} requests: {quantiles}"]


class Team:
    """A project with items, and a token for each client."""

    def __init__(self, service: Service, *, clients: int, items: int, **settings: Any) -> None:
        self.service, self.admin = service, service.client()
        settings = {"gold_rate": 0, "max_votes": MOST_VOTES, "overlap": 2} | settings
        body = {"name": "Promises", "kind": "choice", "classes": list(CLASSES), "settings": settings}
        self.project = self.admin.want("POST", "projects/", body)["id"]
        self.path = f"projects/{self.project}/"
        job = send_file(self.admin, self.path, items)
        if not eventually(lambda: self.admin.want("GET", f"jobs/{job}/")["status"] == "done", JOB_SECONDS):
            raise SystemExit("the items did not come in")
        names = [f"client-{n}" for n in range(clients)]
        self.programs = [self._member(name) for name in names]

    def _member(self, name: str) -> Program:
        body = {"username": name, "role": "annotator", "password": PASSWORD}
        self.admin.want("POST", f"{self.path}members/", body)
        return self.service.client(name, PASSWORD)

    def at_once(self, work: Callable[[Api, int], None]) -> None:
        """Runs `work` for every client in a thread with one connection of its own."""
        with ThreadPoolExecutor(len(self.programs)) as threads:
            apis = [Api(self.service.url, program.token) for program in self.programs]
            for done in [threads.submit(work, api, place) for place, api in enumerate(apis)]:
                done.result()

    def rows(self, statement: str) -> list[Any]:
        with self.service.connect() as db:
            return db.execute(statement, {"project": self.project}).fetchall()

    def problems(self, told: Told) -> list[str]:
        """Compares rows with what was told, ends every lease, and looks for slots that are lost."""
        rows = [row[0] for row in self.rows("SELECT id FROM annotation_annotation WHERE project_id = %(project)s")]
        acknowledged = set(told.acknowledged)
        found = [f"{len(acknowledged - set(rows))} acknowledged answers are lost"] * bool(acknowledged - set(rows))
        found += [f"status {status}: {n}" for status, n in told.statuses.items() if status >= 500]
        revised = self.rows("SELECT id FROM annotation_annotation WHERE project_id = %(project)s AND revision > 1")
        found += [f"{len(revised)} answers have a second revision"] * bool(revised)
        above = self.rows("SELECT id FROM annotation_item WHERE project_id = %(project)s AND taken > 4")  # MOST_VOTES
        found += [f"{len(above)} items have more answers than ever allowed"] * bool(above)
        with self.service.connect() as db:
            found += broken_rules(db.cursor(), self.project)
            db.execute(
                "UPDATE annotation_assignment SET expires_at = now() - interval '1 s' WHERE project_id = %s "
                "AND status = 'open'", [self.project],
            )  # fmt: skip
            still = "SELECT 1 FROM annotation_assignment WHERE project_id = %(project)s AND status = 'open' LIMIT 1"
            if not eventually(lambda: not self.rows(still), 120):
                found.append("leases that ran out are not given back")
            found += broken_rules(db.cursor(), self.project)
        leaked = self.rows(
            """SELECT item.id FROM annotation_item item WHERE project_id = %(project)s AND taken <> (
               SELECT count(*) FROM annotation_annotation answer WHERE answer.item_id = item.id)"""
        )
        return found + [f"{len(leaked)} items have lost a slot"] * bool(leaked)


def take_one(left: list[int], lock: threading.Lock) -> bool:
    """Returns whether one of those that are left is the caller's."""
    with lock:
        left[0] -= 1
        return left[0] >= 0


def ask(api: Api, path: str, told: Told) -> list[Any]:
    """Returns the lease that was given, or none."""
    given = api.call("POST", f"{path}assignments/", {"count": 1})
    told.note(given.status, given.seconds)
    return list(given.content.get("assignments", ())) if given.status == 200 else []


def answer(api: Api, lease: Any, rng: random.Random, told: Told, n_times: int = 1) -> list[Any]:
    """Answers, so many times with the same request, and returns the next lease."""
    body = {"value": {"class": rng.choice(CLASSES)}, "seconds": 1.0, "next": 1}
    for _ in range(n_times):
        given = api.call("PUT", f"assignments/{lease['id']}/annotation/", body)
        told.note(given.status, given.seconds, given.content.get("id"))
    return list(given.content.get("assignments", ()))

"""People, programs and chaos on one running service; then every acknowledgement is held against the rows."""

import random
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.faults.actors import CLASSES, Actor, Annotator, Integrator, Manager, Place, Reviewer, marks
from tests.faults.chaos import Chaos, Fault
from tests.faults.files import broken_files, send_file
from tests.faults.history import History, Verdict, compare
from tests.faults.invariants import broken_rules
from tests.faults.service import Service
from tests.stack import Program, eventually

LEASE_SECONDS = 5
N_ITEMS = 300
N_IMPORTED = 5_000
QUIET_SECONDS = 120
PASSWORD = "as long as the rules want it"
LATE_RESULT = "late result"

# Rows of each kind of wish, by the mark that the wish left in them.
ROWS = {
    "answer": """SELECT revision.seconds::bigint FROM annotation_annotationrevision revision
                 JOIN annotation_annotation answer ON answer.id = revision.annotation_id WHERE project_id = %s""",
    "skip": "SELECT skip_reason FROM annotation_assignment WHERE project_id = %s AND status = 'skipped'",
    "decision": "SELECT note FROM annotation_review WHERE project_id = %s AND decision = 'change'",
    "comment": "SELECT body FROM annotation_comment WHERE project_id = %s",
    "overlap": "SELECT text FROM annotation_guidelineversion WHERE project_id = %s AND text <> ''",
    "items": """SELECT mark FROM (
                    SELECT split_part(data->>'text', ' ', 2) AS mark, count(*) AS n FROM annotation_item
                    WHERE project_id = %s AND data->>'text' LIKE 'batch %%' GROUP BY 1) batch,
                LATERAL generate_series(1, (n + 19) / 20)""",
}


@dataclass
class Report:
    """What came out; `problems` is empty when every promise was kept."""

    seed: int
    seconds: float
    history: History
    chaos: Chaos
    named: Sequence[str] = ()
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    n_late_results: int = 0
    quiet_after: float = 0.0

    def lines(self) -> Iterable[str]:
        yield f"seed {self.seed}, {self.seconds:.0f} s, quiet {self.quiet_after:.1f} s after the last fault"
        yield "done to it: " + ", ".join(f"{name} {n}" for name, n in sorted(self.chaos.done.items()))
        missed = [name for name in self.named if not self.chaos.done[name]]
        if self.named:
            yield f"named points: {len(self.named) - len(missed)} of {len(self.named)} reached"
        if missed:
            yield f"not reached: {', '.join(missed)}"
        yield "killed: " + ", ".join(f"{part} {n}" for part, n in sorted(self.chaos.killed.items()) if n)
        for part, seconds in sorted(self.chaos.recovery.items()):
            yield f"recovery of {part}: median {statistics.median(seconds):.1f} s, longest {max(seconds):.1f} s"
        yield f"answers by status: {dict(sorted(self.history.statuses.items()))}"
        yield f"reached: {dict(sorted(self.history.seen.items()))}, late results dropped {self.n_late_results}"
        for kind, found in self.verdicts.items():
            yield (
                f"{kind}: {found.acknowledged} acknowledged, {len(found.lost)} lost, {len(found.doubled)} doubled, "
                f"{len(found.refused_but_there)} refused but there, {len(found.ghosts)} ghosts, {found.unknown} unknown"
            )
        yield "problems: none" if not self.problems else "PROBLEMS:\n" + "\n".join(self.problems)


def soak(
    service: Service,
    *,
    seed: int,
    faults: Iterable[Fault],
    minutes: float,
    n_annotators: int = 6,
    named: Sequence[str] = (),
    wanted: Sequence[str] = (),
) -> Report:
    """Works and hurts until the time is up or the faults are, waits until it is quiet, and compares.

    `wanted` is what people must have come to before they stop, however few answers a slow machine takes meanwhile.

    `named` are the faults at named points that it should come to: the report says which it did not.
    """
    history, admin = History(), service.client()
    place = Place(_project(admin), LEASE_SECONDS, history)
    send_file(admin, place.path, N_IMPORTED)
    chaos = Chaos(service, admin, place.path)
    actors = _team(service, admin, place, n_annotators, seed)
    started = time.monotonic()
    for fault in faults:
        if time.monotonic() - started > 60 * minutes:
            break
        time.sleep(random.Random(f"{seed} {sum(chaos.done.values())}").uniform(0.3, 1.5))
        chaos.do(fault)
    eventually(lambda: all(history.seen[what] for what in wanted), 60 * minutes + started - time.monotonic())
    place.stop.set()
    service.forget_orders()
    for actor in actors:
        actor.join(60)
    report = Report(seed, time.monotonic() - started, history, chaos, named)
    _judge(report, service, place, actors)
    return report


def _project(admin: Program) -> str:
    settings = {"overlap": 2, "max_votes": 3, "gold_rate": 0, "random_rate": 0.1, "lease_seconds": LEASE_SECONDS}
    body = {"name": "Soak", "kind": "choice", "classes": list(CLASSES), "settings": settings}
    path = f"projects/{admin.want('POST', 'projects/', body)['id']}/"
    words = ("stone rock", "apple pear", "river lake")
    items = [{"external_id": f"item-{n}", "data": {"text": f"{words[n % 3]} number {n}"}} for n in range(N_ITEMS)]
    admin.want("POST", f"{path}items/", {"items": items})
    return path


def _team(service: Service, admin: Program, place: Place, n_annotators: int, seed: int) -> list[Actor]:
    def member(name: str, role: str) -> Program:
        admin.want("POST", f"{place.path}members/", {"username": name, "role": role, "password": PASSWORD})
        return service.client(name, PASSWORD)

    wanted: list[tuple[type[Actor], str, str]] = [(Annotator, f"anna-{n}", "annotator") for n in range(n_annotators)]
    wanted += [(Manager, "mona", "manager"), (Reviewer, "rita", "reviewer"), (Integrator, "ivo", "manager")]
    actors = [kind(name, member(name, role), place, str(seed)) for kind, name, role in wanted]
    for actor in actors:
        actor.start()
    return actors


def _judge(report: Report, service: Service, place: Place, actors: list[Actor]) -> None:
    ended = time.monotonic()
    project = int(place.path.split("/")[1])
    problems = report.problems
    if not eventually(lambda: _is_quiet(service, project), QUIET_SECONDS):
        problems.append(f"not quiet {QUIET_SECONDS} s after the last fault:\n{service.log('worker')}")
    report.quiet_after = time.monotonic() - ended
    problems += [f"{actor.name} broke: {actor.error!r}" for actor in actors if actor.error]
    problems += report.history.bugs + report.chaos.bugs
    report.n_late_results = _worker_log(service).count(LATE_RESULT)
    with service.connect() as db:
        problems += broken_rules(db.cursor(), project)
        for kind, statement in ROWS.items():
            found = compare(report.history.of(kind), marks(db.execute(statement, [project]).fetchall()))
            report.verdicts[kind] = found
            if not found.is_clean:
                problems.append(f"{kind}: {found}")
        problems += _other_problems(db, project, report.history) + broken_files(db)


def _is_quiet(service: Service, project: int) -> bool:
    """Nothing waits, nothing is leased, every job is over."""
    with service.connect() as db:
        row = db.execute(
            """SELECT (SELECT count(*) FROM annotation_workrequest WHERE project_id = %(project)s),
                      (SELECT count(*) FROM annotation_assignment WHERE project_id = %(project)s AND status = 'open'),
                      (SELECT count(*) FROM annotation_job WHERE status NOT IN ('done', 'failed'))""",
            {"project": project},
        ).fetchone()
    return row == (0, 0, 0)


def _other_problems(db: Any, project: int, history: History) -> list[str]:
    def value(statement: str) -> Any:
        return db.execute(statement, {"project": project}).fetchone()[0]

    found = []
    imported = value("SELECT count(*) FROM annotation_item WHERE project_id=%(project)s AND external_id LIKE 'row-%%'")
    if imported != N_IMPORTED:
        found.append(f"{imported} of {N_IMPORTED} rows were imported")
    failed = value("SELECT count(*) FROM annotation_job WHERE project_id=%(project)s AND status='failed'")
    if failed:
        found.append(f"{failed} jobs failed")
    exports = {wish.told["id"] for wish in history.of("export") if wish.outcome == "ok"}
    there = value("SELECT count(*) FROM annotation_job WHERE project_id=%(project)s AND kind='export'")
    unknown = sum(wish.outcome == "unknown" for wish in history.of("export"))
    if not len(exports) <= there <= len(exports) + unknown:
        found.append(f"{there} exports for {len(exports)} that were acknowledged and {unknown} unknown")
    undone = {wish.told["id"] for wish in history.of("undo") if wish.outcome == "ok"}
    standing = db.execute(
        "SELECT id FROM annotation_review WHERE id = ANY(%s) AND undone_at IS NULL", [sorted(undone)]
    ).fetchall()
    if standing:
        found.append(f"decisions {standing} stand although their undoing was acknowledged")
    above = value("SELECT count(*) FROM annotation_item WHERE project_id=%(project)s AND taken > 3")
    if above:
        found.append(f"{above} items have more answers than was ever allowed")
    lanes = value("SELECT count(*) FROM annotation_worklane WHERE project_id=%(project)s AND error <> ''")
    if lanes:
        found.append(f"{lanes} lanes rest after failures")
    return found


def _worker_log(service: Service) -> str:
    place = service.folder / "data" / "log" / "worker.log"
    return place.read_text(errors="replace") if place.exists() else ""

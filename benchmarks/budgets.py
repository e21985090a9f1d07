"""Every budget beside what was measured, at each size, on a service of its own: one table, one command.

    python -m benchmarks.budgets --sizes 10000,100000,1000000
    python -m benchmarks.budgets --sizes 10000 --page          # the rows that need Chromium too

Exit code 1 when one was missed. Times are those of a caller beside the server on the same machine: when that is busy
with other work, CPU, statements, buffers and memory still mean what they say.
"""

import argparse
import os
import random
import secrets
import statistics
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from annotation.simulation.client import Api
from benchmarks import dashboards
from benchmarks.annotate_loop import quantile
from benchmarks.processes import cpu_seconds, family, pss_megabytes, waited_seconds
from benchmarks.table import Row
from tests.faults.files import send_file
from tests.faults.service import Service, running_service
from tests.faults.soak import PASSWORD
from tests.stack import eventually

CLASSES = ("a", "b")
N_PEOPLE, N_ALONE, N_TOGETHER = 8, 200, 400
JOB_SECONDS = 1800
IDLE_SECONDS = 20.0
# By items of the project: seconds and CPU seconds that an import may take.
IMPORT_AIMS = {100_000: (6.0, 5.0), 1_000_000: (90.0, None)}
EXPORT_AIMS = {10_000: 1.0}
PROCESS_AIMS = {"import": 400.0, "export": 300.0}
BUFFERS = """
    SELECT (SELECT sum(heap_blks_hit + heap_blks_read + coalesce(idx_blks_hit + idx_blks_read, 0))
            FROM pg_statio_user_tables)
"""


class Spent(NamedTuple):
    """What something took: seconds, CPU seconds of all parts, seconds for which these were ready and got no core, and
    the most memory of its own that a process had, MB."""

    seconds: float
    cpu: float
    waited: float
    largest: float


class Table:
    """Rows, printed as they come."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def add(self, what: str, reached: float, unit: str, aim: float | None) -> None:
        shown = f"{reached:,.1f}" if reached < 100 else f"{reached:,.0f}"
        known = "" if aim is None else f"≤ {aim:g} {unit}"
        self.rows.append(Row(what, f"{shown} {unit}", known, aim is None or reached <= aim))
        print(self.rows[-1], flush=True)


def statements(service: Service, project: int, people: list[str]) -> tuple[float, float, float]:
    """Returns SQL statements of a next and of a submit (95 %), log-in included, and buffers that both touch on average.

    Some next takes one more: when a place of the queue was used up for nothing.
    """
    os.environ |= service.addresses
    from benchmarks.statements import count  # noqa: PLC0415 - settings are read when Django starts

    counts = [count(project, name) for name in people for _ in range(5)]
    with psycopg.connect(service.database_url, autocommit=True) as db:
        service.freeze("workers")  # what they read is not the request's
        before = _buffers(db)
        more = [count(project, name) for name in people for _ in range(10)]
        touched = (_buffers(db) - before) / len(more)
        service.go_on("workers")
    log_in = 1
    nexts, submits = ([n[what] + log_in for n in counts + more] for what in ("next", "submit"))
    return quantile(nexts, 0.95), quantile(submits, 0.95), touched


def _buffers(db: Any) -> float:
    time.sleep(1.5)  # until the other connection has told its figures
    db.execute("SELECT pg_stat_clear_snapshot()")
    return float(db.execute(BUFFERS).fetchone()[0])


@contextmanager
def spending(service: Service) -> Iterator[list[Spent]]:
    """Yields a list that holds what was spent when the block is left."""
    roots, found = [service.process.pid], list[Spent]()
    sizes, is_over = [0.0], threading.Event()

    def watch() -> None:
        while not is_over.wait(0.2):
            sizes.append(max(map(_own, family(roots))))

    watcher = threading.Thread(target=watch, daemon=True)
    before, waited, started = cpu_seconds(roots), waited_seconds(roots), time.monotonic()
    watcher.start()
    yield found
    seconds = time.monotonic() - started
    more = (waited_seconds(roots) - waited).total()
    is_over.set()
    watcher.join()
    found.append(Spent(seconds, (cpu_seconds(roots) - before).total(), more, max(sizes)))


def _own(pid: int) -> float:
    """Its own memory: no mapped files, such as vectors, and no shared buffers."""
    lines = (line.split() for line in _read(pid, "status").splitlines())
    return next((int(words[1]) / 1024 for words in lines if words[:1] == ["RssAnon:"]), 0.0)


def _read(pid: int, name: str) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    return ""


class Bench:
    """One size on a running service."""

    def __init__(self, service: Service, table: Table, n_items: int) -> None:
        self.service, self.table, self.n = service, table, n_items
        self.admin = service.client()
        body = {"name": f"{n_items:,} items", "kind": "choice", "classes": list(CLASSES)}
        self.project = int(self.admin.want("POST", "projects/", body)["id"])
        self.path = f"projects/{self.project}/"
        self.names = [f"p{n_items}-{place}" for place in range(N_PEOPLE)]

    def add(self, what: str, reached: float, unit: str, aim: float | None = None) -> None:
        self.table.add(f"{self.n:,}: {what}", reached, unit, aim)

    def is_done(self, job: int) -> bool:
        return bool(self.admin.want("GET", f"jobs/{job}/")["status"] == "done")

    def bring_in(self) -> None:
        with spending(self.service) as spent:
            job = send_file(self.admin, self.path, self.n)
            if not eventually(lambda: self.is_done(job), JOB_SECONDS):
                raise SystemExit(f"the import failed: {self.admin.want('GET', f'jobs/{job}/')}")
        seconds, cpu = IMPORT_AIMS.get(self.n, (None, None))
        self.add("import", spent[0].seconds, "s", seconds)
        self.add("import, CPU of all", spent[0].cpu, "s", cpu)
        self.add("import, all parts waited for a core", spent[0].waited, "s")
        self.add("import, largest process", spent[0].largest, "MB", PROCESS_AIMS["import"])
        for name in self.names:
            member = {"username": name, "role": "annotator", "password": PASSWORD}
            self.admin.want("POST", f"{self.path}members/", member)
        self._wait_for_vectors()

    def _wait_for_vectors(self) -> None:
        waiting = "SELECT count(*) FROM annotation_workrequest WHERE project_id = %s"
        with self.service.connect() as db:
            eventually(lambda: db.execute(waiting, [self.project]).fetchone() == (0,), JOB_SECONDS)

    def label(self) -> float:
        """One person alone, then all at once; returns the 95 % of what one waits for the next item."""
        apis = [Api(self.service.url, self.service.client(name, PASSWORD).token) for name in self.names]
        for _ in range(10):
            self._one(apis[0], [])
        waits: list[float] = []
        roots = [self.service.process.pid]
        before = waited_seconds(roots)
        for _ in range(N_ALONE):
            self._one(apis[0], waits)
        waited = waited_seconds(roots) - before
        p95 = 1000 * quantile(waits, 0.95)
        self.add("next, median of one annotator", 1000 * statistics.median(waits), "ms", 15)
        self.add("next, 95 % of one annotator", p95, "ms", 40)
        ms = 1000 * (waited["web"] + waited["postgres"]) / N_ALONE
        self.add("of next + submit of one annotator, web and PostgreSQL waited for a core", ms, "ms")
        before = cpu_seconds(roots)
        each = N_TOGETHER // len(apis)
        threads = [threading.Thread(target=lambda api=api: [self._one(api, []) for _ in range(each)]) for api in apis]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        spent = cpu_seconds(roots) - before
        cpu = 1000 * (spent["web"] + spent["postgres"]) / (each * len(apis))
        self.add(f"next + submit of {len(apis)} annotators, CPU of web and PostgreSQL", cpu, "ms", 10)
        return p95

    def _one(self, api: Api, waits: list[float]) -> None:
        asked = api.call("POST", f"{self.path}assignments/", {"count": 1})
        waits.append(asked.seconds)
        value = {"class": random.choice(CLASSES)}  # noqa: S311 - any answer
        api.want("PUT", f"assignments/{asked.content['assignments'][0]['id']}/annotation/", {"value": value})

    def count(self) -> None:
        n_next, n_submit, buffers = statements(self.service, self.project, self.names[:4])
        self.add("SQL statements of a next (95 %), log-in included", n_next, "", 5)
        self.add("SQL statements of a submit (95 %), log-in included", n_submit, "", 6)
        self.add("buffers touched by a next and a submit", buffers, "")

    def take_out(self) -> None:
        """An export of as many items, each with one answer, filled in by SQL."""
        body = {"name": f"{self.n:,} answers", "kind": "choice", "classes": dashboards.CLASSES}
        project = int(self.admin.want("POST", "projects/", body)["id"])
        self._fill(project)
        with spending(self.service) as spent:
            job = self.admin.want("POST", f"projects/{project}/exports/", {"format": "jsonl"})["id"]
            eventually(lambda: self.is_done(job), JOB_SECONDS)
        begun = time.monotonic()
        request = urllib.request.Request(  # noqa: S310 - our own http address
            f"{self.service.url}/api/v1/exports/{job}/file/", headers={"Authorization": f"Token {self.admin.token}"}
        )
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - the same
            response.read(1)
            first = time.monotonic() - begun
            n_lines = sum(block.count(b"\n") for block in iter(lambda: response.read(2**20), b""))
        if n_lines != self.n:
            raise SystemExit(f"{n_lines} lines were exported")
        self.add("export with an answer each, downloaded", spent[0].seconds + time.monotonic() - begun, "s",
                 EXPORT_AIMS.get(self.n))  # fmt: skip
        self.add("export, first byte of the file", first, "s", 0.3)
        self.add("export, largest process", spent[0].largest, "MB", PROCESS_AIMS["export"])

    def _fill(self, project: int) -> None:
        known = {"project": project, "prefix": f"x{secrets.token_hex(3)}-", "people": 10, "overlap": 1,
                 "items": self.n, "classes": dashboards.CLASSES}  # fmt: skip
        with psycopg.connect(self.service.database_url, autocommit=True) as db:
            db.execute("SET synchronous_commit = off")
            for statement in (dashboards.PEOPLE, dashboards.ITEMS, dashboards.LEASES, dashboards.ANSWERS,
                              dashboards.REVISIONS):  # fmt: skip
                db.execute(statement, known)
            for name in dashboards.TABLES:
                db.execute(f"VACUUM ANALYZE annotation_{name}")


def memory(service: Service, table: Table, what: str, aim: float) -> None:
    """A row, and below it what each part has: all, and what is its own memory rather than mapped files."""
    roots = [service.process.pid]
    found, own = pss_megabytes(roots), pss_megabytes(roots, "Pss_Anon")
    table.add(what, float(found.total()), "MB", aim)
    print("  " + ", ".join(f"{part} {size:.0f} ({own[part]:.0f} its own)" for part, size in found.most_common()))


def page(service: Service, table: Table) -> None:
    """Rows that only a browser can tell."""
    from benchmarks import page_speed  # noqa: PLC0415 - needs Playwright

    options = argparse.Namespace(url=service.url, username="admin", password=service.admin_password)
    api = Api(service.url, service.client().token)
    with page_speed.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=page_speed._chromium(), args=["--no-sandbox"])
        table.add("first load of the page, compressed", page_speed.first_load(browser, options)["kilobytes"], "KB", 150)
        project = page_speed.new_project(api, "keys", page_speed.N_KEYS + 60)
        found = page_speed.keys(browser, options, project)
        table.add("key press → next item painted, median", found["median ms"], "ms", 50)
        browser.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--page", action="store_true", help="the rows of the page too: needs Chromium")
    options = parser.parse_args()
    table, nexts, started = Table(), list[float](), time.monotonic()
    with running_service(hooks=False) as service:
        table.add("empty folder → page to log in", time.monotonic() - started, "s", 60)
        time.sleep(IDLE_SECONDS)
        memory(service, table, "memory of everything, idle (PSS)", 400)
        for size in map(int, options.sizes.split(",")):
            nexts.append(_at(service, table, size))
            memory(service, table, f"{size:,}: memory of everything after all of it (PSS)", 600)
        if len(nexts) > 1:
            table.add("next, 95 %: the largest size to the smallest", nexts[-1] / nexts[0], "times", 1.5)
        if options.page:
            page(service, table)
    missed = [row for row in table.rows if not row.is_reached]
    print(f"{len(table.rows) - len(missed)} of {len(table.rows)} held")
    return int(bool(missed))


def _at(service: Service, table: Table, size: int) -> float:
    bench = Bench(service, table, size)
    bench.bring_in()
    p95 = bench.label()
    steps: list[Callable[[], None]] = [bench.count, bench.take_out]
    for step in steps:
        step()
    return p95


if __name__ == "__main__":
    sys.exit(main())

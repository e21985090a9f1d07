"""What one label costs, how fresh the queue is, how fast data comes in and goes out. Needs a running server.

    python -m benchmarks.annotate_loop --url http://127.0.0.1:8000 --password … --supervisor PID

Accounts and projects are new at each run and stay on the server. Prints a table and writes benchmarks/results/….json.
"""

import argparse
import json
import random
import secrets
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from annotation.simulation.client import Api, log_in, wait_for
from annotation.simulation.dataset import SimulationError
from benchmarks import statements
from benchmarks.processes import cpu_seconds, pss_megabytes

CLASSES = ["delivery", "return", "billing", "login"]
WORDS = ("parcel", "late", "refund", "invoice", "card", "paid", "login", "password", "box", "lamp", "twice", "never")
JOB_SECONDS = 600.0


class Bench:
    """The connections and figures of one run."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.run = options, f"bench-{time.strftime('%H%M%S')}-{secrets.token_hex(2)}"
        self.token = log_in(options.url, options.username, options.password)
        self.admin, self.figures = Api(options.url, self.token), {}
        self.rng = random.Random(1)  # noqa: S311 - the same texts at each run
        self.people: list[tuple[str, str]] = []

    def say(self, name: str, figures: dict[str, Any]) -> None:
        self.figures[name] = figures
        shown = ", ".join(
            f"{key} {value:,.2f}" if isinstance(value, float) else f"{key} {value}" for key, value in figures.items()
        )
        print(f"{name:<32} {shown}", flush=True)

    def new_project(self, name: str, n_items: int) -> str:
        """Returns the path of a project with that many items and all people of the run."""
        body = {"name": f"{self.run} {name}", "kind": "choice", "classes": CLASSES}
        path = f"projects/{self.admin.want('POST', 'projects/', body)['id']}/"
        for username, _ in self.people:
            self.admin.want("POST", f"{path}members/", {"username": username, "role": "annotator"})
        texts = list(self.texts(n_items))
        for start in range(0, n_items, 1000):
            rows = [
                {"external_id": f"{start + i}", "data": {"text": text}}
                for i, text in enumerate(texts[start : start + 1000])
            ]
            self.admin.want("POST", f"{path}items/", {"items": rows})
        return path

    def texts(self, n: int) -> Iterator[str]:
        return (f"{' '.join(self.rng.choices(WORDS, k=14))} {i}" for i in range(n))

    def make_people(self, n: int) -> None:
        home = self.admin.want(
            "POST", "projects/", {"name": f"{self.run} people", "kind": "choice", "classes": CLASSES}
        )
        for number in range(n):
            username, password = f"{self.run}-{number}", secrets.token_urlsafe(12)
            body = {"username": username, "role": "annotator", "password": password}
            self.admin.want("POST", f"projects/{home['id']}/members/", body)
            self.people.append((username, log_in(self.options.url, username, password)))

    def cpu(self) -> Counter[str]:
        return cpu_seconds(self.options.pids)

    def wait_until_idle(self, path: str) -> None:
        wait_for(lambda: self.admin.want("GET", f"{path}model/")["labels_behind"] == 0, 30)


def label_loop(bench: Bench, n_annotators: int, n_labels: int) -> None:
    """CPU of next + submit by part of the server, and what the annotator waits."""
    path = bench.new_project(f"loop {n_annotators}", 5_000)
    time.sleep(5)
    waits: dict[str, list[float]] = {"next": [], "submit": []}
    lock, each = threading.Lock(), max(5, n_labels // n_annotators)

    def work(token: str) -> None:
        api = Api(bench.options.url, token)
        for _ in range(each):
            asked = api.call("POST", f"{path}assignments/", {"count": 1})
            lease = asked.content["assignments"][0]
            value = {"class": CLASSES[hash(lease["item"]["data"]["text"].split()[0]) % len(CLASSES)]}
            answered = api.call("PUT", f"assignments/{lease['id']}/annotation/", {"value": value, "seconds": 2.0})
            with lock:
                waits["next"].append(asked.seconds)
                waits["submit"].append(answered.seconds)

    threads = [threading.Thread(target=work, args=(token,)) for _, token in bench.people[:n_annotators]]
    before, started = bench.cpu(), time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(JOB_SECONDS)
    seconds, spent, n_done = time.monotonic() - started, bench.cpu() - before, len(waits["submit"])
    figures: dict[str, Any] = {"labels/s": n_done / seconds}
    figures |= {f"{part} ms": 1000 * spent[part] / n_done for part in ("web", "postgres", "workers")}
    for name, values in waits.items():
        figures |= {f"{name} p50 ms": 1000 * quantile(values, 0.5), f"{name} p95 ms": 1000 * quantile(values, 0.95)}
    bench.say(f"next + submit, {n_annotators} people", figures)
    bench.wait_until_idle(path)


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def freshness(bench: Bench, n_labels: int = 15) -> None:
    """Seconds from a label's acknowledgement to a queue that was published after it, with 5,000 items."""
    path = bench.new_project("freshness", 5_000)
    api, waits = Api(bench.options.url, bench.people[0][1]), []
    for number in range(n_labels):
        lease = api.want("POST", f"{path}assignments/", {"count": 1})["assignments"][0]
        before = bench.admin.want("GET", f"{path}model/")["version"] or 0
        value = {"class": CLASSES[number % len(CLASSES)]}
        api.want("PUT", f"assignments/{lease['id']}/annotation/", {"value": value})
        started = time.monotonic()
        found = wait_for(lambda: is_published(bench.admin, path, before), 30, every=0.02)  # noqa: B023 - called at once
        if found and number >= 3:
            waits.append(time.monotonic() - started)
    if waits:
        bench.say("label → published queue, 5k", {"median s": statistics.median(waits), "worst s": max(waits)})


def is_published(api: Api, path: str, version: int) -> bool:
    """Returns whether a model newer than `version` was trained and a queue was published after it."""
    model, queue = api.want("GET", f"{path}model/"), api.want("GET", f"{path}queue/")
    if (model["version"] or 0) <= version or queue["published_at"] is None:
        return False
    return datetime.fromisoformat(queue["published_at"]) > datetime.fromisoformat(model["trained_at"])


def transfer(bench: Bench, n_items: int) -> None:
    """Seconds and CPU of a file's way in and out."""
    path = bench.new_project(f"transfer {n_items}", 0)
    lines = [f"{i},{text}\n" for i, text in enumerate(bench.texts(n_items))]
    content = ("id,text\n" + "".join(lines)).encode()

    def job(start: Callable[[], Any]) -> dict[str, Any]:
        before, started = bench.cpu(), time.monotonic()
        number = start()["id"]
        done = wait_for(lambda: read(number)["status"] in ("done", "failed"), JOB_SECONDS, every=0.05)
        seconds, spent = time.monotonic() - started, bench.cpu() - before
        found = read(number)
        if not done or found["status"] != "done":
            raise SimulationError(f"The job ended as {found['status']}: {found['result']}")
        return {"s": seconds, "workers cpu s": spent["workers"], "postgres cpu s": spent["postgres"], "job": number}

    def read(number: int) -> Any:
        return bench.admin.want("GET", f"jobs/{number}/")

    bench.say(f"import {n_items:,}", job(lambda: upload(bench, f"{path}imports/", content)))
    figures = job(lambda: bench.admin.want("POST", f"{path}exports/", {"format": "jsonl", "include": "all"}))
    bench.say(f"export {n_items:,}", figures)


def upload(bench: Bench, path: str, content: bytes) -> Any:
    """Posts a file as a form, on a connection of its own."""
    boundary = secrets.token_hex(16)
    mapping = json.dumps({"text": "text", "external_id": "id"})
    parts = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="mapping"\r\n\r\n{mapping}\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="bench.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    )
    body = parts.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return Api(bench.options.url, bench.token).want_form(
        "POST", path, body, f"multipart/form-data; boundary={boundary}"
    )


def memory(bench: Bench, when: str) -> None:
    sizes = pss_megabytes(bench.options.pids)
    bench.say(
        f"PSS MB, {when}", {**{part: float(size) for part, size in sorted(sizes.items())}, "all": float(sizes.total())}
    )


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--username", default="admin")
    parser.add_argument("--password", required=True)
    parser.add_argument(
        "--pids", default="", help="process ids of the server's parts, with commas; descendants count too"
    )
    parser.add_argument("--supervisor", type=int, help="process id of ./start's supervisor instead of --pids")
    parser.add_argument("--annotators", default="1,8,32")
    parser.add_argument("--labels", type=int, default=400)
    parser.add_argument("--sizes", default="10000,100000", help="items of the imports and exports")
    parser.add_argument("--statements", action="store_true", help="count SQL statements in this process (DATABASE_URL)")
    options = parser.parse_args()
    options.pids = [int(pid) for pid in options.pids.split(",") if pid] + (
        [options.supervisor] if options.supervisor else []
    )
    return options


def main() -> None:
    bench = Bench(parsed())
    options = bench.options
    counts = [int(n) for n in options.annotators.split(",")]
    memory(bench, "before")
    bench.make_people(max(counts))
    for n_annotators in counts:
        label_loop(bench, n_annotators, options.labels)
    freshness(bench)
    if options.statements:
        path = bench.new_project("statements", 200)
        found = statements.count(int(path.split("/")[1]), bench.people[0][0])
        bench.say("SQL statements", found)
    for size in filter(None, options.sizes.split(",")):
        transfer(bench, int(size))
    memory(bench, "after")
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / f"{bench.run}.json").write_text(json.dumps(bench.figures, indent=1))


if __name__ == "__main__":
    main()

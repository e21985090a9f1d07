"""Promises that need many hands, each shown with its figures on a service of its own; sizes are options.

    python -m benchmarks.promises claims  --count 100000 --clients 64      # overlap changes all the while
    python -m benchmarks.promises repeats --count 10000                    # three in ten are sent again
    python -m benchmarks.promises pace    --clients 200 --seconds 5 --minutes 10 --items 1000000
    python -m benchmarks.promises broker  --clients 20 --minutes 5         # hangs for so long
    python -m benchmarks.promises growth  --items 1000000 --count 300      # against 10,000 items, in turn
    python -m benchmarks.promises imports --items 1000000 --kills 5        # of all workers, on the way

Exit code 1 when a promise was broken. The times are those of the clients of one process beside the server.
"""

import argparse
import random
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from annotation.simulation.client import Api
from benchmarks import page_speed
from benchmarks.annotate_loop import quantile
from benchmarks.clients import CLASSES, JOB_SECONDS, MOST_VOTES, Team, Told, answer, ask, take_one
from tests.faults.files import send_file
from tests.faults.service import Service, running_service
from tests.stack import eventually

SMALL, MOST_GROWTH = 10_000, 1.5


def claims(service: Service, options: argparse.Namespace) -> list[str]:
    """Claims and submits by many clients while the overlap changes."""
    team = Team(service, clients=options.clients, items=max(1000, options.count // 2))
    told, left, stop = Told(), [options.count], threading.Event()

    def work(api: Api, place: int) -> None:
        rng, leases = random.Random(f"{options.seed} {place}"), list[Any]()  # noqa: S311 - repeatable
        while take_one(left, told.lock):
            leases = leases or ask(api, team.path, told)
            if leases:
                leases = answer(api, leases.pop(), rng, told)

    def change() -> None:
        rng = random.Random(options.seed)  # noqa: S311 - repeatable
        while not stop.wait(0.5):
            overlap = rng.randint(1, MOST_VOTES)
            team.admin.want("PATCH", team.path, {"settings": {"overlap": overlap, "max_votes": MOST_VOTES}})

    return _timed(team, told, work, beside=change, stop=stop)


def repeats(service: Service, options: argparse.Namespace) -> list[str]:
    """Submits of which three in ten are sent again, half of these at the same moment over a second connection."""
    team = Team(service, clients=options.clients, items=options.count)
    told, left, again = Told(), [options.count], Counter[str]()

    def work(api: Api, place: int) -> None:
        rng, leases = random.Random(f"{options.seed} {place}"), list[Any]()  # noqa: S311 - repeatable
        second = Api(service.url, team.programs[place].token)
        while take_one(left, told.lock):
            leases = leases or ask(api, team.path, told)
            if not leases:
                continue
            lease, roll = leases.pop(), rng.random()
            again["later" if roll < 0.15 else "at once" if roll < 0.3 else "never"] += 1
            if not 0.15 <= roll < 0.3:
                leases = answer(api, lease, rng, told, n_times=2 if roll < 0.15 else 1)
                continue
            choice = rng.getrandbits(30)
            same = random.Random(choice)  # noqa: S311 - the same answer
            twin = threading.Thread(target=answer, args=(second, lease, same, told))
            twin.start()
            leases = answer(api, lease, random.Random(choice), told)  # noqa: S311 - the same answer
            twin.join()

    problems = _timed(team, told, work)
    print(f"sent again: {dict(again)}; {len(set(told.acknowledged)):,} effects")
    return problems


def pace(service: Service, options: argparse.Namespace) -> list[str]:
    """People at so many seconds an item, for so long: what they wait for the server."""
    team = Team(service, clients=options.clients, items=options.items)
    told, end = Told(), time.monotonic() + 60 * options.minutes
    return _timed(team, told, _at_a_pace(team, told, options, lambda: time.monotonic() < end))


def _at_a_pace(
    team: Team, told: Told, options: argparse.Namespace, goes_on: Callable[[], bool]
) -> Callable[[Api, int], None]:
    def work(api: Api, place: int) -> None:
        rng, leases = random.Random(f"{options.seed} {place}"), list[Any]()  # noqa: S311 - repeatable
        time.sleep(rng.uniform(0, options.seconds))
        while goes_on():
            leases = leases or ask(api, team.path, told)
            time.sleep(options.seconds * rng.lognormvariate(-0.08, 0.4))
            if leases:
                leases = answer(api, leases.pop(), rng, told)

    return work


def broker(service: Service, options: argparse.Namespace) -> list[str]:
    """The broker hangs while people label; an export is asked for meanwhile; then the labels behind are caught up."""
    team = Team(service, clients=options.clients, items=options.items)
    told, hung, problems = Told(), threading.Event(), list[str]()

    def hang() -> None:
        started = time.monotonic()
        service.freeze("valkey")
        job = team.admin.want("POST", f"{team.path}exports/", {"format": "jsonl"})["id"]
        if eventually(lambda: team.admin.want("GET", f"jobs/{job}/")["status"] == "done", 60 * options.minutes):
            print(f"export without the broker: {time.monotonic() - started:.1f} s")
        else:
            problems.append("the export waited for the broker")
        time.sleep(max(0.0, 60 * options.minutes - (time.monotonic() - started)))
        service.go_on("valkey")
        hung.set()
        started = time.monotonic()
        if not eventually(lambda: team.admin.want("GET", f"{team.path}model/")["labels_behind"] == 0, 120):
            problems.append("labels are behind two minutes after the broker was back")
        print(f"caught up {time.monotonic() - started:.1f} s after the broker was back")

    found = _timed(team, told, _at_a_pace(team, told, options, lambda: not hung.is_set()), beside=hang)
    return problems + found


def imports(service: Service, options: argparse.Namespace) -> list[str]:
    """A file comes in while all workers are killed again and again: every row once, and the job says so."""
    admin = service.client()
    body = {"name": "Promises", "kind": "choice", "classes": list(CLASSES)}
    path = f"projects/{admin.want('POST', 'projects/', body)['id']}/"
    started, job = time.monotonic(), send_file(admin, path, options.items)
    n_killed = 0
    for place in range(1, options.kills + 1):
        part = place * options.items / (options.kills + 1)
        if not eventually(lambda part=part: admin.want("GET", f"jobs/{job}/")["done"] >= part, JOB_SECONDS):
            return [f"the import stood still before {part:,.0f} rows"]
        n_killed += service.kill("workers")
    if not eventually(lambda: admin.want("GET", f"jobs/{job}/")["status"] in ("done", "failed"), JOB_SECONDS):
        return ["the import did not end"]
    print(f"{options.items:,} rows in {time.monotonic() - started:.0f} s, workers killed {n_killed} times")
    found = admin.want("GET", f"jobs/{job}/")
    with service.connect() as db:
        statement = "SELECT count(*), count(DISTINCT external_id) FROM annotation_item WHERE project_id = %s"
        rows = db.execute(statement, [int(path.split("/")[1])]).fetchone()
    told = (found["status"], found["done"], rows)
    wanted = ("done", options.items, (options.items, options.items))
    return [] if told == wanted else [f"{told} instead of {wanted}"]


def growth(service: Service, options: argparse.Namespace) -> list[str]:
    """What one person waits for the next item in a small and in a large project, asked in turn, so that whatever else
    the machine does is the same for both."""
    sizes = (SMALL, options.items)
    admin = Api(service.url, service.client().token)
    projects = {size: page_speed.new_project(admin, f"growth {size}", 0) for size in sizes}
    for size, project in projects.items():
        page_speed.fill(service.database_url, project, size)
    waits: dict[int, list[float]] = {size: [] for size in sizes}
    for place in range(options.count + 10):
        for size, project in projects.items():
            asked = admin.call("POST", f"projects/{project}/assignments/", {"count": 1})
            if not asked.content.get("assignments"):
                return [f"nothing to answer in {size:,} items: {asked}"]
            lease = asked.content["assignments"][0]["id"]
            value = {"class": page_speed.CLASSES[place % 4]}
            admin.want("PUT", f"assignments/{lease}/annotation/", {"value": value})
            waits[size] += [asked.seconds] * (place >= 10)
    figures = {size: (statistics.median(found), quantile(found, 0.95)) for size, found in waits.items()}
    for size, (median, p95) in figures.items():
        print(f"next with {size:,} items: median {1000 * median:.1f} ms, 95 % {1000 * p95:.1f} ms")
    ratios = [large / small for small, large in zip(figures[SMALL], figures[options.items], strict=True)]
    print(f"ratio of medians {ratios[0]:.2f}, of 95 % {ratios[1]:.2f}")
    return ["the next item takes longer in a large project"] * (max(ratios) > MOST_GROWTH)


def _timed(
    team: Team, told: Told, work: Callable[[Api, int], None], *,
    beside: Callable[[], None] | None = None, stop: threading.Event | None = None,
) -> list[str]:  # fmt: skip
    other = threading.Thread(target=beside, daemon=True) if beside else None
    started = time.monotonic()
    if other:
        other.start()
    team.at_once(work)
    seconds = time.monotonic() - started
    if stop:
        stop.set()
    if other:
        other.join(JOB_SECONDS)
    rate = len(told.seconds) / seconds
    print(f"{len(set(told.acknowledged)):,} answers in {seconds:.0f} s, {rate:.0f} requests a second")
    print("\n".join(told.lines()))
    print(f"slowest request {1000 * max(told.seconds):.0f} ms, mean {1000 * statistics.fmean(told.seconds):.0f} ms")
    return team.problems(told)


SHOWS = {"claims": claims, "repeats": repeats, "pace": pace, "broker": broker, "imports": imports, "growth": growth}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("promise", choices=SHOWS)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=5.0, help="for one item")
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with running_service(hooks=False) as service:
        problems = SHOWS[options.promise](service, options)
    print("problems: none" if not problems else "PROBLEMS:\n" + "\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

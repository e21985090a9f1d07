"""What predict/ costs the web process: CPU a request for one short text, and for batches. Needs a running server.

    python -m benchmarks.predict --url http://127.0.0.1:8000 --password … --supervisor PID

The project that it makes stays on the server. Prints one line a batch size.
"""

import argparse
import random
import secrets
import statistics
import time
from pathlib import Path

from annotation.simulation.client import Api, log_in, wait_for
from annotation.simulation.dataset import SimulationError
from benchmarks.processes import cpu_seconds, family, part_of

TOPICS = {
    "delivery": ("parcel", "late", "courier", "doorstep", "box", "tracking"),
    "billing": ("invoice", "paid", "card", "twice", "refund", "charge"),
    "login": ("password", "account", "code", "locked", "email", "reset"),
}
FILLERS = ("please", "today", "again", "my", "the", "still", "about", "since", "monday", "never")
N_ITEMS, N_LABELS = 3_000, 60
REQUESTS = {1: 2_000, 100: 100, 1_000: 20}


def text(rng: random.Random, topic: str) -> str:
    words = [*rng.choices(TOPICS[topic], k=3), *rng.choices(FILLERS, k=7), str(rng.randrange(1000))]
    rng.shuffle(words)
    return " ".join(words)


def trained_project(admin: Api, rng: random.Random) -> str:
    """Returns the path of a new project that has a model."""
    name = f"predict {time.strftime('%H%M%S')}-{secrets.token_hex(2)}"
    settings = {"gold_rate": 0, "random_rate": 0.2}
    body = {"name": name, "kind": "choice", "classes": list(TOPICS), "settings": settings}
    path = f"projects/{admin.want('POST', 'projects/', body)['id']}/"
    topics = rng.choices(list(TOPICS), k=N_ITEMS)
    for start in range(0, N_ITEMS, 1000):
        rows = [
            {"external_id": f"{place} {topic}", "data": {"text": text(rng, topic)}}
            for place, topic in enumerate(topics[start : start + 1000], start)
        ]
        admin.want("POST", f"{path}items/", {"items": rows})
    for _ in range(N_LABELS):
        (lease,) = admin.want("POST", f"{path}assignments/", {"count": 1})["assignments"]
        value = {"class": lease["item"]["external_id"].split()[1]}
        admin.want("PUT", f"assignments/{lease['id']}/annotation/", {"value": value})
    if not wait_for(lambda: _is_trained(admin, path), 120):
        raise SimulationError("The workers made no model within two minutes.")
    return path


def _is_trained(admin: Api, path: str) -> bool:
    model = admin.want("GET", f"{path}model/")
    return model["version"] is not None and model["labels_behind"] == 0


def measure(admin: Api, path: str, rng: random.Random, n_texts: int, supervisor: int) -> str:
    """Returns one line: CPU of the web process and seconds of the caller, for a request of so many texts."""
    bodies = [
        {"items": [{"text": text(rng, topic)} for topic in rng.choices(list(TOPICS), k=n_texts)]}
        for _ in range(REQUESTS[n_texts])
    ]
    for body in bodies[:5]:
        admin.want("POST", f"{path}predict/", body)
    before = cpu_seconds([supervisor])["web"]
    times = []
    for body in bodies:
        started = time.perf_counter()
        admin.want("POST", f"{path}predict/", body)
        times.append(time.perf_counter() - started)
    cpu = 1000 * (cpu_seconds([supervisor])["web"] - before) / len(bodies)
    median = 1000 * statistics.median(times)
    return f"{n_texts:>5} texts: {cpu:7.2f} ms of CPU in the web process, {median:7.2f} ms for the caller (median)"


def web_maps_scikit_learn(supervisor: int) -> bool:
    """Whether any web process has a library of scikit-learn in its memory."""
    webs = [pid for pid in family([supervisor]) if part_of(pid) == "web"]
    return any("/sklearn/" in Path(f"/proc/{pid}/maps").read_text() for pid in webs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--username", default="admin")
    parser.add_argument("--password", required=True)
    parser.add_argument("--supervisor", type=int, required=True, help="process id of ./start")
    options = parser.parse_args()
    rng = random.Random(1)  # noqa: S311 - the same texts at each run
    admin = Api(options.url, log_in(options.url, options.username, options.password))
    path = trained_project(admin, rng)
    for n_texts in REQUESTS:
        print(measure(admin, path, rng, n_texts, options.supervisor), flush=True)
    loaded = web_maps_scikit_learn(options.supervisor)
    print(f"scikit-learn is {'' if loaded else 'not '}loaded in the web process")


if __name__ == "__main__":
    main()

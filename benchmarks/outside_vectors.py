"""How fast vectors from outside come in, by file and by request, until they are in use. Needs a running server.

    python -m benchmarks.outside_vectors --url http://127.0.0.1:8000 --password … --supervisor PID --items 100000

The project is new at each run and stays on the server. The vectors are random.
"""

import argparse
import io
import json
import secrets
import threading
import time
from typing import Any

import numpy as np

from annotation.simulation.client import Api, log_in
from annotation.simulation.dataset import SimulationError
from benchmarks.processes import cpu_seconds, pss_megabytes

LONGEST = 3_600.0


class Memory(threading.Thread):
    """Watches how large the workers get."""

    def __init__(self, supervisor: int) -> None:
        super().__init__(daemon=True)
        self.supervisor, self.most = supervisor, 0.0

    def run(self) -> None:
        while True:
            self.most = max(self.most, pss_megabytes([self.supervisor])["workers"])
            time.sleep(1)


class Bench:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.api = Api(options.url, log_in(options.url, options.username, options.password))
        body = {"name": f"vectors {time.strftime('%H%M%S')}", "kind": "choice", "classes": ["a", "b"]}
        settings = {"representation": "external"}
        self.project = f"projects/{self.api.want('POST', 'projects/', body | {'settings': settings})['id']}/"
        self.rng = np.random.default_rng(1)

    def run(self) -> None:
        n, dimension = self.options.items, self.options.dimension
        rows = (json.dumps({"external_id": f"v-{i}", "data": {"text": f"item {i}"}}) for i in range(n))
        self.timed("import of the items", lambda: self.job("imports/", "\n".join(rows).encode()))
        vectors = self.rng.standard_normal((n, dimension), dtype=np.float32)
        names = np.array([f"v-{i}" for i in range(n)])
        content = io.BytesIO()
        np.savez(content, vectors=vectors, external_ids=names)
        self.timed(f".npz of {content.tell() / 2**20:,.0f} MB", lambda: self.job("vectors/", content.getvalue()))
        self.timed("until all are in use", lambda: self.until(lambda state: self.in_use(state) == n))
        self.timed("10 requests of 1,000", lambda: self.requests(vectors[:10_000][::-1], names[:10_000]))
        self.timed("until these are in use", lambda: self.until(lambda state: state["vectors_waiting"] == 0))

    def in_use(self, state: dict[str, Any]) -> int:
        return int((state["live"] or {"vectors": 0})["vectors"])

    def timed(self, name: str, work: Any) -> None:
        before, started = cpu_seconds([self.options.supervisor]), time.monotonic()
        work()
        seconds = time.monotonic() - started
        spent = cpu_seconds([self.options.supervisor])
        spent.subtract(before)
        print(f"{name:<26} {seconds:7.1f} s, CPU: " + ", ".join(f"{k} {v:.1f}" for k, v in spent.items() if v > 0.1))

    def job(self, path: str, content: bytes) -> None:
        """Uploads a file and waits until the job is done."""
        edge = secrets.token_hex(16)
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'.encode()
        body = head + content + f"\r\n--{edge}--\r\n".encode()
        job = self.api.want_form("POST", self.project + path, body, f"multipart/form-data; boundary={edge}")
        end = time.monotonic() + LONGEST
        while job["status"] not in ("done", "failed") and time.monotonic() < end:
            time.sleep(0.2)
            job = self.api.want("GET", f"jobs/{job['id']}/")
        if job["status"] != "done" or job["n_errors"]:
            raise SimulationError(f"the job ended {job['status']}: {job['result']}, {job['errors'][:3]}")

    def requests(self, vectors: Any, names: Any) -> None:
        for start in range(0, len(vectors), 1000):
            part = slice(start, start + 1000)
            pairs = zip(names[part].tolist(), vectors[part].tolist(), strict=True)
            rows = [{"external_id": name, "vector": vector} for name, vector in pairs]
            if self.api.want("POST", f"{self.project}vectors/", {"vectors": rows})["errors"]:
                raise SimulationError("vectors were refused")

    def until(self, reached: Any) -> None:
        end = time.monotonic() + LONGEST
        while not reached(self.api.want("GET", f"{self.project}model/")["representation"]):
            if time.monotonic() > end:
                raise SimulationError("the vectors did not come into use")
            time.sleep(0.2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--username", default="admin")
    parser.add_argument("--password", required=True)
    parser.add_argument("--supervisor", type=int, required=True, help="process id of ./start")
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--dimension", type=int, default=384)
    options = parser.parse_args()
    memory = Memory(options.supervisor)
    memory.start()
    Bench(options).run()
    print(f"workers took at most {memory.most:,.0f} MB")


if __name__ == "__main__":
    main()

"""Label → published queue in a large pool with vectors from outside, through PostgreSQL, broker and worker.

    python -m benchmarks.freshness --url http://127.0.0.1:8000 --password … --sizes 10000,100000,1000000

Needs a running server. Each size is a project of its own that stays on the server: 384 numbers an item, ten classes.
One annotator answers by the vectors' classes and waits each time until a queue of a newer model is published.
"""

import argparse
import io
import json
import secrets
import statistics
import time
from typing import Any

import numpy as np
import numpy.typing as npt

from annotation.simulation.client import Api, log_in, wait_for
from benchmarks.annotate_loop import is_published, quantile

CLASSES = [f"class {k}" for k in range(10)]
DIMENSION, SPREAD = 384, 3.0
JOB_SECONDS = 1800.0
FIRST_LABELS = 30


def made_up(n: int) -> tuple[npt.NDArray[np.float16], npt.NDArray[np.int64]]:
    """Vectors (n, 384) around ten centres, and their classes (n,)."""
    rng = np.random.default_rng(1)
    centres = rng.standard_normal((len(CLASSES), DIMENSION), dtype=np.float32)
    classes = rng.integers(0, len(CLASSES), n)
    vectors = np.empty((n, DIMENSION), np.float16)
    for start in range(0, n, 16_384):
        rows = classes[start : start + 16_384]
        noise = rng.standard_normal((len(rows), DIMENSION), dtype=np.float32)
        vectors[start : start + len(rows)] = centres[rows] + SPREAD * noise
    return vectors, classes


class Pool:
    """A project with n items, the classes of which are known here by external id."""

    def __init__(self, api: Api, n: int) -> None:
        self.api, self.n = api, n
        name = f"freshness {n:,} {secrets.token_hex(2)}"
        settings = {"representation": "external", "gold_rate": 0}
        body = {"name": name, "kind": "choice", "classes": CLASSES, "settings": settings}
        self.path = f"projects/{api.want('POST', 'projects/', body)['id']}/"
        vectors, self.classes = made_up(n)
        self._fill(vectors)

    def _fill(self, vectors: npt.NDArray[np.float16]) -> None:
        lines = "".join(f"{i},item {i}\n" for i in range(self.n))
        self._send("imports/", "items.csv", f"id,text\n{lines}".encode(), {"text": "text", "external_id": "id"})
        content = io.BytesIO()
        np.save(content, vectors)
        self._send("vectors/", "vectors.npy", content.getvalue(), None)

    def _send(self, route: str, filename: str, content: bytes, mapping: dict[str, str] | None) -> None:
        started = time.monotonic()
        boundary = secrets.token_hex(16)
        part = f'--{boundary}\r\nContent-Disposition: form-data; name="'
        fields = f'{part}mapping"\r\n\r\n{json.dumps(mapping)}\r\n' if mapping else ""
        head = f'{fields}{part}file"; filename="{filename}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        job = self.api.want_form("POST", self.path + route, body, f"multipart/form-data; boundary={boundary}")
        wait_for(lambda: self._job(job)["status"] in ("done", "failed"), JOB_SECONDS, every=0.5)
        found = self._job(job)
        if found["status"] != "done":
            raise SystemExit(f"{route} ended as {found['status']}: {found['result']}")
        print(f"  {route:<10} {len(content) / 2**20:7.0f} MB in {time.monotonic() - started:.1f} s", flush=True)

    def _job(self, job: Any) -> Any:
        return self.api.want("GET", f"jobs/{job['id']}/")

    def answer_one(self) -> None:
        """Asks for an item and answers it rightly."""
        lease = self.api.want("POST", f"{self.path}assignments/", {"count": 1})["assignments"][0]
        name = CLASSES[self.classes[int(lease["item"]["external_id"])]]
        self.api.want("PUT", f"assignments/{lease['id']}/annotation/", {"value": {"class": name}})

    def model(self) -> Any:
        return self.api.want("GET", f"{self.path}model/")


def waits(pool: Pool, n_labels: int) -> list[float]:
    """Seconds from each answer's acknowledgement to a queue published for a newer model."""
    for _ in range(FIRST_LABELS):
        pool.answer_one()
    if not wait_for(lambda: pool.model()["labels_behind"] == 0 and pool.model()["version"], JOB_SECONDS, every=0.5):
        raise SystemExit("The first model did not come.")
    time.sleep(5)
    found = []
    for _ in range(n_labels):
        before = pool.model()["version"]
        pool.answer_one()
        started = time.monotonic()
        if wait_for(lambda: is_published(pool.api, pool.path, before), 60, every=0.02):  # noqa: B023 - called at once
            found.append(time.monotonic() - started)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--username", default="admin")
    parser.add_argument("--password", required=True)
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--labels", type=int, default=20)
    options = parser.parse_args()
    api = Api(options.url, log_in(options.url, options.username, options.password))
    for size in map(int, options.sizes.split(",")):
        print(f"{size:,} items", flush=True)
        found = waits(Pool(api, size), options.labels)
        print(
            f"  label → published queue: median {statistics.median(found):.2f} s, p95 {quantile(found, 0.95):.2f} s, "
            f"{len(found)} of {options.labels} labels",
            flush=True,
        )


if __name__ == "__main__":
    main()

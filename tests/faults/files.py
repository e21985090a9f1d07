"""Files that come in and go out while the service is being hurt; what came of them is looked at in the end."""

import io
import json
import urllib.request
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.stack import Program

N_ROWS, N_VECTORS = 6_000, 64  # two batches of an import; one of an export, or of vectors
BESIDE = "Beside"
ENDED = """
    SELECT project.name, job.kind, job.status, job.result, (
        SELECT count(*)::int FROM annotation_item WHERE project_id = project.id)
    FROM annotation_job job JOIN annotation_project project ON project.id = job.project_id
    WHERE project.name LIKE 'Beside%' ORDER BY job.id
"""


def send_file(admin: Program, path: str, n_rows: int) -> int:
    """Sends a file with so many rows; returns the job that reads them."""
    lines = "".join(
        json.dumps({"external_id": f"row-{n}", "data": {"text": f"imported {n}"}}) + "\n" for n in range(n_rows)
    )
    return upload(admin, f"{path}imports/", "rows.jsonl", lines.encode())


def upload(admin: Program, address: str, name: str, content: bytes) -> int:
    """Sends a file as a browser's form does; returns the job."""
    boundary = "between-the-parts"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    request = urllib.request.Request(
        f"{admin.url}/api/v1/{address}",
        head.encode() + content + f"\r\n--{boundary}--\r\n".encode(),
        {"Content-Type": f"multipart/form-data; boundary={boundary}", "Authorization": f"Token {admin.token}"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        return int(json.loads(response.read())["id"])


def bring_rows(admin: Program) -> None:
    send_file(admin, _project(admin, "rows"), N_ROWS)


def take_out(admin: Program) -> None:
    path = _project(admin, "export")
    _add(admin, path)
    admin.want("POST", f"{path}exports/", {"format": "jsonl", "include": "all"})


def bring_vectors(admin: Program) -> None:
    path, content = _project(admin, "vectors"), io.BytesIO()
    _add(admin, path)
    np.save(content, np.random.default_rng(1).normal(size=(N_VECTORS, 8)).astype(np.float32))
    upload(admin, f"{path}vectors/", "vectors.npy", content.getvalue())


# What brings a worker to a point that it does not come by in the team's ordinary work.
WAYS: dict[str, Callable[[Program], None]] = {
    "import batch stored": bring_rows,
    "import batch committed": bring_rows,
    "export batch written": take_out,
    "export written": take_out,
    "vectors block committed": bring_vectors,
}


def _project(admin: Program, name: str) -> str:
    body = {"name": f"{BESIDE} {name}", "kind": "choice", "classes": ["a", "b"]}
    return f"projects/{admin.want('POST', 'projects/', body)['id']}/"


def _add(admin: Program, path: str) -> None:
    admin.want("POST", f"{path}items/", {"items": [{"data": {"text": f"beside {n}"}} for n in range(N_VECTORS)]})


def broken_files(db: Any) -> list[str]:
    """Returns which of these jobs did not do exactly what was asked, however often its worker was ended."""
    wanted = {
        f"{BESIDE} rows": ("done", "created", N_ROWS),
        f"{BESIDE} export": ("done", "items", N_VECTORS),
        f"{BESIDE} vectors": ("done", "accepted", N_VECTORS),
    }
    found = []
    for name, kind, status, result, n_items in db.execute(ENDED).fetchall():
        ended_as, count, n = wanted[name]
        if (status, (result or {}).get(count), n_items) != (ended_as, n, n):
            found.append(f"{name}: the {kind} ended as {status} with {result}, and {n_items} items are there")
    return found

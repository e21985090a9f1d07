"""What must happen when one part fails. Rows of the failure table that are not here: see docs/reliability.md."""

import contextlib
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from annotation.operations.transfer.imports import BATCH
from tests.faults.files import send_file
from tests.faults.service import Service
from tests.stack import Program, eventually

pytestmark = pytest.mark.alone

MOST_CONNECTIONS = 110
END_ALL_BUT = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE backend_type = 'client backend' AND pid <> ALL(%s)"""


@pytest.fixture
def project(service: Service) -> tuple[Program, str]:
    assert eventually(service.is_up)
    admin = service.client()
    made = admin.want("POST", "projects/", {"name": "Row", "kind": "choice", "classes": ["a", "b"]})
    path = f"projects/{made['id']}/"
    items = [{"external_id": str(n), "data": {"text": f"text {n}"}} for n in range(20)]
    admin.want("POST", f"{path}items/", {"items": items})
    return admin, path


def answer_one(admin: Program, path: str) -> int:
    (lease,) = admin.want("POST", f"{path}assignments/", {"count": 1})["assignments"]
    return admin.call("PUT", f"assignments/{lease['id']}/annotation/", {"value": {"class": "a"}})[0]


def refusal(admin: Program, path: str) -> urllib.error.HTTPError:
    """Returns the answer of the first request that is refused; what the killed server's children still do is passed."""
    request = urllib.request.Request(f"{admin.url}/api/v1/{path}", headers={"Authorization": f"Token {admin.token}"})

    def refused() -> urllib.error.HTTPError | None:
        try:
            with urllib.request.urlopen(request, timeout=20):
                return None
        except urllib.error.HTTPError as error:
            return error

    found = eventually(refused)
    assert found, "the database was never away"
    return found


def test_while_the_database_is_away_every_request_is_told_to_come_again(service, project):
    admin, path = project
    web = service.part("web")
    with service.unattended():
        assert service.kill("postgres")
        told = refusal(admin, path)
        assert (told.code, told.headers["Retry-After"]) == (503, "2")
    assert eventually(lambda: works(lambda: answer_one(admin, path)) == 201)
    assert service.part("web") == web, "the web server was started again"


def test_without_a_free_connection_requests_are_refused_at_once_and_nothing_piles_up(service, project):
    admin, path = project
    held = every_connection(service)
    try:
        for _ in range(30):  # whoever is quicker gets the connections that become free
            held[0].execute(END_ALL_BUT, [pids(held)])
            held += every_connection(service)
            started = time.monotonic()
            status, _ = admin.call("GET", path)
            assert time.monotonic() - started < 15
            if status == 503:
                break
        assert status == 503
    finally:
        for connection in held:
            connection.close()
    assert eventually(lambda: works(lambda: answer_one(admin, path)) == 201)


def pids(held: list[psycopg.Connection]) -> list[int]:
    return [connection.info.backend_pid for connection in held]


def every_connection(service: Service) -> list[psycopg.Connection]:
    """Takes what is free, before the service does."""
    found: list[psycopg.Connection] = []
    with contextlib.suppress(psycopg.OperationalError):
        for _ in range(MOST_CONNECTIONS):
            found.append(service.connect())
    return found


def works(do: Callable[[], Any]) -> Any:
    with contextlib.suppress(OSError, AssertionError, ValueError):
        return do()
    return None


def test_a_project_that_is_deleted_during_its_import_takes_in_no_more(service, project):
    admin, path = project
    service.order("import batch committed", "stop")
    job = send_file(admin, path, 6_000)
    assert eventually(lambda: service.is_obeyed("import batch committed")), service.log("worker")
    assert admin.call("DELETE", path, headers={"If-Match": "*"})[0] == 204
    assert admin.call("GET", path)[0] == 404
    service.go_on("workers")
    with service.connect() as db:
        ended = "SELECT status FROM annotation_job WHERE id = %s AND status IN ('done', 'failed')"
        assert eventually(lambda: db.execute(ended, [job]).fetchone()) == ("failed",)
        (n,) = db.execute("SELECT count(*) FROM annotation_item WHERE external_id LIKE 'row-%'").fetchone()
    assert n % BATCH == 0
    assert n < 6_000


def test_labelling_and_export_go_on_while_the_broker_hangs(service, project):
    admin, path = project
    assert service.freeze("valkey")
    try:
        started = time.monotonic()
        assert answer_one(admin, path) == 201
        assert time.monotonic() - started < 3
        job = admin.want("POST", f"{path}exports/", {"format": "jsonl"})["id"]
        assert eventually(lambda: admin.want("GET", f"jobs/{job}/")["status"] == "done", 45), service.log("worker")
    finally:
        service.go_on("valkey")
    assert eventually(lambda: admin.want("GET", f"{path}model/")["labels_behind"] == 0), service.log("worker")


def learn_lane(service: Service, path: str) -> Any:
    statement = "SELECT attempts, losses, error FROM annotation_worklane WHERE project_id = %s AND topic = 'learn'"
    with service.connect() as db:
        return db.execute(statement, [int(path.split("/")[1])]).fetchone()


def test_a_worker_that_is_killed_counts_less_than_one_that_its_work_ends(service, project):
    admin, path = project
    service.order("learn claimed", "stop")
    for value in "ab" * 4:
        (lease,) = admin.want("POST", f"{path}assignments/", {"count": 1})["assignments"]
        admin.want("PUT", f"assignments/{lease['id']}/annotation/", {"value": {"class": value}})
    assert eventually(lambda: service.is_obeyed("learn claimed")), service.log("worker")
    service.order("learn claimed", "exit")  # of the next one, only the process that is at it
    assert service.kill("workers")
    assert eventually(lambda: learn_lane(service, path) == (0, 1, "")), learn_lane(service, path)
    assert eventually(lambda: service.is_obeyed("learn claimed"))
    service.order("learn claimed", "stop")
    assert eventually(lambda: service.is_obeyed("learn claimed"))
    assert learn_lane(service, path)[:2] == (1, 1)
    service.go_on("workers")
    assert eventually(lambda: learn_lane(service, path) == (0, 0, "")), learn_lane(service, path)

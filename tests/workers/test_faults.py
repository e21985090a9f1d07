"""What happens when a process dies: nothing that was acknowledged is lost, and work goes on by itself."""

import shutil
import socket
import time
from statistics import median

import pytest

from tests.stack import Program, Stack, eventually
from workers.dispatch import REST_SECONDS

pytestmark = pytest.mark.alone


@pytest.fixture
def project(stack: Stack) -> tuple[Program, str]:
    admin = stack.client()
    made = admin.want("POST", "projects/", {
        "name": "Faults", "kind": "choice", "classes": ["a", "b"], "settings": {"gold_rate": 0, "random_rate": 0},
    })  # fmt: skip
    path = f"projects/{made['id']}/"
    items = [
        {"external_id": str(n), "data": {"text": f"{'apple pear' if n % 2 else 'stone rock'} number {n}"}}
        for n in range(60)
    ]
    admin.want("POST", f"{path}items/", {"items": items})
    return admin, path


def label(admin: Program, path: str, count: int) -> list[float]:
    """Returns the seconds that each label took."""
    took = []
    for _ in range(count):
        started = time.monotonic()
        (lease,) = admin.want("POST", f"{path}assignments/", {"count": 1})["assignments"]
        chosen = "a" if "apple" in lease["item"]["data"]["text"] else "b"
        admin.want("PUT", f"assignments/{lease['id']}/annotation/", {"value": {"class": chosen}})
        took.append(time.monotonic() - started)
    return took


def caught_up(stack: Stack, admin: Program, path: str) -> bool:
    """Whether the model comes to see every label; a worker that its broker's end has ended is started again."""

    def done() -> bool:
        stack.start_ended("worker")  # as the supervisor does, whenever it is that a worker ends
        model = admin.want("GET", f"{path}model/")
        return model["version"] is not None and model["labels_behind"] == 0

    return eventually(done)


def test_labels_are_taken_without_a_broker_and_learned_when_it_is_back(stack, project):
    admin, path = project
    with_broker = label(admin, path, 6)
    stack.kill("broker")
    try:
        without = label(admin, path, 6)
        assert median(without) < REST_SECONDS, "requests wait for the broker"
        assert sum(without) < sum(with_broker) + len(without) * REST_SECONDS, "some requests wait for the broker"
        assert admin.want("GET", "health/")["broker"] is False
        assert admin.want("GET", f"{path}model/")["annotations"] == 12
    finally:
        stack.start("broker")
    assert caught_up(stack, admin, path), stack.log("worker")


def test_a_killed_worker_is_replaced_and_the_labels_are_learned(stack, project):
    admin, path = project
    label(admin, path, 4)
    stack.kill("worker")
    label(admin, path, 6)
    stack.start("worker")
    assert caught_up(stack, admin, path), stack.log("worker")


def test_a_killed_web_server_loses_nothing_that_it_acknowledged(stack, project):
    admin, path = project
    label(admin, path, 5)
    stack.kill("web")
    stack.start("web")
    assert eventually(lambda: _answers(admin, path))
    assert admin.want("GET", f"{path}progress/")["annotations"] == 5


def _answers(admin: Program, path: str) -> bool:
    try:
        return admin.call("GET", path)[0] == 200
    except OSError:
        return False


def test_a_wiped_broker_costs_time_only(stack, project):
    admin, path = project
    label(admin, path, 3)
    stack.kill("broker")
    shutil.rmtree(stack.valkey.folder / "appendonlydir")
    stack.start("broker")
    label(admin, path, 3)
    assert caught_up(stack, admin, path), stack.log("worker")


def test_an_abandoned_lease_is_free_again_within_fifteen_seconds(stack, project):
    admin, path = project
    admin.want("PATCH", path, {"settings": {"lease_seconds": 5}})
    admin.want("POST", f"{path}assignments/", {"count": 3})
    assert eventually(lambda: admin.want("GET", f"{path}progress/")["open_assignments"] == 0, 5 + 15)


def test_a_hundred_idle_connections_keep_nobody_waiting(stack, project):
    admin, path = project
    idle = [socket.create_connection(("127.0.0.1", stack.port), timeout=5) for _ in range(100)]
    try:
        for connection in idle:
            connection.sendall(b"GET /api/v1/health/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(12).startswith(b"HTTP/1.1 200")
        assert admin.want("GET", path)["name"] == "Faults"
    finally:
        for connection in idle:
            connection.close()

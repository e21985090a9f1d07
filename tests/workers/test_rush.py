"""A rush of labels is a handful of trainings."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, pairwise

import pytest

from annotation.operations.outbox import RUSH_PAUSE, RUSH_SECONDS
from tests.stack import Program, Stack, eventually

pytestmark = pytest.mark.alone

N_LABELS, SECONDS, N_PEOPLE = 1_000, 10, 8


def test_a_thousand_labels_in_ten_seconds_are_at_most_three_trainings(stack: Stack) -> None:
    admin = stack.client()
    body = {
        "name": "Rush",
        "kind": "choice",
        "classes": ["a", "b"],
        "settings": {"gold_rate": 0, "random_rate": 0.1, "strategy": "random", "lease_seconds": 600},
    }
    path = f"projects/{admin.want('POST', 'projects/', body)['id']}/"
    words = ("apple pear", "stone rock")
    rows = [{"data": {"text": f"{words[n % 2]} number {n}"}} for n in range(N_LABELS)]
    assert admin.want("POST", f"{path}items/", {"items": rows})["created"] == N_LABELS
    people = [join(stack, admin, path, f"rush-{number}") for number in range(N_PEOPLE)]
    started = time.monotonic()
    with ThreadPoolExecutor(N_PEOPLE) as threads:
        answered = sorted(chain(*threads.map(lambda person: label(person, path), people)))
    took = time.monotonic() - started
    if took > 1.5 * SECONDS:
        pytest.skip(f"this machine took {took:.0f} s to give {N_LABELS} labels: no rush")
    assert eventually(lambda: caught_up(admin, path)), stack.log("worker")
    model = admin.want("GET", f"{path}model/")
    assert model["annotations"] == N_LABELS
    most = most_trainings(took, answered)
    assert 1 <= model["version"] <= most, f"{model['version']} trainings in {took:.1f} s, {most} expected at most"


def most_trainings(took: float, answered: list[float]) -> int:
    """The first label is learned from at once, then a rush is waited for: three in ten seconds.

    A slow machine that rushes for longer, or pauses while it rushes, may train once more for each.
    """
    pauses = sum(later - earlier > RUSH_PAUSE for earlier, later in pairwise(answered))
    return 2 + int(took // RUSH_SECONDS) + pauses


def join(stack: Stack, admin: Program, path: str, name: str) -> Program:
    body = {"username": name, "role": "annotator", "password": "a long password"}
    admin.want("POST", f"{path}members/", body)
    return stack.client(name, "a long password")


def label(person: Program, path: str) -> list[float]:
    """Answers evenly over the ten seconds, as far as the server keeps up; returns when."""
    answered: list[float] = []
    started, n = time.monotonic(), N_LABELS // N_PEOPLE
    leases = person.want("POST", f"{path}assignments/", {"count": 1})["assignments"]
    for number in range(n):
        time.sleep(max(0.0, started + SECONDS * number / n - time.monotonic()))
        (lease,) = leases
        answer = {"value": {"class": "a" if "apple" in lease["item"]["data"]["text"] else "b"}}
        more = {"next": 1} if number < n - 1 else {}
        leases = person.want("PUT", f"assignments/{lease['id']}/annotation/", answer | more).get("assignments", [])
        answered.append(time.monotonic())
    return answered


def caught_up(admin: Program, path: str) -> bool:
    return admin.want("GET", f"{path}model/")["labels_behind"] == 0

"""Hints: merged, spaced, sent from a thread, and harmless when the broker is dead."""

import threading
import time

import pytest
from kombu.exceptions import OperationalError

from tests.stack import eventually
from workers import dispatch
from workers.dispatch import Dispatcher

HINT = ("workers.run_lane", "learn", (1, "learn"))


class Outlet:
    """Takes the place of the broker's connection, not of our code."""

    def __init__(self) -> None:
        self.sent: list[tuple[float, str]] = []
        self.fails = False
        self.arrived = threading.Event()

    def send_task(self, name: str, arguments: tuple[object, ...], **_: object) -> None:
        self.sent.append((time.monotonic(), name))
        self.arrived.set()
        if self.fails:
            raise OperationalError("no broker")


@pytest.fixture
def outlet(monkeypatch: pytest.MonkeyPatch) -> Outlet:
    outlet = Outlet()
    monkeypatch.setattr(dispatch, "app", outlet)
    monkeypatch.setattr(dispatch, "REST_SECONDS", 0.01)
    return outlet


def wait_for(outlet: Outlet, count: int) -> None:
    assert eventually(lambda: len(outlet.sent) >= count)


def test_a_burst_is_merged_and_the_last_hint_is_never_lost(outlet):
    """On a machine that stands still in the middle of the burst, it is one of more hints, as far apart as any."""
    dispatcher = Dispatcher()
    started = time.monotonic()
    for _ in range(200):
        dispatcher.add(HINT)
    wait_for(outlet, 1)
    before = len(outlet.sent)
    dispatcher.add(HINT)
    added = time.monotonic()
    wait_for(outlet, before + 1)
    assert eventually(lambda: not dispatcher._due)
    time.sleep(2 * dispatch.SPACING_SECONDS)
    assert (len(outlet.sent) - 1) * dispatch.SPACING_SECONDS <= outlet.sent[-1][0] - started, "not spaced"
    # All but the last had gone out when the last hint was added.
    assert (len(outlet.sent) - 2) * dispatch.SPACING_SECONDS <= added - started, "not merged"


def test_an_earlier_time_wins_over_a_later_one(outlet):
    dispatcher = Dispatcher()
    started = time.monotonic()
    dispatcher.add(HINT, 60)
    dispatcher.add(HINT, 0.1)
    wait_for(outlet, 1)
    assert outlet.sent[0][0] - started < 60


def test_a_dead_broker_stops_neither_the_caller_nor_the_thread(outlet):
    outlet.fails = True
    dispatcher = Dispatcher()
    dispatcher.add(HINT)
    wait_for(outlet, 1)
    outlet.fails = False
    dispatcher.add(("workers.run_job", "transfer", (7,)))
    wait_for(outlet, 2)
    assert outlet.sent[1][1] == "workers.run_job"

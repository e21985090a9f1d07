"""Two callers at once, one statement at a time: which of them goes next is drawn from the seed.

Before each statement and before each commit a caller waits for its turn. One that waits for a lock of the other is left
waiting while the other goes on, as on a real server. So a race that needs an unlucky moment is found by a seed, and the
same seed finds it again.
"""

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from django.db import connection

from tests.faults.simulator.clock import seen_here

GLANCE_SECONDS = 0.004
WAITING_FOR_A_LOCK = "SELECT count(*) FROM pg_locks WHERE pid = %s AND NOT granted"


class Turns:
    """Says who may send the next statement."""

    def __init__(self, n: int) -> None:
        self._changed = threading.Condition()
        self._at_gate, self._done = [False] * n, [False] * n
        self._turn: int | None = None

    def wait(self, me: int) -> None:
        """Stands at the gate until it is my turn."""
        with self._changed:
            self._at_gate[me] = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._turn == me)
            self._turn, self._at_gate[me] = None, False
            self._changed.notify_all()

    def end(self, me: int) -> None:
        with self._changed:
            self._done[me] = True
            self._changed.notify_all()

    def let_go(self, one: int, is_blocked: Callable[[int], bool]) -> None:
        """Gives somebody the turn, and returns when she is at the gate again, has ended, or waits for a lock."""
        with self._changed:
            self._turn = one
            self._changed.notify_all()
            while not self._changed.wait_for(lambda: self._turn is None and self._is_still(one), GLANCE_SECONDS):
                if is_blocked(one):
                    return

    def _is_still(self, one: int) -> bool:
        return self._at_gate[one] or self._done[one]

    def waiting(self) -> list[int]:
        """Returns who stands at the gate, once somebody does or all have ended."""
        with self._changed:
            self._changed.wait_for(lambda: any(self._at_gate) or all(self._done), 10)
            return [place for place, is_there in enumerate(self._at_gate) if is_there]

    def settle(self, is_blocked: Callable[[int], bool]) -> None:
        """Waits until everybody is at the gate, has ended or waits for a lock: then the next choice is the seed's."""
        with self._changed:
            for one in range(len(self._done)):
                while not self._changed.wait_for(lambda one=one: self._is_still(one), GLANCE_SECONDS):
                    if is_blocked(one):
                        break


class Callers:
    """Threads with connections of their own that see the fake clock; each keeps its connection until `close`."""

    def __init__(self, n: int) -> None:
        self._threads = [ThreadPoolExecutor(1) for _ in range(n)]
        self._open = [ExitStack() for _ in range(n)]
        for thread, stack in zip(self._threads, self._open, strict=True):
            thread.submit(stack.enter_context, seen_here()).result()
        self._pids = [thread.submit(_backend).result() for thread in self._threads]

    def close(self) -> None:
        for thread, stack in zip(self._threads, self._open, strict=True):
            thread.submit(stack.close).result()
            thread.submit(_close).result()
            thread.shutdown()

    def at_once(self, acts: Sequence[Callable[[], Any]], rng: random.Random) -> list[Any]:
        """Returns what each call returned or raised."""
        turns = Turns(len(acts))
        running = [
            thread.submit(_gated, turns, place, act)
            for place, (thread, act) in enumerate(zip(self._threads, acts, strict=False))
        ]
        while not all(one.done() for one in running):
            turns.settle(self._is_blocked)
            if there := turns.waiting():
                turns.let_go(rng.choice(there), self._is_blocked)
        return [_result(one) for one in running]

    def _is_blocked(self, place: int) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(WAITING_FOR_A_LOCK, [self._pids[place]])
            return bool(cursor.fetchone()[0])


def _close() -> None:
    connection.close()


def _backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _gated(turns: Turns, me: int, act: Callable[[], Any]) -> Any:
    def gate(execute: Any, *arguments: Any) -> Any:
        turns.wait(me)
        return execute(*arguments)

    wrapper: Any = connection
    commit = wrapper._commit

    def gated_commit() -> Any:
        turns.wait(me)
        return commit()

    wrapper._commit = gated_commit
    try:
        with connection.execute_wrapper(gate):
            return act()
    finally:
        wrapper._commit = commit
        turns.end(me)


def _result(one: "Future[Any]") -> Any:
    return one.exception() or one.result()

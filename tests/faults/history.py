"""What clients asked for and what they were told, and whether the rows say the same afterwards.

Each wish carries a mark that ends up in its row. `ok`: that row is there exactly once. `fail`: it is not there.
`unknown` (no answer, or 503): it is there at most once. A row whose mark nobody wished for is a ghost.
"""

import itertools
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"


def outcome_of(status: int | None) -> Outcome:
    """Returns what a status says about the effect; None is a connection that was lost."""
    if status is None or status >= 500:
        return Outcome.UNKNOWN
    return Outcome.OK if status < 300 else Outcome.FAIL


@dataclass
class Wish:
    """One effect that somebody asked for, however often. `told` is the last answer."""

    kind: str
    mark: int
    outcome: Outcome = Outcome.UNKNOWN
    told: Any = None
    n_sent: int = 0


@dataclass
class History:
    """Everything that was wished for, and every answer by its status; for many threads."""

    wishes: list[Wish] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    bugs: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _marks: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def wish(self, kind: str) -> Wish:
        with self._lock:
            wish = Wish(kind, next(self._marks))
            self.wishes.append(wish)
            return wish

    def note(self, wish: Wish, status: int | None, told: Any) -> Outcome:
        """Writes an answer down. A wish that was granted once stays granted."""
        outcome = outcome_of(status)
        with self._lock:
            wish.n_sent += 1
            if wish.outcome is not Outcome.OK:
                wish.outcome, wish.told = outcome, told
            elif outcome is Outcome.FAIL:
                self.bugs.append(f"{wish.kind} {wish.mark} was granted, and refused when sent again: {told}")
        return outcome

    def count(self, status: int | None, what: str, told: Any) -> None:
        """Counts an answer; a 5xx other than 503 is a bug."""
        with self._lock:
            self.statuses[str(status or "lost")] += 1
            if status is not None and status >= 500 and status != 503:
                self.bugs.append(f"{what} was answered with {status}: {str(told)[:300]}")

    def saw(self, what: str) -> None:
        """Notes that something worth reaching was reached: an expiry, a conflict, a retry."""
        with self._lock:
            self.seen[what] += 1

    def of(self, kind: str) -> list[Wish]:
        return [wish for wish in self.wishes if wish.kind == kind]


@dataclass
class Verdict:
    """What the comparison of one kind found."""

    acknowledged: int = 0
    unknown: int = 0
    lost: list[int] = field(default_factory=list)
    doubled: list[int] = field(default_factory=list)
    refused_but_there: list[int] = field(default_factory=list)
    ghosts: list[int] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.refused_but_there or self.ghosts)


def compare(wishes: Iterable[Wish], marks_in_rows: Iterable[int]) -> Verdict:
    """Compares what was told with the marks of the rows that are there."""
    there, verdict, known = Counter(marks_in_rows), Verdict(), set[int]()
    for wish in wishes:
        known.add(wish.mark)
        n = there[wish.mark]
        verdict.acknowledged += wish.outcome is Outcome.OK
        verdict.unknown += wish.outcome is Outcome.UNKNOWN
        if n > 1:
            verdict.doubled.append(wish.mark)
        if n == 0 and wish.outcome is Outcome.OK:
            verdict.lost.append(wish.mark)
        if n and wish.outcome is Outcome.FAIL:
            verdict.refused_but_there.append(wish.mark)
    verdict.ghosts = sorted(set(there) - known)
    return verdict

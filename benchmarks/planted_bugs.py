"""Plants one bug at a time into the running simulator and counts the seeds until it is found; the product stays.

    python -m benchmarks.planted_bugs                # every bug, at most 200 seeds each
    python -m benchmarks.planted_bugs --only reaper  # those whose name holds a word

A bug is a piece of source or SQL that is exchanged in this process, or a constraint that is dropped from the throw-away
database. Without any bug the same seeds must find nothing. Exit code 1 when a bug was not found, or one without a bug.
"""

import argparse
import inspect
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from benchmarks.simulate import simulator

OURS = ("annotation", "tests", "workers")
UNLOCKED = ("Item.objects.select_for_update(no_key=True).get", "Item.objects.get")


@dataclass(frozen=True)
class Bug:
    """`plant` changes the process or the database and returns how to undo it."""

    name: str
    plant: Callable[[], Callable[[], None]]


def source(path: str, old: str, new: str) -> Callable[[], Callable[[], None]]:
    """Exchanges a piece of a function, wherever that function is known by its name."""

    def plant() -> Callable[[], None]:
        module, _, name = path.rpartition(".")
        home = import_module(module)
        original = getattr(home, name)
        text = inspect.getsource(original)
        if old not in text:
            raise SystemExit(f"{path} does not hold {old!r} any more: mend the planted bug")
        made = dict(vars(home))
        exec(compile(text.replace(old, new), home.__file__ or path, "exec"), made)  # noqa: S102 - our own source
        holders = [one for one in _our_modules() if getattr(one, name, None) is original]
        for holder in holders:
            setattr(holder, name, made[name])
        return lambda: [setattr(holder, name, original) for holder in holders] and None

    return plant


def constant(path: str, *changes: tuple[str, str]) -> Callable[[], Callable[[], None]]:
    """Exchanges pieces of a statement."""

    def plant() -> Callable[[], None]:
        module, _, name = path.rpartition(".")
        home = import_module(module)
        original = changed = getattr(home, name)
        for old, new in changes:
            if old not in changed:
                raise SystemExit(f"{path} does not hold {old!r} any more: mend the planted bug")
            changed = changed.replace(old, new)
        setattr(home, name, changed)
        return lambda: setattr(home, name, original)

    return plant


def without_index(name: str) -> Callable[[], Callable[[], None]]:
    """Drops a unique constraint that has a condition, which PostgreSQL keeps as an index."""

    def plant() -> Callable[[], None]:
        from django.db import connection  # noqa: PLC0415 - after setup

        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name])
            (definition,) = cursor.fetchone()
            cursor.execute(f"DROP INDEX {name}")

        def mend() -> None:
            with connection.cursor() as cursor:
                cursor.execute("TRUNCATE annotation_project CASCADE")
                cursor.execute(definition)

        return mend

    return plant


def both(*plants: Callable[[], Callable[[], None]]) -> Callable[[], Callable[[], None]]:
    def plant() -> Callable[[], None]:
        mends = [one() for one in plants]
        return lambda: [mend() for mend in mends] and None

    return plant


def _our_modules() -> list[Any]:
    return [module for name, module in list(sys.modules.items()) if name.partition(".")[0] in OURS]


OPERATIONS = "annotation.operations"
LEASES, LEASE_ENDS = f"{OPERATIONS}.leases", f"{OPERATIONS}.lease_ends"
KEPT = (
    "holds_slot = excluded.holds_slot, stream = excluded.stream, reason = excluded.reason,",
    "stream = excluded.stream, reason = excluded.reason,",
)
BUGS = [
    Bug("lock removed: a late answer takes its slot", source(f"{OPERATIONS}.labeling._take_slot_again", *UNLOCKED)),
    Bug("lock removed: two reviewers decide at once", source(f"{OPERATIONS}.verdicts._facts", *UNLOCKED)),
    Bug(
        "lock and guard removed: two people get the last slot",
        both(
            constant(f"{LEASES}.PICK_STARTED", ("FOR NO KEY UPDATE OF item SKIP LOCKED", "")),
            constant(f"{LEASES}.LEASE", ("AND item.open_slots + %(more)s > 0 ", "")),
        ),
    ),
    Bug("unique constraint dropped: a person is paused twice", without_index("review_one_pause")),
    Bug(
        "acknowledged before the commit, which fails",
        source(
            f"{OPERATIONS}.labeling.submit_annotation",
            "        stored = _answer_open_lease(assignment, canonical, seconds)\n    if stored is None:",
            "        stored = _answer_open_lease(assignment, canonical, seconds)\n"
            "        transaction.set_rollback(True)\n    if stored is None:",
        ),
    ),
    Bug("reaper off", constant(f"{LEASE_ENDS}.RELEASE_EXPIRED", ("lease.expires_at < now()", "false"))),
    Bug(
        "stale generation applied",
        source(
            f"{OPERATIONS}.outbox.settle_lane",
            "_own(claim)",
            "WorkLane.objects.filter(project_id=claim.project_id, topic=claim.topic)",
        ),
    ),
    Bug(
        "a lane is given away while somebody is at it",
        constant(f"{OPERATIONS}.outbox.CLAIM", ("(lane.expires_at IS NULL OR lane.expires_at < now())", "true")),
    ),
    Bug(
        "settled more than was seen",
        source(
            f"{OPERATIONS}.outbox.settle_lane",
            'WHERE id = ANY(%s)", [list(request_ids)]',
            'WHERE project_id = %s AND topic = %s", [claim.project_id, claim.topic]',
        ),
    ),
    Bug(
        "an answer asks for no quality work",
        constant(f"{LEASE_ENDS}.ANSWER", ("unnest(%(topics)s::text[])", "unnest((%(topics)s::text[])[:1])")),
    ),
    Bug(
        "idempotency key ignored",
        source("annotation.api.idempotency._stored", "if cursor.fetchone():", "if cursor.fetchone() or True:"),
    ),
    Bug(
        "idempotency key taken for another request",
        source("annotation.api.idempotency._stored", "bytes(row.fingerprint) != fingerprint", "False"),
    ),
    Bug(
        "overlap check off for late answers",
        source(f"{OPERATIONS}.labeling._take_slot_again", "if not item.open_slots:", "if False:"),
    ),
    Bug(
        "undo does not give the slots back",
        source(f"{OPERATIONS}.undoing._restore_item", "set_slot_limit(", "_ = ("),
    ),
    Bug("a skipped item keeps its slot", constant(f"{LEASE_ENDS}.SKIP", ("AND closed.gives_back", "AND false"))),
    Bug(
        "a lease drawn anew keeps its old slot",
        both(constant(f"{LEASES}.LEASE", KEPT), constant(f"{OPERATIONS}.gold_leases.GOLD", KEPT)),
    ),
    Bug(
        "a new overlap opens what a reviewer has closed",
        constant(f"{OPERATIONS}.slots.SET_LIMITS", ("AND verdict.undone_at IS NULL", "AND false")),
    ),
]


@contextmanager
def planted(bug: Bug | None) -> Iterator[None]:
    mend = bug.plant() if bug else lambda: None
    try:
        yield
    finally:
        mend()


def first_seed(callers: Any, bug: Bug | None, seeds: int) -> tuple[int | None, str]:
    """Returns the first seed whose life is broken, and what was found there."""
    from tests.faults.simulator.life import live  # noqa: PLC0415 - after setup
    from tests.faults.simulator.world import Found  # noqa: PLC0415 - after setup

    with planted(bug):
        for seed in range(seeds):
            try:
                live(seed, callers)
            except Found as found:
                return seed, str(found).partition("\n")[0].partition(": ")[2]
    return None, ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--only", default="", help="bugs whose name holds this")
    options = parser.parse_args()
    bugs = [bug for bug in BUGS if options.only in bug.name]
    n_found, last = 0, 0
    with simulator() as callers:
        import tests.faults.simulator.life  # noqa: F401, PLC0415 - so that names are exchanged there too

        for bug in bugs:
            started = time.monotonic()
            seed, what = first_seed(callers, bug, options.seeds)
            n_found += seed is not None
            last = max(last, seed or 0)
            told = "NOT FOUND" if seed is None else f"seed {seed:>3}"
            print(f"{told}  {time.monotonic() - started:6.1f} s  {bug.name:<52} {what[:110]}", flush=True)
        seed, what = first_seed(callers, None, last + 1)
    print(f"{n_found} of {len(bugs)} found; without a bug the same {last + 1} seeds find {what or 'nothing'}")
    return 0 if n_found == len(bugs) and seed is None else 1


if __name__ == "__main__":
    sys.exit(main())

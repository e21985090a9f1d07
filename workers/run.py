"""`python -m workers.run worker|beat FILE`: what Celery's command line starts, without it.

The command line brings shells, prompts and completion along: 12 MB in the schedule, and in the worker whose children
share them, and a third of a second at each start. `python -m celery -A workers worker` does the same with more of its
options, as does `celery -A workers.schedule beat`.
"""

import os
import sys
from collections.abc import Callable, Sequence

CONCURRENCY = 2
# People wait for the web's answers: where cores are scarce, a training goes behind them. Its children inherit it.
NICENESS = 5


def work() -> int:
    """Runs a worker for every queue until it is told to stop; returns its exit code."""
    from workers.celery import app  # noqa: PLC0415 - the schedule loads no Django

    os.nice(NICENESS)
    worker = app.Worker(concurrency=CONCURRENCY, loglevel="INFO", without_gossip=True, without_mingle=True)
    worker.start()
    return int(worker.exitcode or 0)


def beat(file: str) -> int:
    """Sends what runs by the clock until it is told to stop; `file` remembers what was sent when."""
    from workers.schedule import app  # noqa: PLC0415 - the worker has no use for it

    app.Beat(schedule=file, loglevel="WARNING").run()
    return 0


PROGRAMS: dict[str, Callable[..., int]] = {"worker": work, "beat": beat}


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code of the program that the first argument names; the others are its own."""
    return PROGRAMS[arguments[0]](*arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Lets a business live through many seeds, with two callers at once and a clock of its own, on a throw-away PostgreSQL.

    python -m benchmarks.simulate --seeds 200            # seeds 0 to 199
    python -m benchmarks.simulate --first 137 --seeds 1  # that one again

Prints what was reached. A seed that breaks a promise is printed with its last acts, and the exit code is 1.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

from tests.servers import servers


@contextmanager
def simulator() -> Iterator[Any]:
    """Brings up a database and yields the callers that a life needs."""
    with tempfile.TemporaryDirectory(prefix="querent-simulate-") as name, servers(Path(name)) as addresses:
        os.environ |= addresses.as_environment() | {
            "QUERENT_DEBUG": "1",
            "QUERENT_STORAGE_DIR": f"{name}/storage",
            "QUERENT_LOG_LEVEL": "CRITICAL",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        django.setup()
        from django.core.management import call_command  # noqa: PLC0415 - after setup
        from django.db import connection  # noqa: PLC0415 - after setup

        from tests.faults.simulator.clock import fake_time  # noqa: PLC0415 - after setup
        from tests.faults.simulator.interleave import Callers  # noqa: PLC0415 - after setup

        call_command("migrate", verbosity=0)
        connection.force_debug_cursor = False
        with fake_time():
            callers = Callers(2)
            try:
                yield callers
            finally:
                callers.close()
        connection.close()
        connection.close_pool()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--steps", type=int, default=60)
    options = parser.parse_args()
    with simulator() as callers:
        from tests.faults.simulator.life import live  # noqa: PLC0415 - after setup
        from tests.faults.simulator.world import Found  # noqa: PLC0415 - after setup

        reached, broken, started = Counter[str](), 0, time.monotonic()
        for seed in range(options.first, options.first + options.seeds):
            try:
                reached += live(seed, callers, options.steps)
            except Found as found:
                broken += 1
                print(found, flush=True)
    seconds = time.monotonic() - started
    print(f"{options.seeds} seeds in {seconds:.0f} s, {broken} broke a promise; reached: {dict(reached.most_common())}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

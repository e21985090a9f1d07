"""Requests made from the schema, by all roles, for as long as you like: no 5xx, no answer of another shape.

    python -m benchmarks.fuzz --minutes 10 --seed 1

Brings up servers of its own. Prints how often each status came back and every failure with the request that shows it;
exit code 1 when there is one. The short form is tests/api/test_fuzz.py.
"""

import argparse
import logging
import os
import sys
import time
from pathlib import Path

from tests.servers import servers, temporary_folder


def fuzz(*, minutes: float, seed: int) -> int:
    """Returns the exit code. Every change is undone, so each request meets the same world; a walk's only at its end."""
    import django  # noqa: PLC0415 - the addresses of the servers must be known first

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after setup
    from django.db import transaction  # noqa: PLC0415 - after setup

    from tests.api.fuzzing import Fuzzer  # noqa: PLC0415 - after setup
    from tests.api.world import World  # noqa: PLC0415 - after setup

    call_command("migrate", verbosity=0)
    logging.disable(logging.WARNING)  # a failure of ours tells where it happened
    ends = time.monotonic() + 60 * minutes
    with transaction.atomic():
        fuzzer, rounds = Fuzzer(World()), 0
        operations = list(fuzzer.operations())
        while time.monotonic() < ends:
            for place, operation in enumerate(operations):
                if time.monotonic() < ends:
                    fuzzer.try_out(operation, n_examples=25, number=seed * 1_000_000 + rounds * 1000 + place)
            fuzzer.walk(operations, n_walks=100, n_steps=25, number=seed * 1_000_000 + rounds)
            rounds += 1
        transaction.set_rollback(True)
    found = fuzzer.findings
    print(f"{found.statuses.total():,} requests to {len(operations)} operations in {rounds} rounds, seed {seed}")
    print("status:", ", ".join(f"{n:,} of {status}" for status, n in sorted(found.statuses.items())))
    for key, text in found.failures.items():
        print(f"\n{key}\n{text}")
    return 1 if found.failures else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with temporary_folder() as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "QUERENT_SECRET_KEY": "only-for-this-run",
            "QUERENT_STORAGE_DIR": str(Path(folder) / "storage"),
            "QUERENT_ALLOWED_HOSTS": "localhost",
        }
        with servers(Path(folder)) as addresses:
            os.environ |= addresses.as_environment()
            return fuzz(minutes=options.minutes, seed=options.seed)


if __name__ == "__main__":
    sys.exit(main())

"""Kills, stops and wipes every part of a real service while a team works, then compares what was told with the rows.

    python -m benchmarks.soak --minutes 5 --seed 1
    python -m benchmarks.soak --minutes 25 --only "kill web,kill workers,kill valkey,kill postgres"

Brings up a service of its own. Prints how often each part was killed, how long it took to be well again, what was
acknowledged, lost and doubled. Exit code 1 when a promise was broken.
"""

import argparse
import random
import sys

from tests.faults.chaos import NAMED, one_round, rounds
from tests.faults.service import running_service
from tests.faults.soak import soak


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--annotators", type=int, default=8)
    parser.add_argument("--only", default="", help="faults whose name is one of these, by commas: kill web,wipe valkey")
    parser.add_argument("--no-hooks", action="store_true", help="without debugging: no ends at named points")
    options = parser.parse_args()
    faults = one_round(with_hooks=not options.no_hooks)
    if options.only:
        only = options.only.split(",")
        if unknown := set(only) - {fault.name for fault in faults}:
            parser.error(f"--only: there is no {', '.join(sorted(unknown))}")
        faults = [fault for fault in faults if fault.name in only]
    with running_service(hooks=not options.no_hooks) as service:
        report = soak(
            service,
            seed=options.seed,
            faults=rounds(faults, random.Random(options.seed)),  # noqa: S311 - repeatable
            minutes=options.minutes,
            n_annotators=options.annotators,
            named=[fault.name for fault in faults if fault.name in NAMED],
        )
    print("\n".join(report.lines()))
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())

"""`manage.py simulate`: what would a team reach with this data? Asked before money is spent.

By default of a real server, through its API; with --offline in this process, many combinations beside each other.
"""

import dataclasses
import json
import math
import secrets
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotation.simulation import offline_report, report
from annotation.simulation.arm import Outcome, run_arm
from annotation.simulation.client import Api, log_in
from annotation.simulation.dataset import Dataset, SimulationError, load
from annotation.simulation.offline import POOL, Choices, rehearse_all
from annotation.simulation.team import Person

OPTIONS: tuple[tuple[str, Any, str], ...] = (
    ("annotators", 6, "people, spammers included"),
    ("noise", 0.1, "share of wrong answers of a typical person"),
    ("spammers", 0, "how many of the people answer at random"),
    ("overlap", 1, "answers an item"),
    ("labels", 300, "labels to give in each arm"),
    ("items", 5000, "rows to import at most"),
    ("step", 25, "labels between two looks at the test rows"),
    ("seconds", 0.0, "real seconds that a typical answer takes; 0 answers at once"),
    ("seed", 1, "fixes the order of the rows and what the people do"),
    ("text", "text", "field or column with the text"),
    ("label", "label", "field or column with the true class"),
    ("strategy", "team", "strategy of the first arm"),
)
OFFLINE: tuple[tuple[str, str, str], ...] = (
    ("strategies", "team,random", "strategies to compare"),
    ("representations", POOL, f"{POOL}, or an .npy file of vectors whose row i belongs to row i of the file"),
    ("overlaps", "1", "answers an item to compare"),
    ("teams", "6", "numbers of people to compare"),
)
MOST_RUNS = 500


class Command(BaseCommand):
    help = "Replays a labelled CSV or JSONL file (.gz too) with a simulated team and reports what it learned how fast."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        for name in ("url", "username", "password"):
            parser.add_argument(f"--{name}", help="of the server; not needed with --offline")
        for name, default, meaning in OPTIONS:
            parser.add_argument(f"--{name}", type=type(default), default=default, help=f"{meaning} ({default})")
        parser.add_argument("--compare", help="a second strategy with the same budget, for example random")
        parser.add_argument("--json", type=Path, help="file for the figures")
        offline = parser.add_argument_group("without a server")
        offline.add_argument("--offline", action="store_true", help="rehearse in this process, every combination")
        for name, default, meaning in OFFLINE:
            offline.add_argument(f"--{name}", default=default, help=f"{meaning}, separated by commas ({default})")
        offline.add_argument("--seeds", type=int, default=3, help="runs of each combination (3)")
        offline.add_argument("--limit", type=float, default=600.0, help="seconds after which no run is begun (600)")
        offline.add_argument("--svg", type=Path, help="file for a picture of the learning curves")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._check(options)
            dataset = load(
                options["file"], text=options["text"], label=options["label"], n_items=options["items"],
                seed=options["seed"],
            )  # fmt: skip
            if options["offline"]:
                self._rehearse(dataset, options)
                return
            outcomes = self._run(dataset, options)
        except SimulationError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("\n" + report.text(outcomes, dataset.rarest))
        if options["json"]:
            options["json"].write_text(json.dumps(self._figures(outcomes, options), indent=1))

    def _check(self, options: dict[str, Any]) -> None:
        for name in ("annotators", "overlap", "labels", "items", "step"):
            if options[name] < 1:
                raise SimulationError(f"--{name} must be at least 1.")
        if not 0 <= options["noise"] <= 1 or not 0 <= options["spammers"] <= options["annotators"]:
            raise SimulationError("--noise is a share from 0 to 1, --spammers a part of --annotators.")
        if not options["offline"] and not all(options[name] for name in ("url", "username", "password")):
            raise SimulationError("--url, --username and --password say where to simulate; or give --offline.")
        if options["seconds"] < 0 or not math.isfinite(options["seconds"]):
            raise SimulationError("--seconds cannot be negative.")
        if options["overlap"] > options["annotators"]:
            raise SimulationError("--overlap cannot be more than --annotators: nobody answers an item twice.")

    def _rehearse(self, dataset: Dataset, options: dict[str, Any]) -> None:
        choices = self._choices(options)
        arms = rehearse_all(dataset, choices, self.stdout.write)
        self.stdout.write("\n" + offline_report.text(arms, dataset.rarest))
        if options["json"]:
            shared = {name: options[name] for name in ("noise", "spammers", "labels", "step", "items", "seed", "seeds")}
            figures = {"options": shared | {"file": str(options["file"])}, "arms": offline_report.figures(arms)}
            options["json"].write_text(json.dumps(figures, indent=1))
        if options["svg"]:
            options["svg"].write_text(offline_report.picture(arms, f"{options['file'].name}: labels against accuracy"))

    def _choices(self, options: dict[str, Any]) -> Choices:
        """Raises SimulationError for lists that are empty or too long, and numbers out of range."""
        lists = {name: [part.strip() for part in options[name].split(",") if part.strip()] for name, _, _ in OFFLINE}
        overlaps, teams = (_numbers(name, lists[name]) for name in ("overlaps", "teams"))
        n_runs = math.prod(len(dict.fromkeys(values)) for values in lists.values()) * options["seeds"]
        if not 1 <= n_runs <= MOST_RUNS or not options["seeds"] >= 1:
            raise SimulationError(f"From 1 to {MOST_RUNS} runs can be made; this would be {n_runs}.")
        if max(overlaps) > min(teams) or options["spammers"] > min(teams):
            raise SimulationError("An overlap, and the number of spammers, cannot be more than the people of a team.")
        return Choices(
            list(dict.fromkeys(lists["strategies"])), list(dict.fromkeys(lists["representations"])), overlaps, teams,
            **{name: options[name] for name in ("seeds", "noise", "spammers", "labels", "step")},
            seconds=options["limit"],
        )  # fmt: skip

    def _run(self, dataset: Dataset, options: dict[str, Any]) -> list[Outcome]:
        url = options["url"]
        admin = Api(url, log_in(url, options["username"], options["password"]))
        run = f"simulation-{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"
        people, outcomes = self._people(admin, run, options), []
        for strategy in filter(None, (options["strategy"], options["compare"])):
            self.stdout.write(f"{strategy}: {options['labels']} labels by {len(people)} people …")
            outcomes.append(
                run_arm(
                    admin=admin, name=f"{run} {strategy}", strategy=strategy, dataset=dataset, people=people,
                    **{name: options[name] for name in ("overlap", "labels", "step", "seconds", "seed")},
                )
            )  # fmt: skip
        return outcomes

    def _people(self, admin: Api, run: str, options: dict[str, Any]) -> list[Person]:
        """Makes the accounts in a project of their own and returns the people: skills around the noise, and paces."""
        home = admin.want("POST", "projects/", {"name": f"{run} people", "kind": "choice", "classes": ["yes", "no"]})
        people = []
        for number in range(options["annotators"]):
            username, password = f"{run}-{number + 1}", secrets.token_urlsafe(12)
            body = {"username": username, "role": "annotator", "password": password}
            admin.want("POST", f"projects/{home['id']}/members/", body)
            spread = 0.5 + number / max(1, options["annotators"] - 1)
            people.append(
                Person(
                    username=username, noise=min(1.0, options["noise"] * spread), pace=1.75 - 0.5 * spread,
                    is_spammer=number >= options["annotators"] - options["spammers"],
                    token=log_in(admin.url, username, password),
                )
            )  # fmt: skip
        return people

    def _figures(self, outcomes: list[Outcome], options: dict[str, Any]) -> dict[str, Any]:
        names = [name for name, _, _ in OPTIONS] + ["compare", "url"]
        return {
            "options": {name: options[name] for name in names} | {"file": str(options["file"])},
            "arms": [dataclasses.asdict(outcome) for outcome in outcomes],
            "targets": report.targets(outcomes),
        }


def _numbers(name: str, values: list[str]) -> list[int]:
    """Returns different whole numbers from 1 to 1,000; raises SimulationError for anything else."""
    if not values or not all(value.isascii() and value.isdigit() and 1 <= int(value[:6]) <= 1000 for value in values):
        raise SimulationError(f"--{name} is a list of whole numbers from 1 to 1000.")
    return list(dict.fromkeys(map(int, values)))

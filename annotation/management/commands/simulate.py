"""`manage.py simulate`: what would a team reach with this data? Asked of the real server, before money is spent."""

import dataclasses
import json
import math
import secrets
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotation.simulation import report
from annotation.simulation.arm import Outcome, run_arm
from annotation.simulation.client import Api, log_in
from annotation.simulation.dataset import Dataset, SimulationError, load
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


class Command(BaseCommand):
    help = "Replays a labelled CSV or JSONL file (.gz too) through the REST API with a simulated team and reports."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        for name in ("url", "username", "password"):
            parser.add_argument(f"--{name}", required=True)
        for name, default, meaning in OPTIONS:
            parser.add_argument(f"--{name}", type=type(default), default=default, help=f"{meaning} ({default})")
        parser.add_argument("--compare", help="a second strategy with the same budget, for example random")
        parser.add_argument("--json", type=Path, help="file for the figures")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._check(options)
            dataset = load(
                options["file"], text=options["text"], label=options["label"], n_items=options["items"],
                seed=options["seed"],
            )  # fmt: skip
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
        if options["seconds"] < 0 or not math.isfinite(options["seconds"]):
            raise SimulationError("--seconds cannot be negative.")
        if options["overlap"] > options["annotators"]:
            raise SimulationError("--overlap cannot be more than --annotators: nobody answers an item twice.")

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

"""`manage.py simulate`: what would a team reach with this data? Asked before money is spent.

By default of a real server, through its API; with --offline in this process. Every combination is compared.
"""

import dataclasses
import itertools
import json
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
from annotation.simulation.offline import Choices, rehearse_all
from annotation.simulation.options import LISTS, OPTIONS, Lists, checked
from annotation.simulation.team import Person


class Command(BaseCommand):
    requires_system_checks = ()  # nothing of this machine's own is used
    help = "Replays a labelled CSV or JSONL file (.gz too) with a simulated team and reports what it learned how fast."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        for name in ("url", "username", "password"):
            parser.add_argument(f"--{name}", help="of the server; not needed with --offline")
        for name, default, meaning in OPTIONS:
            parser.add_argument(f"--{name}", type=type(default), default=default, help=f"{meaning} ({default})")
        parser.add_argument("--compare", help="a second strategy with the same budget, for example random")
        for name, meaning in LISTS:
            parser.add_argument(f"--{name}", help=f"{meaning}; separated by commas")
        parser.add_argument("--json", type=Path, help="file for the figures")
        parser.add_argument("--svg", type=Path, help="file for a picture of the learning curves")
        offline = parser.add_argument_group("without a server")
        offline.add_argument("--offline", action="store_true", help="rehearse in this process")
        offline.add_argument("--seeds", type=int, default=3, help="runs of each combination (3)")
        offline.add_argument("--limit", type=float, default=600.0, help="seconds after which no run is begun (600)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lists = checked(options)
            dataset = load(
                options["file"], text=options["text"], label=options["label"], n_items=options["items"],
                seed=options["seed"],
            )  # fmt: skip
            if dataset.n_left_out:
                self._say(f"{dataset.n_left_out:,} rows are left out: their text is empty, or that of an earlier row.")
            (self._rehearse if options["offline"] else self._play)(dataset, lists, options)
        except SimulationError as error:
            raise CommandError(str(error)) from error

    def _rehearse(self, dataset: Dataset, lists: Lists, options: dict[str, Any]) -> None:
        shared = {name: options[name] for name in ("seeds", "noise", "spammers", "labels", "step", "limit")}
        arms = rehearse_all(dataset, Choices(lists, **shared), self._say)
        self.stdout.write("\n" + offline_report.text(arms, dataset.rarest))
        shown = {name: options[name] for name in ("noise", "spammers", "labels", "step", "items", "seed", "seeds")}
        self._write(
            options,
            {"options": shown | {"file": str(options["file"])}, "arms": offline_report.figures(arms)},
            offline_report.picture(arms, f"{options['file'].name}: labels against accuracy"),
        )

    def _play(self, dataset: Dataset, lists: Lists, options: dict[str, Any]) -> None:
        outcomes = self._run(dataset, lists, options)
        self.stdout.write("\n" + report.text(outcomes, dataset.rarest))
        picture = report.picture(outcomes, f"{options['file'].name}: labels against accuracy")
        self._write(options, self._figures(outcomes, options), picture)

    def _write(self, options: dict[str, Any], figures: dict[str, Any], picture: str) -> None:
        try:
            if options["json"]:
                options["json"].write_text(json.dumps(figures, indent=1))
            if options["svg"]:
                options["svg"].write_text(picture)
        except OSError as error:
            raise SimulationError(f"The figures cannot be kept: {error}") from error

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _run(self, dataset: Dataset, lists: Lists, options: dict[str, Any]) -> list[Outcome]:
        admin = Api(options["url"], log_in(options["url"], options["username"], options["password"]))
        run = f"simulation-{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"
        tokens = self._accounts(admin, run, max(lists.teams))
        outcomes: list[Outcome] = []
        for strategy, representation, overlap, team in itertools.product(*lists):
            what = f"{strategy} on {representation}, {team} people, {overlap} answers an item"
            self._say(f"{what}: {options['labels']} labels …")
            outcomes.append(
                run_arm(
                    admin=admin, name=f"{run} {what}"[:200], strategy=strategy, representation=representation,
                    dataset=dataset, people=_people(dict(itertools.islice(tokens.items(), team)), options),
                    overlap=overlap, say=self._say,
                    **{name: options[name] for name in ("labels", "step", "seconds", "seed")},
                )
            )  # fmt: skip
        return outcomes

    def _accounts(self, admin: Api, run: str, n: int) -> dict[str, str]:
        """Makes accounts in a project of their own; returns their tokens by name."""
        home = admin.want("POST", "projects/", {"name": f"{run} people", "kind": "choice", "classes": ["yes", "no"]})
        tokens = {}
        for number in range(n):
            username, password = f"{run}-{number + 1}", secrets.token_urlsafe(12)
            body = {"username": username, "role": "annotator", "password": password}
            admin.want("POST", f"projects/{home['id']}/members/", body)
            tokens[username] = log_in(admin.url, username, password)
        return tokens

    def _figures(self, outcomes: list[Outcome], options: dict[str, Any]) -> dict[str, Any]:
        names = [*(name for name, _, _ in OPTIONS), *(name for name, _ in LISTS), "compare", "url"]
        return {
            "options": {name: options[name] for name in names} | {"file": str(options["file"])},
            "arms": [dataclasses.asdict(outcome) for outcome in outcomes],
            "targets": report.targets(outcomes),
        }


def _people(tokens: dict[str, str], options: dict[str, Any]) -> list[Person]:
    """Returns people with skills around the noise, and paces; the last ones are the spammers."""
    n, people = len(tokens), []
    for number, (username, token) in enumerate(tokens.items()):
        spread = 0.5 + number / max(1, n - 1)
        noise, pace = min(1.0, options["noise"] * spread), 1.75 - 0.5 * spread
        people.append(Person(username, noise, pace, is_spammer=number >= n - options["spammers"], token=token))
    return people

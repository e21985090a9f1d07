"""What `manage.py simulate` is asked for, checked before anything is begun."""

import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from annotation.simulation.dataset import SimulationError
from modeling.encoders import PREFIX
from modeling.rehearsal import TEAM, known_strategies

POOL, TFIDF = "pool", "tfidf"
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
    ("strategy", TEAM, "strategy of the first arm"),
)
LISTS: tuple[tuple[str, str], ...] = (
    ("strategies", f"strategies to compare; by default --strategy and --compare, or with --offline {TEAM},random"),
    ("representations", f"{POOL}, {TFIDF} or {PREFIX}…; with --offline also .npy files: row i belongs to row i"),
    ("overlaps", "answers an item to compare, instead of --overlap"),
    ("teams", "numbers of people to compare, instead of --annotators"),
)
MOST_RUNS = 500
Options = Mapping[str, Any]


class Lists(NamedTuple):
    """Every combination of these is an arm."""

    strategies: list[str]
    representations: list[str]
    overlaps: list[int]
    teams: list[int]


def checked(options: Options) -> Lists:
    """Returns what is compared; raises SimulationError for what cannot be, before time is spent on it."""
    _check_numbers(options)
    for name in ("json", "svg"):
        _check_writable(f"--{name}", options[name])
    if not options["offline"] and not all(options[name] for name in ("url", "username", "password")):
        raise SimulationError("--url, --username and --password say where to simulate; or give --offline.")
    lists = _lists(options)
    n_runs = math.prod(len(one) for one in (lists.strategies, lists.representations, lists.overlaps, lists.teams))
    n_runs *= options["seeds"] if options["offline"] else 1
    if not 1 <= n_runs <= MOST_RUNS:
        raise SimulationError(f"From 1 to {MOST_RUNS} runs can be made; this would be {n_runs}.")
    if max(lists.overlaps) > min(lists.teams) or options["spammers"] > min(lists.teams):
        raise SimulationError(
            "Neither --overlap nor --spammers can be more than the people: nobody answers an item twice."
        )
    _check_rehearsable(lists) if options["offline"] else _check_served(lists)
    return lists


def _check_numbers(options: Options) -> None:
    for name in ("annotators", "overlap", "labels", "items", "step", "seeds"):
        if options[name] < 1:
            raise SimulationError(f"--{name} must be at least 1.")
    if not 0 <= options["noise"] <= 1 or options["spammers"] < 0:
        raise SimulationError("--noise is a share from 0 to 1, --spammers a part of the people.")
    for name in ("seconds", "limit"):
        if not 0 <= options[name] < math.inf:
            raise SimulationError(f"--{name} is a number of seconds, not below 0.")


def _check_writable(name: str, place: Path | None) -> None:
    if place is not None and (place.is_dir() or not os.access(place.parent, os.W_OK)):
        raise SimulationError(f"{name} {place} cannot be written: give a file in a folder that is there.")


def _lists(options: Options) -> Lists:
    alone = [name for name in (options["strategy"], options["compare"]) if name]
    strategies = [TEAM, "random"] if options["offline"] and not options["compare"] else alone
    return Lists(
        _words(options["strategies"], strategies),
        _words(options["representations"], [POOL]),
        _numbers("overlaps", _words(options["overlaps"], [str(options["overlap"])])),
        _numbers("teams", _words(options["teams"], [str(options["annotators"])])),
    )


def _words(given: str | None, otherwise: list[str]) -> list[str]:
    words = otherwise if given is None else [part.strip() for part in given.split(",")]
    return list(dict.fromkeys(filter(None, words)))


def _numbers(name: str, values: list[str]) -> list[int]:
    """Returns different whole numbers from 1 to 1,000; raises SimulationError for anything else."""
    if not values or not all(value.isascii() and value.isdigit() and 1 <= int(value[:6]) <= 1000 for value in values):
        raise SimulationError(f"--{name} is a list of whole numbers from 1 to 1000.")
    return list(dict.fromkeys(map(int, values)))


def _check_rehearsable(lists: Lists) -> None:
    known = known_strategies()
    for name in lists.strategies:
        if name not in known:
            raise SimulationError(f"There is no strategy {name!r} for one class of several. Known: {', '.join(known)}.")


def _check_served(lists: Lists) -> None:
    if not set(lists.representations) <= {POOL, TFIDF}:
        raise SimulationError(f"A server predicts, and so can be measured, on {POOL} and {TFIDF} only; else --offline.")

"""One arm of a simulation: a project, the team's work in it, and what the model had learned at each checkpoint."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotation.simulation.client import Api, wait_for
from annotation.simulation.dataset import Dataset, SimulationError
from annotation.simulation.options import POOL
from annotation.simulation.team import Annotator, Budget, Ledger, Person

CATCH_UP_SECONDS = 30.0
STEP_SECONDS = 300.0
ITEMS_A_CALL = 500
TEXTS_A_CALL = 200


@dataclass(frozen=True)
class Point:
    labels: int
    accuracy: float
    f1_rarest: float
    model_version: int
    caught_up: bool


@dataclass
class Outcome:
    """What came of an arm."""

    strategy: str
    project: int
    points: list[Point] = field(default_factory=list)
    labels: int = 0
    label_accuracy: float = 0.0
    agreement: dict[str, Any] = field(default_factory=dict)
    flags: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    person_seconds: float = 0.0
    answer_p50_ms: float = 0.0
    answer_p95_ms: float = 0.0
    representation: str = POOL
    overlap: int = 1
    team: int = 1


def run_arm(
    *, admin: Api, name: str, strategy: str, representation: str, dataset: Dataset, people: Sequence[Person],
    overlap: int, labels: int, step: int, seconds: float, seed: int, say: Callable[[str], None],
) -> Outcome:  # fmt: skip
    """Returns the outcome after `labels` labels, or fewer when the team ran out of items. Every wait has a limit."""
    settings = {"overlap": overlap, "max_votes": overlap, "strategy": strategy, "representation": representation}
    project = admin.want(
        "POST", "projects/", {"name": name, "kind": "choice", "classes": dataset.classes, "settings": settings}
    )
    path, outcome = f"projects/{project['id']}/", Outcome(strategy, project["id"])
    outcome.representation, outcome.overlap, outcome.team = representation, overlap, len(people)
    for person in people:
        admin.want("POST", f"{path}members/", {"username": person.username, "role": "annotator"})
    for start in range(0, len(dataset.pool), ITEMS_A_CALL):
        batch = dataset.pool[start : start + ITEMS_A_CALL]
        rows = [{"external_id": example.name, "data": {"text": example.text}} for example in batch]
        admin.want("POST", f"{path}items/", {"items": rows})
    budget, ledger = Budget(min(labels, len(dataset.pool) * overlap), step), Ledger()
    truth = {example.name: example.answer for example in dataset.pool}
    team = [
        Annotator(
            person, api=Api(admin.url, person.token), path=path, truth=truth, classes=dataset.classes, budget=budget,
            ledger=ledger, seconds=seconds, seed=f"{seed} {strategy} {number}",
        )
        for number, person in enumerate(people)
    ]  # fmt: skip

    def measure() -> None:
        found = _measure(admin, path, budget.done, dataset)
        outcome.points.extend(found)
        say(_progress(budget, found))

    outcome.seconds = _work(team, budget, measure)
    _report(outcome, admin, path, ledger, truth, people)
    return outcome


def _work(team: Sequence[Annotator], budget: Budget, measure: Any) -> float:
    """Lets the team label from checkpoint to checkpoint; returns the seconds of labelling without the measuring."""
    spent = 0.0
    for person in team:
        person.start()
    while True:
        started = time.monotonic()
        reached = _wait_for_labels(team, budget)
        spent += time.monotonic() - started
        measure()
        if not reached or budget.done >= budget.total:
            break
        budget.open_next()
    budget.close()
    for person in team:
        person.join(STEP_SECONDS)
    if errors := [person.error for person in team if person.error]:
        raise errors[0]
    return spent


def _wait_for_labels(team: Sequence[Annotator], budget: Budget) -> bool:
    """Returns whether the checkpoint was reached, before everybody has left and in time."""
    end = time.monotonic() + STEP_SECONDS
    while not budget.wait_for_gate(1.0):
        if time.monotonic() > end or not any(person.is_alive() for person in team):
            return False
    return True


def _measure(admin: Api, path: str, labels: int, dataset: Dataset) -> list[Point]:
    """Returns the point of this checkpoint, or none while there is no model."""
    caught_up = wait_for(lambda: admin.want("GET", f"{path}model/")["labels_behind"] == 0, CATCH_UP_SECONDS)
    found: list[str] = []
    version = 0
    for start in range(0, len(dataset.test), TEXTS_A_CALL):
        batch = dataset.test[start : start + TEXTS_A_CALL]
        answer = admin.call("POST", f"{path}predict/", {"items": [{"text": example.text} for example in batch]})
        if answer.status == 409:
            return []
        if answer.status != 200:
            raise SimulationError(f"predict/ was answered with {answer.status}: {answer.content}")
        version = answer.content["model_version"]
        found += [one["class"] for one in answer.content["predictions"]]
    truth = [example.answer for example in dataset.test]
    right = sum(one == other for one, other in zip(truth, found, strict=True)) / len(truth)
    return [Point(labels, right, _f1(truth, found, dataset.rarest), version, caught_up)]


def _progress(budget: Budget, found: Sequence[Point]) -> str:
    if not found:
        return f"  {budget.done} of {budget.total} labels, no model yet"
    late = "" if found[0].caught_up else ", the model has not seen all of them"
    return f"  {budget.done} of {budget.total} labels: accuracy {found[0].accuracy:.3f}{late}"


def _f1(truth: Sequence[str], found: Sequence[str], name: str) -> float:
    hits = sum(one == other == name for one, other in zip(truth, found, strict=True))
    return 2 * hits / max(1, truth.count(name) + found.count(name))


def _report(
    outcome: Outcome, admin: Api, path: str, ledger: Ledger, truth: dict[str, str], people: Sequence[Person]
) -> None:
    wrong = {pk for pk, (item, _, chosen) in ledger.given.items() if truth[item] != chosen}
    outcome.labels = len(ledger.given)
    outcome.label_accuracy = 1 - len(wrong) / max(1, len(ledger.given))
    outcome.person_seconds = ledger.person_seconds
    times = sorted(ledger.answer_seconds) or [0.0]
    outcome.answer_p50_ms = 1000 * times[len(times) // 2]
    outcome.answer_p95_ms = 1000 * times[int(0.95 * (len(times) - 1))]
    n_overlap = sum(n > 1 for n in Counter(item for item, _, _ in ledger.given.values()).values())
    wait_for(lambda: admin.want("GET", f"{path}agreement/")["items_with_overlap"] >= n_overlap, CATCH_UP_SECONDS)
    agreement = admin.want("GET", f"{path}agreement/")
    outcome.agreement = {
        "items_with_overlap": agreement["items_with_overlap"],
        "percent": agreement["percent"],
        "krippendorff_alpha": agreement["coefficients"].get("krippendorff_alpha"),
    }
    outcome.flags = _judge_flags(_flags(admin, path), wrong, people)


def _flags(admin: Api, path: str) -> list[dict[str, Any]]:
    flags: list[dict[str, Any]] = []
    page = admin.want("GET", f"{path}flags/")
    while True:
        flags += page["results"]
        if not page["next"] or len(flags) > 5_000:
            return flags
        page = admin.want("GET", f"{path}flags/?{page['next'].partition('?')[2]}")


def _judge_flags(flags: Sequence[dict[str, Any]], wrong: set[int], people: Sequence[Person]) -> dict[str, Any]:
    """Counts how many flags point at what is truly wrong: wrong labels, and people who answer at random."""
    labels = [flag["annotation"] for flag in flags if flag["kind"] == "label_suspect"]
    spammers = {person.username for person in people if person.is_spammer}
    accused = {flag["annotator"] for flag in flags if flag["kind"] in ("annotator_looks_random", "too_fast")}
    return {
        "kinds": dict(Counter(flag["kind"] for flag in flags)),
        "labels_flagged": len(labels),
        "labels_flagged_right": sum(pk in wrong for pk in labels),
        "labels_wrong": len(wrong),
        "spammers": len(spammers),
        "spammers_found": len(accused & spammers),
        "accused_wrongly": len(accused - spammers),
    }

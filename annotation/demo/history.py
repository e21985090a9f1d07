"""A first hour of work in the demo project, given through the same operations as real work."""

import random
import time
from collections.abc import Callable, Sequence

from django.contrib.auth.models import User

from annotation.demo.inbox import CLASSES, FINISHED, Person, messages, people_of
from annotation.models import Annotation, Assignment, Project
from annotation.operations.auditing import audit
from annotation.operations.labeling import assign_next_item, submit_annotation
from annotation.operations.projects import change_project
from annotation.queries.labeling import Lease
from annotation.queries.learning import model_status

LABELS = 180
TWICE_UNTIL = 70
STEP = 20
CATCH_UP_SECONDS = 10.0
LIMIT_SECONDS = 50.0


def play(project: Project, owner: User, *, seed: int = 4, say: Callable[[str], object] = print) -> int:
    """Gives labels until the project has LABELS of them; returns how many were given now.

    At every STEP it waits until the model has caught up, so that the learning curve has points. Without a worker it
    goes on after one wait. May be stopped and called again: it goes on with what is missing.
    """
    # Who is asked next and where from are drawn apart from what she says, which depends on the items she is given.
    turns, rng = random.Random(seed), random.Random(seed)  # noqa: S311 - a demo must be repeatable
    draws = random.Random(f"draws {seed}")  # noqa: S311 - repeatable
    truth = {row["id"]: row["class"] for row in messages()}
    team, end, n_given, model_answers = people_of(project), time.monotonic() + LIMIT_SECONDS, 0, True
    n_labels = Annotation.objects.filter(project=project).count()
    while team and n_labels + n_given < LABELS:
        if n_labels + n_given >= TWICE_UNTIL and project.overlap > 1:
            project = change_project(project=project, user=owner, changes={"settings": {"overlap": 1}})
        if not _one_label(project, _in_turn(team, turns), truth, rng, draws):
            break
        n_given += 1
        if n_given % STEP == 0 and model_answers and time.monotonic() < end:
            model_answers = _caught_up(project, end)
            say(f"{n_labels + n_given} labels" + ("" if model_answers else "; the model does not answer, going on"))
    audit(project=project, actor=owner, verb=FINISHED, detail={"labels": n_labels + n_given})
    return n_given


def _in_turn(team: Sequence[tuple[Person, User]], turns: random.Random) -> Sequence[tuple[Person, User]]:
    """Returns all of the team; the first is drawn by her share of the work."""
    first = turns.choices(range(len(team)), weights=[person.share for person, _ in team])[0]
    return (*team[first:], *team[:first])


def _one_label(
    project: Project,
    team: Sequence[tuple[Person, User]],
    truth: dict[str, str],
    rng: random.Random,
    draws: random.Random,
) -> bool:
    """Returns whether somebody gave a label: the first of the team for whom there is an item."""
    for person, user in team:
        found = assign_next_item(project=project, user=user, count=1, rng=draws).leases
        if found:
            _answer(found[0], person, truth, rng)
            return True
    return False


def _answer(lease: Lease, person: Person, truth: dict[str, str], rng: random.Random) -> None:
    right = truth.get(lease.external_id or "")
    # Reading takes longer for longer messages; nobody is equally fast every time.
    seconds = person.seconds * (0.6 + len(lease.data["text"]) / 200) * rng.lognormvariate(0, 0.35)
    assignment = Assignment.objects.select_related("project", "item").get(pk=lease.id)
    submit_annotation(assignment=assignment, value={"class": _choose(right, person, rng)}, seconds=round(seconds, 1))


def _choose(right: str | None, person: Person, rng: random.Random) -> str:
    names = [name for name, _ in CLASSES]
    if right is None:
        return rng.choice(names)
    if right in person.mixes_up and rng.random() < 0.4:
        return person.mixes_up[right]
    return rng.choice([name for name in names if name != right]) if rng.random() < person.noise else right


def _caught_up(project: Project, end: float) -> bool:
    """Returns whether the live model has looked at every label, within ten seconds."""
    end = min(end, time.monotonic() + CATCH_UP_SECONDS)
    while model_status(project)["labels_behind"]:
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True

"""A project as a dict model: what the rows say, small enough to be compared after every step."""

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime

from annotation.models import Annotation, Assignment, Item, Project, Review, WorkRequest

Key = tuple[int, int]  # item, person


@dataclass
class Slots:
    """How many answers an item may take, and has."""

    limit: int
    taken: int
    open: int
    is_gold: bool

    def allow(self, limit: int) -> None:
        self.limit, self.open = limit, max(limit - self.taken, 0)

    def take(self, n: int) -> None:
        self.taken += n
        self.open = max(self.limit - self.taken, 0)


@dataclass
class Lease:
    id: int
    status: str
    holds_slot: bool
    expires_at: datetime


@dataclass
class Said:
    name: str
    schema_version: int
    revision: int


@dataclass
class State:
    """Items, leases, answers, verdicts by item, standing decisions with their items, and the work that is due."""

    items: dict[int, Slots] = field(default_factory=dict)
    leases: dict[Key, Lease] = field(default_factory=dict)
    answers: dict[Key, Said] = field(default_factory=dict)
    verdicts: dict[int, int] = field(default_factory=dict)
    standing: dict[int, int] = field(default_factory=dict)
    paused: set[int] = field(default_factory=set)
    due: Counter[tuple[str, Key | None]] = field(default_factory=Counter)
    overlap: int = 1
    max_votes: int = 1
    schema_version: int = 1

    def copy(self) -> "State":
        return deepcopy(self)

    def lease(self, assignment: int) -> tuple[Key, Lease]:
        return next((key, lease) for key, lease in self.leases.items() if lease.id == assignment)

    def may_get(self, item: int, person: int) -> bool:
        """Whether the person may be asked about the item now."""
        slots, mine = self.items[item], self.leases.get((item, person))
        return slots.open > 0 and not slots.is_gold and (mine is None or mine.status == "expired")

    def counts_checks(self, item: int) -> int:
        """Lets checks hold slots of the item, which is ordinary again; returns how many are held or answered."""
        given = [lease for (one, _), lease in self.leases.items() if one == item]
        for lease in given:
            lease.holds_slot = True
        return sum(lease.status in ("open", "answered") for lease in given)

    def expire(self, now: datetime) -> int:
        """Ends the leases that ran out, as the reaper does; returns how many."""
        late = [(item, one) for (item, _), one in self.leases.items() if one.status == "open" and one.expires_at < now]
        for item, lease in late:
            lease.status = "expired"
            if lease.holds_slot:
                self.items[item].take(-1)
        return len(late)

    def ask_for_work(self, key: Key | None, *topics: str) -> None:
        self.due.update((topic, key) for topic in topics)


def read(project: Project) -> State:
    """Returns the project's rows as they are."""
    project.refresh_from_db()
    items = Item.objects.filter(project=project)
    leases = Assignment.objects.filter(project=project)
    answers = {row.pk: row for row in Annotation.objects.filter(project=project)}
    standing = list(Review.objects.filter(project=project, undone_at=None).order_by("pk"))
    requests = WorkRequest.objects.filter(project=project).values_list("topic", "annotation")
    keys = {pk: (row.item_id, row.annotator_id) for pk, row in answers.items()}
    return State(
        items={one.pk: Slots(one.slot_limit, one.taken, one.open_slots, one.is_gold) for one in items},
        leases={
            (one.item_id, one.annotator_id): Lease(one.pk, one.status, one.holds_slot, one.expires_at) for one in leases
        },
        answers={keys[pk]: Said(row.value["class"], row.schema_version, row.revision) for pk, row in answers.items()},
        verdicts={one.item_id: one.pk for one in standing if one.value is not None and one.item_id},
        standing={one.pk: one.item_id for one in standing if one.item_id},
        paused={one.about_id for one in standing if one.decision == "pause" and one.about_id},
        due=Counter((topic, keys[annotation] if annotation else None) for topic, annotation in requests),
        overlap=project.overlap,
        max_votes=project.max_votes,
        schema_version=project.schema_version,
    )


def differences(expected: State, found: State) -> list[str]:
    """Returns the parts in which two states differ, in words."""
    told = []
    for name in vars(expected):
        wanted, is_ = getattr(expected, name), getattr(found, name)
        if wanted == is_:
            continue
        if isinstance(wanted, dict):
            keys = [key for key in wanted | is_ if wanted.get(key) != is_.get(key)]
            told += [f"{name}[{key}] is {is_.get(key)}, not {wanted.get(key)}" for key in keys]
        else:
            told.append(f"{name} is {is_}, not {wanted}")
    return told

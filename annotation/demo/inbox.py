"""The demo project: its classes, guidelines, people and messages. All of it is invented."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction

from annotation.models import AuditEvent, Membership, Project, Role
from annotation.operations.auditing import audit
from annotation.operations.members import add_member
from annotation.operations.projects import create_project
from annotation.operations.transfer import add_items

MESSAGES = Path(__file__).with_name("messages.jsonl")
NAME = "Support inbox"
CREATED, FINISHED = "demo.created", "demo.finished"
GOLD = 16
SEED = 1  # of the shuffle: every demo on a new database asks the same messages at random
_LOCK = 7_361_001  # any number that nobody else locks

CLASSES = [
    ("Delivery", "Where is it, when does it come, it came damaged or to the wrong place."),
    ("Billing or refund", "Charges, invoices, vouchers, prices; sending back, exchanging, getting money back."),
    ("Account and login", "Signing in, passwords, personal data, newsletters."),
    ("Product", "It does not work as it should, or somebody asks about it before buying."),
    ("Praise", "Thanks, and nothing to do."),
    ("Safety", "Somebody was hurt or could be: heat, smoke, shocks, sharp edges, breaking parts. Rare and urgent."),
]

GUIDELINES = """\
Which team should read this message first?

Choose by what the writer wants to happen next, not by the words.
- Damaged on the way is Delivery; faulty from the start is Product; once they ask for money back it is \
Billing or refund.
- A wrong amount is Billing or refund, also when it is about a return label.
- Anything that could hurt somebody is Safety, whatever else the message says.
- Two wishes in one message: take the one that has to be dealt with first.
- If you cannot tell, skip it and say why.
"""


@dataclass(frozen=True)
class Person:
    """`noise` is the share of answers that are wrong; `mixes_up` are pairs that this person tends to confuse."""

    username: str
    noise: float
    seconds: float
    share: float
    mixes_up: dict[str, str] = field(default_factory=dict)


PEOPLE = [
    Person("amara.demo", 0.03, 5.2, 0.28),
    Person("bruno.demo", 0.07, 3.9, 0.24),
    Person("chen.demo", 0.05, 4.4, 0.22),
    Person("dora.demo", 0.10, 6.8, 0.14, {"Billing or refund": "Delivery", "Product": "Account and login"}),
    # In a hurry: hardly reads what is there, and shows why flags exist.
    Person("ewan.demo", 0.85, 0.7, 0.12),
]


def messages() -> list[dict[str, Any]]:
    """Returns [{id, text, class}] in the order of the file."""
    return [json.loads(line) for line in MESSAGES.read_text(encoding="utf-8").splitlines()]


def demo_project(owner: User) -> Project:
    """Returns the demo project, made now if there has never been one; two callers at once get the same.

    A demo project that was deleted stays deleted: it is returned with its `deleted_at`.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        made = AuditEvent.objects.filter(verb=CREATED, project__isnull=False).select_related("project").first()
        if made is not None and made.project is not None:
            return made.project
        return _make(owner)


def is_finished(project: Project) -> bool:
    return AuditEvent.objects.filter(project=project, verb=FINISHED).exists()


def _make(owner: User) -> Project:
    project = create_project(
        user=owner,
        name=NAME,
        kind="choice",
        classes=[{"name": name, "description": description} for name, description in CLASSES],
        settings={"overlap": 2, "max_votes": 3, "random_rate": 0.2, "gold_rate": 0.05},
        guidelines=GUIDELINES,
    )
    project.seed = SEED
    project.save(update_fields=["seed"])
    for person in PEOPLE:
        _account(person.username)
        add_member(project=project, actor=owner, username=person.username, role=Role.ANNOTATOR)
    rows = messages()
    gold = {row["id"] for row in rows[:: len(rows) // GOLD][:GOLD]}
    add_items(project=project, rows=[_item(row, row["id"] in gold) for row in rows])
    audit(project=project, actor=owner, verb=CREATED, target=project.name)
    return project


def _account(username: str) -> None:
    """Makes an account that nobody can log in to. One that exists is left alone."""
    if not User.objects.filter(username=username).exists():
        User.objects.create_user(username)


def add_accounts(project: Project, *, actor: User, roles: Iterable[str], password: str | None) -> None:
    """Makes an account of each role, such as reviewer.demo, and a member of it; nobody can log in without a password.

    One that exists is left alone.
    """
    for role in roles:
        username = f"{role}.demo"
        if not User.objects.filter(username=username).exists():
            with transaction.atomic():  # whoever was left without the project would stay so
                User.objects.create_user(username, password=password)
                add_member(project=project, actor=actor, username=username, role=role)


def _item(row: dict[str, Any], is_gold: bool) -> dict[str, Any]:
    item = {"external_id": row["id"], "data": {"text": row["text"]}, "metadata": {"source": "demo"}}
    return item | {"gold": {"class": row["class"]}} if is_gold else item


def people_of(project: Project) -> list[tuple[Person, User]]:
    """Returns the demo people who are still in the project, with their accounts."""
    members = Membership.objects.filter(project=project).select_related("user")
    accounts = {member.user.username: member.user for member in members}
    return [(person, accounts[person.username]) for person in PEOPLE if person.username in accounts]

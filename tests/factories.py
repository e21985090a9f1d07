"""The smallest valid rows for tests. Each function makes one thing and what it cannot exist without."""

import hashlib
import itertools
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from annotation.models import (
    Annotation,
    AnnotationRevision,
    Assignment,
    GoldAnswer,
    Item,
    Membership,
    Project,
    Role,
    Stream,
)

_numbers = itertools.count(1)


def make_user(username: str | None = None, *, password: str | None = None, **fields: Any) -> User:
    """Returns a person; without a password she cannot log in."""
    return User.objects.create_user(username or f"person-{next(_numbers)}", password=password, **fields)


def make_project(*, owner: User | None = None, classes: tuple[str, ...] = ("ham", "spam"), **fields: Any) -> Project:
    """Returns a `choice` project with its owner. `max_votes` follows `overlap` unless it is given."""
    owner = owner or make_user()
    named = [{"name": name, "key": str(i), "color": i, "description": ""} for i, name in enumerate(classes, 1)]
    fields = {"name": f"project {next(_numbers)}", "kind": "choice", "max_votes": fields.get("overlap", 1)} | fields
    project = Project.objects.create(classes=named, created_by=owner, **fields)
    Membership.objects.create(project=project, user=owner, role=Role.OWNER)
    return project


def make_member(project: Project, *, user: User | None = None, role: str = Role.ANNOTATOR) -> User:
    """Returns the person, who is now in the project with that role."""
    user = user or make_user()
    Membership.objects.create(project=project, user=user, role=role)
    return user


def make_item(project: Project, *, text: str | None = None, gold: str | None = None, **fields: Any) -> Item:
    """Returns an item with the project's overlap; `gold` is a class name and makes it a gold item without slots."""
    number = next(_numbers)
    text = f"text {number}" if text is None else text
    limit = fields.pop("slot_limit", 0 if gold else project.overlap)
    defaults: dict[str, Any] = {
        "external_id": f"item-{number}",
        "data": {"text": text},
        "content_hash": hashlib.blake2b(text.encode(), digest_size=16).digest(),
        "length": len(text),
        "shuffle_key": number,
        "open_slots": max(limit - fields.get("taken", 0), 0),
    }
    item = Item.objects.create(project=project, slot_limit=limit, is_gold=gold is not None, **(defaults | fields))
    if gold is not None:
        GoldAnswer.objects.create(item=item, project=project, value={"class": gold})
    return item


def make_assignment(item: Item, annotator: User, *, stream: str = Stream.SHUFFLE, **fields: Any) -> Assignment:
    """Returns an open lease that holds one of the item's slots (none on a gold item); the item counts as drawn."""
    now = timezone.now()
    holds_slot = not item.is_gold
    defaults: dict[str, Any] = {
        "probability": 1.0,
        "reason": {"kind": stream},
        "expires_at": now + timedelta(minutes=15),
        "created_at": now,
        "holds_slot": holds_slot,
    }
    assignment = Assignment.objects.create(
        project_id=item.project_id, item=item, annotator=annotator, stream=stream, **(defaults | fields)
    )
    if holds_slot:
        taken = F("taken") + 1
        Item.objects.filter(pk=item.pk).update(
            taken=taken, open_slots=Greatest(F("slot_limit") - taken, Value(0)), drawn_at=now,
            draw_stream=stream, draw_probability=assignment.probability,
        )  # fmt: skip
        item.refresh_from_db()
    return assignment


def make_annotation(
    item: Item, annotator: User, name: str, *, seconds: float | None = None, **lease: Any
) -> Annotation:
    """Returns the annotator's answer, the class `name`, with its answered assignment and its first revision."""
    now = timezone.now()
    assignment = make_assignment(item, annotator, **lease)
    Assignment.objects.filter(pk=assignment.pk).update(status=Assignment.Status.ANSWERED, closed_at=now)
    answer: dict[str, Any] = {"value": {"class": name}, "seconds": seconds}
    annotation = Annotation.objects.create(
        assignment=assignment, project_id=item.project_id, item=item, annotator=annotator,
        created_at=now, updated_at=now, **answer,
    )  # fmt: skip
    AnnotationRevision.objects.create(annotation=annotation, revision=1, created_at=now, **answer)
    return annotation

"""Projects and their policies: create_project, change_project, merge_classes, delete_project."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from annotation.errors import Conflict, InvalidValue
from annotation.kinds import kind_of
from annotation.models import GuidelineVersion, Membership, Project, Role, Topic
from annotation.operations.auditing import audit
from annotation.operations.classes import (
    apply_classes,
    changed_classes,
    checked_classes,
    checked_text,
    merged_classes,
)
from annotation.operations.outbox import free_lane_of, request_work
from annotation.operations.project_settings import checked_settings
from annotation.operations.retry import retried
from annotation.operations.slots import Policy, set_slot_limits
from annotation.sentences import say, told

MAX_GUIDELINES = 50_000
ASKED_BY_CHANGES = {
    Topic.REPRESENT: {"representation"},
    Topic.SCORE: {"queue_source", "suggestions"},
    Topic.LEARN: {"classes", "class_history", "strategy", "cost_aware", "classifier", "classifier_params"},
    Topic.QUALITY: {"classes", "class_history", "target_confidence", "max_votes"},
}
Check = Callable[[Project], None]


def create_project(
    *,
    user: User,
    name: Any,
    kind: Any,
    classes: Any = (),
    settings: Mapping[str, Any] | None = None,
    guidelines: str = "",
) -> Project:
    """Returns the new project, owned by its creator. Raises InvalidValue naming every field that does not fit."""
    question = kind_of(checked_text(kind, "kind"))
    policy = checked_settings(settings or {}, Project(kind=question.name), user)
    with transaction.atomic():
        project = Project.objects.create(
            name=_name(name),
            kind=question.name,
            classes=checked_classes(classes, question),
            guidelines=checked_text(guidelines, "guidelines", MAX_GUIDELINES),
            created_by=user,
            **policy,
        )
        Membership.objects.create(project=project, user=user, role=Role.OWNER)
        _keep_guidelines(project, user)
        audit(project=project, actor=user, verb="project.created", target=project.name)
    return project


@retried
def change_project(*, project: Project, user: User, changes: Mapping[str, Any], check: Check | None = None) -> Project:
    """Returns the project with the changes made; all or none. Unknown names raise InvalidValue. `check` is asked about
    the project that is locked; what it raises ends it.

    A `schema_version` among the changes is the one that they were made for: another one by now raises Conflict. Answers
    keep their meaning when classes change: see `classes.changed_classes`. A new overlap holds for every item from the
    moment this returns; leases and answers that exist stay.
    """
    unknown = set(changes) - {"name", "classes", "settings", "guidelines", "schema_version"}
    if unknown:
        raise InvalidValue("Some fields cannot be changed.", fields=dict.fromkeys(sorted(unknown), "cannot be changed"))
    with transaction.atomic():
        # Not FOR UPDATE: that would stop claims, which hold items and want the project's key, while we want the items.
        project = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        if check is not None:
            check(project)
        before = Policy.of(project)
        check_schema(project, changes.get("schema_version"))
        fields = _apply(project, user, changes)
        if fields:
            project.save(update_fields=fields)
            _keep_guidelines(project, user)
            audit(project=project, actor=user, verb="project.changed", detail={"changes": dict(changes)})
        if Policy.of(project) != before:
            set_slot_limits(project, before=before)
        _ask_for_work(project, fields)
    return project


@retried
def merge_classes(
    *,
    project: Project,
    user: User,
    classes: Any,
    into: Any,
    schema_version: int | None = None,
    check: Check | None = None,
) -> Project:
    """Returns the project without `classes` but `into`, which their answers mean from now on; none is rewritten.

    `check` as in change_project.
    Raises InvalidValue for names that the project does not have, Conflict when its schema is another by now.
    """
    with transaction.atomic():
        project = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        if check is not None:
            check(project)
        check_schema(project, schema_version)
        fields = apply_classes(project, merged_classes(project, classes, into))
        if fields:
            Project.objects.filter(pk=project.pk).update(**fields)
            project.refresh_from_db()
            audit(project=project, actor=user, verb="classes.merged", detail={"classes": classes, "into": into})
        _ask_for_work(project, list(fields))
    return project


def check_schema(project: Project, version: Any) -> None:
    """Raises Conflict when a client that says for which schema it speaks has missed a change of classes."""
    if version is not None and version != project.schema_version:
        raise Conflict(
            f"The classes have changed: this was made for schema {version}, which is {project.schema_version} by now.",
            code="stale_schema",
            fields={"schema_version": f"is {project.schema_version}"},
        )


def _ask_for_work(project: Project, fields: Sequence[str]) -> None:
    for topic, reasons in ASKED_BY_CHANGES.items():
        if reasons & set(fields):
            free_lane_of(project.pk, topic)
            if topic == Topic.LEARN:
                free_lane_of(project.pk, Topic.SCORE)  # a strategy that failed there may be another one by now
            request_work(project_id=project.pk, topic=topic)


def _keep_guidelines(project: Project, user: User) -> None:
    """Writes down the guidelines as the newest version, unless that is written down."""
    GuidelineVersion.objects.get_or_create(
        project=project,
        version=project.guidelines_version,
        defaults={"text": project.guidelines, "created_by": user, "created_at": Now()},
    )


def _apply(project: Project, user: User, changes: Mapping[str, Any]) -> list[str]:
    new: dict[str, Any] = {}
    if "name" in changes:
        new["name"] = _name(changes["name"])
    if "guidelines" in changes:
        new["guidelines"] = checked_text(changes["guidelines"], "guidelines", MAX_GUIDELINES)
        new["guidelines_version"] = project.guidelines_version + (new["guidelines"] != project.guidelines)
    if "classes" in changes:
        new |= apply_classes(project, changed_classes(project, changes["classes"]))
    if "settings" in changes:
        new |= checked_settings(changes["settings"], project, user)
    changed = [name for name, value in new.items() if getattr(project, name) != value]
    for name in changed:
        setattr(project, name, new[name])
    return changed


def _name(value: Any) -> str:
    name = checked_text(value, "name", 200).strip()
    if not name:
        raise InvalidValue(
            say("project.name", "A project needs a name."), fields={"name": told("project.name", "empty")}
        )
    return name


@retried
def delete_project(*, project: Project, actor: User, check: Check | None = None) -> None:
    """Puts a tombstone: the project is gone for everybody at once, and running jobs stop at their next batch.

    `check` as in change_project.
    """
    with transaction.atomic():
        locked = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        if check is not None:
            check(locked)
        Project.objects.filter(pk=project.pk).update(deleted_at=Now())
        audit(project=project, actor=actor, verb="project.deleted", target=project.name)

"""Projects, their people and their policies: create_project, change_project, add_member, remove_member."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from annotation import tracing
from annotation.callables import strategy_refusal
from annotation.classifiers import classifier_refusals
from annotation.errors import Conflict, Forbidden, InvalidValue, NotFound
from annotation.kinds import kind_of
from annotation.models import AuditEvent, GuidelineVersion, Membership, Project, QueueSource, Role, Suggestions, Topic
from annotation.operations.classes import (
    apply_classes,
    changed_classes,
    checked_classes,
    checked_text,
    merged_classes,
)
from annotation.operations.outbox import free_lane_of, request_work
from annotation.operations.passwords import refuse_unfit
from annotation.operations.retry import retried
from annotation.operations.slots import Policy, set_slot_limits
from annotation.representations import representation_refusal
from annotation.sentences import say, told

MAX_GUIDELINES = 50_000
USERNAME = re.compile(r"[\w.@+-]{1,150}")

# Each setting with its type and its range; what is not here does not exist.
OPTIONAL = {"predict_to_queue_below", "target_accuracy"}
RANGES: dict[str, tuple[type, float, float]] = {
    "overlap": (int, 1, 100),
    "max_votes": (int, 1, 100),
    "lease_seconds": (int, 5, 7 * 24 * 3600),
    "target_accuracy": (float, 0.01, 1),
    "predict_to_queue_below": (float, 0.01, 1),
    "random_rate": (float, 0, 1),
    "gold_rate": (float, 0, 1),
    "training_items": (int, 0, 100),
    "training_pass_mark": (float, 0, 1),
    "target_confidence": (float, 0.5, 1),
    "overlap_share": (float, 0, 1),
    "relabel_rate": (float, 0, 1),
    "pause_at_odds": (float, 0, 1e9),
}
SWITCHES = ("spans_overlap", "cost_aware", "show_names", "blind_review")
SETTINGS = (
    *RANGES,
    "suggestions",
    "strategy",
    "classifier",
    "classifier_params",
    *SWITCHES,
    "representation",
    "queue_source",
)
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


def checked_settings(given: Any, project: Project, user: User) -> dict[str, Any]:
    """Returns the given settings, checked against the project's others. Raises InvalidValue."""
    if not isinstance(given, dict):
        raise InvalidValue("settings must be an object.", fields={"settings": "not an object"})
    wrong = {f"settings.{name}": "there is no such setting" for name in given if name not in SETTINGS}
    for name, (kind, low, high) in RANGES.items():
        if name in given and not (given[name] is None and name in OPTIONAL) and not _fits(given[name], kind, low, high):
            what = f"must be {'a whole number' if kind is int else 'a number'} from {{low}} to {{high}}"
            code = "setting.whole" if kind is int else "setting.number"
            wrong[f"settings.{name}"] = say(code, f"{what}{' or null' if name in OPTIONAL else ''}", low=low, high=high)
    for name in SWITCHES:
        if name in given and not isinstance(given[name], bool):
            wrong[f"settings.{name}"] = say("setting.switch", "must be true or false")
    if "strategy" in given and (refusal := strategy_refusal(given["strategy"], project.kind)):
        wrong["settings.strategy"] = refusal
    wrong |= _source_refusals(given, project, user)
    named = _classifier(given, project)
    wrong |= classifier_refusals(**named, kind=project.kind)
    if wrong:
        raise InvalidValue(say("settings", "Some settings do not fit."), fields=wrong)
    overlap = given.get("overlap", project.overlap)
    follows = "max_votes" not in given and "overlap" in given and project.max_votes == project.overlap
    max_votes = overlap if follows else given.get("max_votes", project.max_votes)
    if max_votes < overlap:
        message = say("setting.max_votes", "max_votes cannot be smaller than overlap.", least=overlap)
        at_least = told("setting.at_least", f"must be at least {overlap}", n=overlap)
        raise InvalidValue(message, fields={"settings.max_votes": at_least})
    return dict(given) | {"max_votes": max_votes, "classifier": named["name"], "classifier_params": named["params"]}


def _classifier(given: Mapping[str, Any], project: Project) -> dict[str, Any]:
    """Returns the classifier and its settings; those of another classifier are not kept."""
    name = given.get("classifier", project.classifier)
    kept = project.classifier_params if name == project.classifier else {}
    return {"name": name, "params": given.get("classifier_params", kept)}


def _source_refusals(given: Mapping[str, Any], project: Project, user: User) -> dict[str, str]:
    """Returns what is wrong with where vectors, the queue and suggestions are to come from."""
    wrong = {}
    if given.get("representation", project.representation) != project.representation:
        wrong = representation_refusal(given["representation"], by_operator=user.is_superuser)
    if given.get("queue_source", QueueSource.MODEL) not in QueueSource.values:
        wrong["settings.queue_source"] = f"must be one of {', '.join(QueueSource.values)}"
    if given.get("suggestions", Suggestions.GIVEN) not in Suggestions.values:
        wrong["settings.suggestions"] = f"must be one of {', '.join(Suggestions.values)}"
    return wrong


def _fits(value: Any, kind: type, low: float, high: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, int if kind is int else int | float):
        return False
    return low <= value <= high


def _name(value: Any) -> str:
    name = checked_text(value, "name", 200).strip()
    if not name:
        raise InvalidValue(
            say("project.name", "A project needs a name."), fields={"name": told("project.name", "empty")}
        )
    return name


@retried
def add_member(*, project: Project, actor: User, username: Any, role: Any, password: Any = None) -> Membership:
    """Returns the membership; an existing one gets the new role. With a password the account is made first.

    Raises NotFound (no such person), Conflict (the account exists already), Forbidden (accounts are made by instance
    administrators; nobody gives a role above her own), InvalidValue.
    """
    if role not in Role.values:
        raise InvalidValue(f"role must be one of {', '.join(Role.values)}.", fields={"role": "unknown"})
    username = _username(username)
    own = getattr(project, "role", Role.OWNER)
    if Role(role).rank > Role(own).rank:
        raise Forbidden(say("role.owner_only", "Only an owner can do this; your role is {role}.", role=own))
    with transaction.atomic():
        user = _account_by(actor, username, password) if password is not None else _account(username)
        owners = _locked_owners(project)
        before = Membership.objects.select_for_update().filter(project=project, user=user).first()
        if before and Role(before.role).rank > Role(own).rank:
            raise Forbidden(say("role.owners_role", "An owner's role can be changed by an owner only."))
        if before and before.role == Role.OWNER and role != Role.OWNER:
            _keep_an_owner(owners, user)
        membership, _ = Membership.objects.update_or_create(project=project, user=user, defaults={"role": role})
        audit(project=project, actor=actor, verb="member.set", target=username, detail={"role": role})
    return membership


def _username(given: Any) -> str:
    """Returns the name as accounts are stored: one spelling of letters that look the same.

    A name of dots alone would be a step upwards in an address: whoever removes `..` would delete the project.
    """
    name = unicodedata.normalize("NFKC", given) if isinstance(given, str) else ""
    if not USERNAME.fullmatch(name) or not name.strip("."):
        english = "A user name has letters, digits and @ . + - _ only, and is more than dots."
        message = say("account.username", english)
        raise InvalidValue(message, fields={"username": told(message.code, "not a user name")})
    return name


@retried
def remove_member(*, project: Project, actor: User, username: str) -> None:
    """Ends a membership; what the person did stays. Raises NotFound, and Conflict for the last owner."""
    with transaction.atomic():
        owners = _locked_owners(project)
        named = Membership.objects.select_for_update().filter(project=project, user__username=username)
        membership = None if "\0" in username else named.first()
        if membership is None:
            raise NotFound("There is no such member.")
        if Role(membership.role).rank > Role(getattr(project, "role", Role.OWNER)).rank:
            raise Forbidden(say("role.owner_removed", "An owner can be removed by an owner only."))
        if membership.role == Role.OWNER:
            _keep_an_owner(owners, membership.user)
        membership.delete()
        audit(project=project, actor=actor, verb="member.removed", target=username)


def _locked_owners(project: Project) -> list[Membership]:
    """Returns the owners, locked in one order before any other member: two who remove each other cannot deadlock."""
    owners = Membership.objects.select_for_update().filter(project=project, role=Role.OWNER)
    return list(owners.order_by("pk"))


def _keep_an_owner(owners: list[Membership], leaving: User) -> None:
    if all(owner.user_id == leaving.pk for owner in owners):
        raise Conflict("A project keeps at least one owner.", code="last_owner")


def _account(username: str) -> User:
    user = get_user_model().objects.filter(username=username, is_active=True).first()
    if user is None:
        english = "There is no such person. An administrator can make the account by giving a password."
        raise NotFound(say("account.nobody", english))
    return user


def _account_by(actor: User, username: str, password: Any) -> User:
    if not actor.is_superuser:
        raise Forbidden(say("account.by_administrator", "Only an administrator of this instance can make accounts."))
    return new_account(username, password)


def new_account(username: Any, password: Any) -> User:
    """Returns a new account. Raises InvalidValue for a name or password that will not do, Conflict for a taken name."""
    username = _username(username)
    if not isinstance(password, str) or "\0" in password:
        raise InvalidValue("The password must be a text.", fields={"password": "not a text"})
    refuse_unfit(password, User(username=username))
    return _create_account(username, password)


def new_account_without_password(username: Any) -> User:
    """Returns a new account that nobody logs in to by a password. Raises as `new_account` does."""
    return _create_account(_username(username), None)


def _create_account(username: str, password: str | None) -> User:
    try:
        with transaction.atomic():
            return get_user_model().objects.create_user(username=username, password=password)
    except IntegrityError as error:
        raise Conflict(
            "There is an account of this name already: take another name, or leave the password out.",
            code="account_exists",
        ) from error


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


def audit(
    *, project: Project | None, actor: User | None, verb: str, target: str = "", detail: Mapping[str, Any] | None = None
) -> None:
    AuditEvent.objects.create(
        project=project, actor=actor, verb=verb, target=target[:200], detail=dict(detail or {}),
        request_id=tracing.request_id(),
    )  # fmt: skip

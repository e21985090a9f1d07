"""The people of a project: add_member, remove_member."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import transaction

from annotation.errors import Conflict, Forbidden, InvalidValue, NotFound
from annotation.models import Membership, Project, Role
from annotation.operations.auditing import audit
from annotation.operations.new_accounts import checked_username, new_account
from annotation.operations.retry import retried
from annotation.sentences import say


@retried
def add_member(*, project: Project, actor: User, username: Any, role: Any, password: Any = None) -> Membership:
    """Returns the membership; an existing one gets the new role. With a password the account is made first.

    Raises NotFound (no such person), Conflict (the account exists already), Forbidden (accounts are made by instance
    administrators; nobody gives a role above her own), InvalidValue.
    """
    if role not in Role.values:
        raise InvalidValue(f"role must be one of {', '.join(Role.values)}.", fields={"role": "unknown"})
    username = checked_username(username)
    own = getattr(project, "role", Role.OWNER)
    if Role(role).rank > Role(own).rank:
        raise Forbidden(say("role.owner_only", "Only an owner can do this; your role is {role}.", role=own))
    with transaction.atomic():
        user = _account_by(actor, username, password) if password is not None else _account(actor, username)
        owners = _locked_owners(project)
        before = Membership.objects.select_for_update().filter(project=project, user=user).first()
        if before and Role(before.role).rank > Role(own).rank:
            raise Forbidden(say("role.owners_role", "An owner's role can be changed by an owner only."))
        if before and before.role == Role.OWNER and role != Role.OWNER:
            _keep_an_owner(owners, user)
        membership, _ = Membership.objects.update_or_create(project=project, user=user, defaults={"role": role})
        audit(project=project, actor=actor, verb="member.set", target=username, detail={"role": role})
    return membership


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


def _account(actor: User, username: str) -> User:
    user = get_user_model().objects.filter(username=username, is_active=True).first()
    if user is not None:
        return user
    if actor.is_superuser:
        raise NotFound(say("account.nobody", "There is no such person. Give a password and the account is made."))
    raise NotFound(
        say("account.nobody_to_invite", "There is no such person. Invite her by a link: she makes her account.")
    )


def _account_by(actor: User, username: str, password: Any) -> User:
    if not actor.is_superuser:
        raise Forbidden(say("account.by_administrator", "Only an administrator of this instance can make accounts."))
    return new_account(username, password)

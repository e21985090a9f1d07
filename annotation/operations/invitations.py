"""Invitations by link: made, revoked, looked at and accepted. The database knows only a link's hash."""

import secrets
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from annotation.errors import Forbidden, InvalidValue, NotFound
from annotation.models import Invitation, Membership, Project, Role
from annotation.operations.auditing import audit
from annotation.operations.new_accounts import new_account
from annotation.operations.retry import retried
from annotation.operations.tokens import digest
from annotation.sentences import say

ROLES = (Role.ANNOTATOR, Role.REVIEWER, Role.MANAGER)
OVER = say(
    "invitation.over",
    "This invitation has ended: it was used up, taken back, or its time is over. Ask for another one.",
)


@retried
def invite(*, project: Project, actor: User, role: str, days: int, uses: int) -> tuple[Invitation, str]:
    """Returns the invitation and the secret of its link, which cannot be had again.

    Raises Forbidden for a role above the actor's own; owners are not invited by link.
    """
    if role not in ROLES:
        raise InvalidValue(f"role must be one of {', '.join(ROLES)}.", fields={"role": "unknown"})
    if Role(role).rank > Role(project.role).rank:
        raise Forbidden(
            say("invitation.role", "Nobody invites to more than her own role, which is {role}.", role=project.role)
        )
    secret, now = secrets.token_urlsafe(24), timezone.now()
    with transaction.atomic():
        row = Invitation.objects.create(
            project=project, role=role, digest=digest(secret), most_uses=uses, created_by=actor, created_at=now,
            expires_at=now + timedelta(days=days),
        )  # fmt: skip
        audit(project=project, actor=actor, verb="invitation.made", target=role, detail={"invitation": row.pk})
    return row, secret


@retried
def revoke(*, project: Project, actor: User, invitation_id: int) -> None:
    """Ends an invitation; who came in by it stays. Again it changes nothing. Raises NotFound."""
    with transaction.atomic():
        found = Invitation.objects.filter(project=project, pk=invitation_id)
        if found.filter(revoked_at=None).update(revoked_at=timezone.now()):
            audit(project=project, actor=actor, verb="invitation.revoked", detail={"invitation": invitation_id})
        elif not found.exists():
            raise NotFound("There is no such invitation.")


def look(secret: str) -> Invitation:
    """Returns the invitation behind a link. Raises NotFound for one that has ended, or never was.

    It ends, too, while its maker may not invite any more: nobody comes back by a link that she kept.
    """
    found = _open(secret).select_related("project", "created_by").first()
    if found is None:
        raise NotFound(OVER)
    return found


@retried
def accept(*, secret: str, user: User) -> Membership:
    """Returns the membership; a member keeps her role where it is the larger one, and uses nothing up.

    Of several people at once, no more come in than the invitation says. Raises NotFound when it has ended.
    """
    with transaction.atomic():
        invitation = look(secret)
        there = Membership.objects.select_for_update().filter(project=invitation.project, user=user).first()
        if there is not None and Role(there.role).rank >= Role(invitation.role).rank:
            return there
        # Of one table only: a join would be read before the row is waited for, and let one too many in.
        if not Invitation.objects.filter(pk=invitation.pk, **_still()).update(n_uses=F("n_uses") + 1):
            raise NotFound(OVER)
        made, _ = Membership.objects.update_or_create(
            project=invitation.project, user=user, defaults={"role": invitation.role}
        )
        detail = {"role": invitation.role, "invitation": invitation.pk}
        audit(project=invitation.project, actor=user, verb="member.joined", target=user.get_username(), detail=detail)
    return made


def join(*, secret: str, username: Any, password: Any) -> User:
    """Returns the account made for somebody new, who is a member now; all or nothing.

    Raises NotFound, InvalidValue for a name or password that will not do, Conflict for a name that is taken.
    """
    with transaction.atomic():
        look(secret)
        user = new_account(username, password)
        accept(secret=secret, user=user)
    return user


def maker_may_invite() -> Q:
    """The condition that who made an invitation could make it today."""
    may = Membership.objects.filter(
        project=OuterRef("project"), user=OuterRef("created_by"), role__in=(Role.MANAGER, Role.OWNER)
    )
    return Q(created_by__is_active=True) & (Q(created_by__is_superuser=True) | Q(Exists(may)))


def _open(secret: str) -> QuerySet[Invitation]:
    found = Invitation.objects.filter(digest=digest(secret), project__deleted_at=None, **_still())
    return found.filter(maker_may_invite())


def _still() -> dict[str, Any]:
    return {"revoked_at": None, "expires_at__gt": timezone.now(), "n_uses__lt": F("most_uses")}

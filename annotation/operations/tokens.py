"""Tokens for programs: made, taken back, each with an audit event. The database knows only a token's hash."""

import hashlib
import secrets
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from annotation.errors import InvalidValue, NotFound
from annotation.models import ApiToken, Project
from annotation.operations.auditing import audit
from annotation.sentences import say, told

PREFIX = "qt_"


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def issue_token(
    user: User,
    name: str = "",
    *,
    read_only: bool = False,
    project: Project | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Returns the stored row and the token itself, which cannot be had again.

    It may be limited to reading, to one project, and to a time; raises InvalidValue for a time that is over.
    """
    if expires_at is not None and expires_at <= timezone.now():
        message = say("token.past", "The token would be of no use.")
        raise InvalidValue(message, fields={"expires_at": told(message.code, "in the past")})
    token = PREFIX + secrets.token_urlsafe(32)
    limits = {"read_only": read_only, "project": project, "expires_at": expires_at}
    with transaction.atomic():
        row = ApiToken.objects.create(user=user, name=name, digest=digest(token), **limits)
        audit(project=project, actor=user, verb="token.made", target=name, detail={"token": row.pk})
    return row, token


def take_back(*, user: User, token_id: int) -> None:
    """Deletes one of the person's own tokens; its next request is refused. Raises NotFound for any other."""
    with transaction.atomic():
        row = ApiToken.objects.filter(user=user, pk=token_id).select_related("project").first()
        if row is None:
            raise NotFound("There is no such token.")
        row.delete()
        audit(project=row.project, actor=user, verb="token.taken_back", target=row.name, detail={"token": token_id})

"""Who is calling: a token from a program, or the session of the page."""

from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import connection
from django.db.models.functions import Now
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from annotation import rows
from annotation.models import ApiToken
from annotation.operations.tokens import digest

# Plain SQL: this runs with every request of a program, and building it by the ORM costs more than running it.
OWNER_FIELDS = ("id", "is_superuser", "username", "is_staff", "is_active")  # in the model's order, for from_db
OWNER = """
    SELECT person.id, person.is_superuser, person.username, person.is_staff, person.is_active, token.id,
           coalesce(token.last_used_on = current_date, false), token.read_only, token.project_id, token.expires_at
    FROM annotation_apitoken token JOIN auth_user person ON person.id = token.user_id
    WHERE token.digest = %s AND person.is_active AND (token.expires_at IS NULL OR token.expires_at > now())
"""


class Found(NamedTuple):
    """A token's owner, its id, whether it was used today, and its limits."""

    user: User
    token_id: int
    used_today: bool
    read_only: bool
    project_id: int | None
    ends_at: datetime | None


def _owner(key: bytes) -> Found | None:
    """Returns what is known of the token; None for one that is unknown or whose time is over."""
    row = rows.one(OWNER, [key])
    if row is None:
        return None
    known, rest = row[: len(OWNER_FIELDS)], row[len(OWNER_FIELDS) :]
    return Found(User.from_db(connection.alias, OWNER_FIELDS, known), *rest)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token …`. One query; the database knows only the token's hash."""

    def authenticate(self, request: Request) -> tuple[User, int] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"token":
            return None
        if len(parts) != 2:
            raise AuthenticationFailed("The header must be: Authorization: Token …")
        found = _owner(digest(parts[1].decode("latin-1")))
        if found is None:
            raise AuthenticationFailed("The token is unknown, was taken back, or its time is over.")
        if found.read_only and request.method not in SAFE_METHODS:
            raise PermissionDenied("This token may only read.")
        if not found.used_today:
            ApiToken.objects.filter(pk=found.token_id).update(last_used_on=Now())
        found.user.only_project = found.project_id  # type: ignore[attr-defined] # asked for by access
        found.user.token_ends_at = found.ends_at  # type: ignore[attr-defined] # the same
        return found.user, found.token_id

    def authenticate_header(self, request: Request) -> str:
        return "Token"


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # its base is untyped
    """How the schema tells of it."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "Token …, from auth/token/ or tokens/",
        }

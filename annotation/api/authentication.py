"""Who is calling: a token from a program, or the session of the page."""

import hashlib
import secrets

from django.contrib.auth.models import User
from django.db import connection
from django.db.models.functions import Now
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from annotation import rows
from annotation.models import ApiToken


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def issue_token(user: User, name: str = "") -> tuple[ApiToken, str]:
    """Returns the stored row and the token itself, which cannot be had again."""
    token = f"qt_{secrets.token_urlsafe(32)}"
    return ApiToken.objects.create(user=user, name=name, digest=digest(token)), token


# Plain SQL: this runs with every request of a program, and building it by the ORM costs more than running it.
OWNER_FIELDS = ("id", "is_superuser", "username", "is_staff", "is_active")  # in the model's order, for from_db
OWNER = """
    SELECT person.id, person.is_superuser, person.username, person.is_staff, person.is_active, token.id,
           coalesce(token.last_used_on = current_date, false)
    FROM annotation_apitoken token JOIN auth_user person ON person.id = token.user_id
    WHERE token.digest = %s AND person.is_active
"""


def _owner(key: bytes) -> tuple[User, int, bool] | None:
    """Returns the token's owner, its id, and whether it was used today; None for an unknown token."""
    row = rows.one(OWNER, [key])
    if row is None:
        return None
    *known, token_id, used_today = row
    return User.from_db(connection.alias, OWNER_FIELDS, known), token_id, used_today


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
            raise AuthenticationFailed("The token is unknown or was taken back.")
        user, token_id, used_today = found
        if not used_today:
            ApiToken.objects.filter(pk=token_id).update(last_used_on=Now())
        return user, token_id

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

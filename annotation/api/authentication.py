"""Who is calling: a token from a program, or the session of the page."""

import hashlib
import secrets

from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from annotation.models import ApiToken


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def issue_token(user: User, name: str = "") -> tuple[ApiToken, str]:
    """Returns the stored row and the token itself, which cannot be had again."""
    token = f"qt_{secrets.token_urlsafe(32)}"
    return ApiToken.objects.create(user=user, name=name, digest=digest(token)), token


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token …`. One query; the database knows only the token's hash."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"token":
            return None
        if len(parts) != 2:
            raise AuthenticationFailed("The header must be: Authorization: Token …")
        key = digest(parts[1].decode("latin-1"))
        token = ApiToken.objects.select_related("user").filter(digest=key, user__is_active=True).first()
        if token is None:
            raise AuthenticationFailed("The token is unknown or was taken back.")
        today = timezone.now().date()
        if token.last_used_on != today:
            ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Token"

"""What django-allauth asks us: how passwords are tried, where people come from, how secrets are kept."""

import base64
import hashlib
import logging
import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from rest_framework.exceptions import Throttled

from annotation.api.throttles import FailedLogins, network_of
from annotation.login import factors
from annotation.login.words import TOO_MANY

logger = logging.getLogger(__name__)


class Accounts(DefaultAccountAdapter):
    """Nobody signs up here; a password that is asked again counts with failed log-ins."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return network_of(request)

    def reauthenticate(self, user: User, password: str) -> bool:
        failures = FailedLogins(context.request, user.get_username())
        try:
            failures.check()
        except Throttled as refusal:
            raise ValidationError(TOO_MANY) from refusal
        if user.check_password(password):
            return True
        failures.add()
        return False


class Factors(DefaultMFAAdapter):
    """Secrets are encrypted with a key made from QUERENT_SECRET_KEY; nobody gives up a factor that the rule wants."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Returns the secret; under another key a random one, which no code fits."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            logger.error("a second factor was stored under another QUERENT_SECRET_KEY: take it back in the admin")
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        return authenticator.type != "totp" or not factors.is_required(authenticator.user)


def _cipher() -> Fernet:
    key = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, person=b"second factor").digest()
    return Fernet(base64.urlsafe_b64encode(key))

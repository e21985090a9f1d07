"""The optional log-in by an identity provider and second factors: the environment, and Django's settings for it.

Both need the packages of requirements-login.txt; without these settings none of them is imported.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import environment

PROVIDER = "oidc"  # how the one provider is called in addresses
CREDENTIALS = ("QUERENT_OIDC_CLIENT_ID", "QUERENT_OIDC_CLIENT_SECRET")
LEVELS = ("optional", "administrators", "managers")


@dataclass(frozen=True)
class Oidc:
    """One OpenID Connect provider, and whom it may let in."""

    issuer: str
    client_id: str
    secret: str
    name: str
    username_claim: str
    makes_accounts: bool
    domains: frozenset[str]


def oidc() -> Oidc | None:
    """Returns the provider, None where no issuer is named; raises ImproperlyConfigured for half of one."""
    issuer = environment.text("QUERENT_OIDC_ISSUER", "")
    if not issuer:
        for name in CREDENTIALS:
            if environment.text(name, ""):
                raise ImproperlyConfigured(f"{name} is set without QUERENT_OIDC_ISSUER.")
        return None
    _check_address(issuer)
    return Oidc(
        issuer=issuer.rstrip("/"),
        client_id=_needed(CREDENTIALS[0]),
        secret=_needed(CREDENTIALS[1]),
        name=environment.text("QUERENT_OIDC_NAME", "single sign-on"),
        username_claim=environment.text("QUERENT_OIDC_USERNAME_CLAIM", "preferred_username"),
        makes_accounts=environment.flag("QUERENT_OIDC_MAKES_ACCOUNTS"),
        domains=frozenset(word.casefold() for word in environment.words("QUERENT_OIDC_DOMAINS")),
    )


def _check_address(issuer: str) -> None:
    """Raises ImproperlyConfigured for anything but https:// and a host; a provider on this machine needs no TLS."""
    parts = urlsplit(issuer)
    is_local = parts.scheme == "http" and parts.netloc.partition(":")[0] in ("127.0.0.1", "localhost")
    if not parts.hostname or "@" in parts.netloc or not (parts.scheme == "https" or is_local):
        raise ImproperlyConfigured("QUERENT_OIDC_ISSUER must begin with https:// and name a host, no user.")
    if parts.query or parts.fragment or any(letter.isspace() for letter in issuer):
        raise ImproperlyConfigured("QUERENT_OIDC_ISSUER has no query, no fragment and no spaces.")


def _needed(name: str) -> str:
    if not (value := environment.text(name)).strip():
        raise ImproperlyConfigured(f"{name} is empty.")
    return value


def second_factor() -> str:
    """Returns off, optional, administrators or managers: from whom a second factor is required."""
    return environment.choice("QUERENT_SECOND_FACTOR", "off", *LEVELS)


def settings_for(provider: Oidc | None) -> dict[str, Any]:
    """Returns the settings to add; raises ImproperlyConfigured while the packages are missing."""
    if find_spec("allauth") is None:
        raise ImproperlyConfigured(
            "QUERENT_OIDC_ISSUER and QUERENT_SECOND_FACTOR need the packages of requirements-login.txt: "
            "pip install --require-hashes -r requirements-login.txt"
        )
    return {
        "LOGIN_URL": "/login",
        "LOGIN_REDIRECT_URL": "/",
        "ACCOUNT_ADAPTER": "annotation.login.adapters.Accounts",
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "MFA_ADAPTER": "annotation.login.adapters.Factors",
        "MFA_TOTP_ISSUER": "Querent",
        "MFA_RECOVERY_CODES_SHOW_ONCE": True,
        "SOCIALACCOUNT_ADAPTER": "annotation.login.oidc.Identities",
        "SOCIALACCOUNT_PROVIDERS": {"openid_connect": {"APPS": [_app(provider)] if provider else []}},
    }


APPS = (
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
)
MIDDLEWARE = ("allauth.account.middleware.AccountMiddleware", "annotation.login.gate.SecondFactorGate")


def _app(provider: Oidc) -> dict[str, Any]:
    return {
        "provider_id": PROVIDER,
        "name": provider.name,
        "client_id": provider.client_id,
        "secret": provider.secret,
        "settings": {"server_url": provider.issuer, "oauth_pkce_enabled": True},
    }

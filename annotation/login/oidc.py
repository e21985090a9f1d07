"""Log-in by an OpenID Connect provider: the code flow with PKCE, state, nonce, and a signature that is always checked.

django-allauth speaks with the provider. Who somebody is here, and whether she may come in, is decided by
operations.identities, so that none of allauth's sign-up ever runs.
"""

import hmac
import logging
import secrets
from typing import Any

import jwt
import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_GET

from annotation.api.throttles import network_of
from annotation.errors import DomainError
from annotation.login import factors
from annotation.operations import identities
from annotation.operations.auditing import audit
from config.login import PROVIDER, Oidc

logger = logging.getLogger(__name__)
# What comes of a provider that is away, or does not answer as one does.
BROKEN = (requests.RequestException, OAuth2Error, KeyError, TypeError, ValueError, AttributeError)
ALGORITHMS = {f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)} | {"EdDSA"}
BACKEND = "django.contrib.auth.backends.ModelBackend"


class ProviderAway(Exception):
    """The provider does not answer, or not as one does."""


def begin(request: HttpRequest, *, user: User | None, then: str) -> str:
    """Returns the provider's address to go to; state, nonce and PKCE's secret wait in the session.

    `user`, who is logged in already, connects her account with the provider's. Raises ProviderAway.
    """
    nonce = secrets.token_urlsafe(24)
    try:
        provider = get_adapter(request).get_provider(request, provider=PROVIDER)
        provider.oauth2_adapter_class = Provider
        response = provider.redirect(
            request,
            "login",
            next_url=safe(then),
            auth_params={"nonce": nonce},
            data={"nonce": nonce, "linked": user and user.pk},
        )
    except BROKEN as error:
        logger.warning("the identity provider cannot be used: %s", type(error).__name__)
        raise ProviderAway from error
    return str(response.url)


def safe(address: str) -> str:
    """Returns the address if it is one of ours, without a host; else the first page."""
    return address if address[:1] == "/" and url_has_allowed_host_and_scheme(address, allowed_hosts=None) else "/"


@require_GET
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Where the provider sends people back to."""
    if provider_id != PROVIDER:
        raise Http404
    try:
        answer: HttpResponse = OAuth2CallbackView.adapter_view(Provider(request, provider_id))(request)
    except BROKEN as error:
        logger.warning("the identity provider cannot be used: %s", type(error).__name__)
        return _refused("provider")
    return answer


class Provider(OpenIDConnectOAuth2Adapter):
    """The provider's endpoints, and what it says of a person."""

    @property
    def openid_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().openid_config
        if str(config.get("issuer", "")).rstrip("/") != _rules().issuer:
            raise OAuth2Error("its discovery names another issuer")
        return config

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        try:
            claims = self._claims(kwargs["response"]["id_token"], app.client_id, token.token)
            return self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        except (jwt.PyJWTError, *BROKEN) as error:
            raise OAuth2Error("its answer cannot be used") from error

    def _claims(self, id_token: str, client_id: str, access_token: str) -> dict[str, Any]:
        """Returns what the signed ID token says, filled up from userinfo; raises OAuth2Error for one not for us."""
        if jwt.get_unverified_header(id_token).get("alg") not in ALGORITHMS:
            raise OAuth2Error("its token is signed in a way that is not trusted")
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        if not all(claims.get(name) for name in ("sub", "exp", "iat", "nonce")):
            raise OAuth2Error("its token lacks a claim")
        if claims.get("azp", client_id) != client_id:
            raise OAuth2Error("its token is for somebody else")
        if self.openid_config.get("userinfo_endpoint"):
            more = self._fetch_user_info(access_token)
            if more["sub"] != claims["sub"]:
                raise OAuth2Error("userinfo is about somebody else")
            claims = more | claims
        return claims


class Identities(DefaultSocialAccountAdapter):
    """Ends allauth's part as soon as it is known whom the provider speaks of."""

    def on_authentication_error(self, request: HttpRequest, provider: Any, **facts: Any) -> None:
        error, exception = facts.get("error"), facts.get("exception")
        logger.warning("a log-in by the identity provider failed: %s %s", error, exception or "")
        raise ImmediateHttpResponse(_refused("cancelled" if error == "cancelled" else "provider"))

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        claims, state = sociallogin.account.extra_data["id_token"], sociallogin.state
        ours = state["data"]
        if not hmac.compare_digest(str(claims["nonce"]).encode(), ours["nonce"].encode()):
            raise OAuth2Error("its token answers another request")
        try:
            user = _person(request, identities.Identity.of(claims, _rules()), ours["linked"])
        except DomainError as refusal:
            raise ImmediateHttpResponse(_refused(refusal.code)) from refusal
        if "mfa" in (claims.get("amr") or []):  # RFC 8176: the provider has seen more than one factor
            request.session[factors.PASSED] = user.pk
        raise ImmediateHttpResponse(HttpResponseRedirect(safe(state.get("next") or "/")))


def _person(request: HttpRequest, identity: identities.Identity, linked: int | None) -> User:
    """Logs in whoever it is, or connects the account of her who asked for that; raises Forbidden."""
    if linked is not None:
        return identities.connect(identity=identity, user=request.user if request.user.pk == linked else None)
    user = identities.account_of(identity=identity, makes_accounts=_rules().makes_accounts)
    login(request, user, backend=BACKEND)
    audit(project=None, actor=user, verb="log_in", detail={"network": network_of(request), "by": identity.issuer})
    return user


def _rules() -> Oidc:
    assert settings.OIDC is not None  # else nobody calls this
    return settings.OIDC


def _refused(code: str) -> HttpResponse:
    return HttpResponseRedirect(f"/login?{urlencode({'refused': code})}")

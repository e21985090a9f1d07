"""Who somebody is that an identity provider speaks of: account_of, connect. Needs the tables of the log-in extra."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from annotation.errors import Conflict, DomainError, Forbidden
from annotation.operations.auditing import audit
from annotation.operations.new_accounts import new_account_without_password
from config.login import Oidc

MAX_SUBJECT = 191


@dataclass(frozen=True)
class Identity:
    """A person as the provider knows her: the issuer and her subject are for good, the name is what accounts go by."""

    issuer: str
    subject: str
    username: str

    @classmethod
    def of(cls, claims: Mapping[str, Any], rules: Oidc) -> "Identity":
        """Returns the person of these claims; raises Forbidden `wrong_domain` for an address that may not come in."""
        address, is_verified = claims.get("email"), claims.get("email_verified") is True
        domain = address.rpartition("@")[2].casefold() if isinstance(address, str) and is_verified else ""
        if rules.domains and domain not in rules.domains:
            raise Forbidden("This address may not come in.", code="wrong_domain")
        subject, name = claims.get("sub"), claims.get(rules.username_claim)
        if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT or "\0" in subject:
            raise Forbidden("The provider does not say who this is.", code="provider")
        return cls(rules.issuer, subject, name if isinstance(name, str) and "\0" not in name else "")


def account_of(*, identity: Identity, makes_accounts: bool) -> User:
    """Returns the account of the person, connected with her identity from the first time on.

    That first time it is the account of her name: never one of an administrator, nor one that is connected with another
    identity. Of two first times at once both return the one account.
    Raises Forbidden: unknown_person, connect_by_hand, identity_taken, disabled, or what is wrong with the name.
    """
    try:
        user = _known(identity) or _connected(identity, makes_accounts)
    except IntegrityError:  # somebody else was first with one of the rows
        user = _known(identity) or _connected(identity, makes_accounts)
    if not user.is_active:
        raise Forbidden("This account is disabled.", code="disabled")
    return user


def connect(*, identity: Identity, user: User | None) -> User:
    """Connects the identity with the account of whoever is logged in and asked for it; again it changes nothing.

    Raises Forbidden: disabled for nobody, identity_taken when either is connected with something else.
    """
    if user is None or not user.is_active:
        raise Forbidden("Nobody is logged in any more.", code="disabled")
    known = _known(identity)
    if known is not None and known.pk == user.pk:
        return user
    try:
        with transaction.atomic():
            if known is not None:
                raise Forbidden("It is connected with another account.", code="identity_taken")
            _link(identity, user)
    except IntegrityError as error:
        raise Forbidden("It is connected with another account.", code="identity_taken") from error
    return user


def _known(identity: Identity) -> User | None:
    found = _links().filter(provider=identity.issuer, uid=identity.subject).select_related("user").first()
    return None if found is None else found.user


def _connected(identity: Identity, makes_accounts: bool) -> User:
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).filter(username=identity.username).first()
        if (meanwhile := _known(identity)) is not None:
            return meanwhile
        if user is None:
            user = _made(identity, makes_accounts)
        elif user.is_superuser or user.is_staff:
            raise Forbidden("Administrators connect their account themselves.", code="connect_by_hand")
        elif user.is_active:
            _link(identity, user)
    return user


def _made(identity: Identity, makes_accounts: bool) -> User:
    if not makes_accounts or not identity.username:
        raise Forbidden("There is no account of this name.", code="unknown_person")
    try:
        user = new_account_without_password(identity.username)
    except Conflict as error:
        raise IntegrityError from error
    except DomainError as error:
        raise Forbidden(error.message, code="unfit_name") from error
    audit(project=None, actor=user, verb="account.made", target=user.get_username(), detail={"by": identity.issuer})
    _link(identity, user)
    return user


def _link(identity: Identity, user: User) -> None:
    """One identity of a provider for each account; the row of the account is locked or new."""
    if _links().filter(provider=identity.issuer, user=user).exists():
        raise Forbidden("This account is connected with somebody else there.", code="identity_taken")
    _links().create(provider=identity.issuer, uid=identity.subject, user=user, extra_data={})
    audit(project=None, actor=user, verb="identity.connected", detail={"issuer": identity.issuer})


def _links() -> Any:
    return apps.get_app_config("socialaccount").get_model("SocialAccount")._default_manager

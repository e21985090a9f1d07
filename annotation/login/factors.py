"""Second factors: who has one, from whom one is required, whether a code is right. Off unless the operator says so."""

import hmac
import time
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest

from annotation.models import Membership, Role

PASSED = "second_factor_passed"  # in a session: the person who has proved hers
WINDOW = 1  # codes of the period before and after are right too: clocks differ


def is_on() -> bool:
    return bool(settings.SECOND_FACTOR != "off")


def has_one(user: User) -> bool:
    """Whether the person has set one up; recovery codes alone are none."""
    return is_on() and _authenticators().filter(user=user, type="totp").exists()


def is_required(user: User) -> bool:
    """Whether the operator's rule wants one from this person."""
    if settings.SECOND_FACTOR in ("administrators", "managers") and (user.is_superuser or user.is_staff):
        return True
    manages = Membership.objects.filter(user=user, role__in=(Role.MANAGER, Role.OWNER), project__deleted_at=None)
    return settings.SECOND_FACTOR == "managers" and manages.exists()


def stands_before(user: User) -> bool:
    """Whether the password alone is not enough for this person."""
    return is_on() and (has_one(user) or is_required(user))


def remains(request: HttpRequest) -> str | None:
    """Returns what still stands between this session and the work: "code", "set_up", or None; a token needs nothing."""
    user = request.user
    if not isinstance(user, User) or request.session.get(PASSED) == user.pk or not stands_before(user):
        return None
    return "code" if has_one(user) else "set_up"


def remember(request: HttpRequest, user: User) -> None:
    """The session has proved its factor; it goes on under another key."""
    request.session.cycle_key()
    request.session[PASSED] = user.pk


def accept(*, user: User, code: str, now: float | None = None) -> bool:
    """Returns whether the code is right, and uses it up: of two requests with the same one, one is let in."""
    given = "".join(code.split())
    with transaction.atomic():
        rows = {row.type: row for row in _authenticators().select_for_update().filter(user=user)}
        known = rows.get("totp")
        if known is None:
            return False
        if _accepts_totp(known, given, time.time() if now is None else now):
            return True
        return "recovery_codes" in rows and bool(rows["recovery_codes"].wrap().validate_code(given))


def _accepts_totp(row: Any, given: str, now: float) -> bool:
    """RFC 6238, section 5.2: a code is accepted once, and none that is older than one accepted before."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value  # noqa: PLC0415 - only with the extra
    from allauth.mfa.utils import decrypt  # noqa: PLC0415 - only with the extra

    secret, counter = decrypt(row.data["secret"]), int(now // 30)
    for one in range(counter - WINDOW, counter + WINDOW + 1):
        expected = format_hotp_value(hotp_value(secret, one))
        if hmac.compare_digest(expected.encode(), given.encode()) and one > row.data.get("last_counter", -1):
            row.data["last_counter"] = one
            row.save(update_fields=["data"])
            return True
    return False


def _authenticators() -> Any:
    return apps.get_app_config("mfa").get_model("Authenticator")._default_manager

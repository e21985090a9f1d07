"""A person's own account: its language, its password, and where it is logged in; and the end of old sessions."""

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.functions import Now

from annotation.errors import InvalidValue
from annotation.models import Preferences
from annotation.operations.auditing import audit
from annotation.operations.passwords import refuse_unfit


def choose_language(*, user: User, language: str) -> None:
    """Keeps the language for the person; the later of two calls at once stays."""
    Preferences.objects.update_or_create(user=user, defaults={"language": language})


def change_password(*, user: User, current: str, password: str) -> User:
    """Returns the person with the new password, with which every session of hers but the caller's ends.

    Raises InvalidValue, naming `current` or `password`, for a wrong or an unfit one. Tokens go on.
    """
    with transaction.atomic():
        user = _confirmed(user, current)
        refuse_unfit(password, user, code="unfit_password")
        return _with_password(user, password, verb="password.changed")


def sign_out_elsewhere(*, user: User, current: str) -> User:
    """Returns the person, whose every session but the caller's has ended; raises InvalidValue for a wrong password.

    A session holds for one salt of the password: the same one is stored with another.
    """
    with transaction.atomic():
        return _with_password(_confirmed(user, current), current, verb="sessions.ended")


def collect_sessions() -> int:
    """Removes sessions whose time is over; returns how many."""
    return Session.objects.filter(expire_date__lt=Now()).delete()[0]


def _confirmed(user: User, current: str) -> User:
    """Returns the person's row, locked; raises InvalidValue unless this is her password."""
    found = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not found.check_password(current):
        raise InvalidValue(
            "The password is not right.", code="wrong_password", fields={"current": "The password is not right."}
        )
    return found


def _with_password(user: User, password: str, *, verb: str) -> User:
    user.set_password(password)
    user.save(update_fields=["password"])
    audit(project=None, actor=user, verb=verb)
    return user

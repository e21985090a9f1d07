"""New accounts, by somebody who may make them or by an invitation."""

import re
import unicodedata
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from annotation.errors import Conflict, InvalidValue
from annotation.operations.passwords import refuse_unfit
from annotation.sentences import say, told

USERNAME = re.compile(r"[\w.@+-]{1,150}")


def checked_username(given: Any) -> str:
    """Returns the name as accounts are stored: one spelling of letters that look the same. Raises InvalidValue.

    A name of dots alone would be a step upwards in an address: whoever removes `..` would delete the project.
    """
    name = unicodedata.normalize("NFKC", given) if isinstance(given, str) else ""
    if not USERNAME.fullmatch(name) or not name.strip("."):
        english = "A user name has letters, digits and @ . + - _ only, and is more than dots."
        message = say("account.username", english)
        raise InvalidValue(message, fields={"username": told(message.code, "not a user name")})
    return name


def new_account(username: Any, password: Any) -> User:
    """Returns a new account. Raises InvalidValue for a name or password that will not do, Conflict for a taken name."""
    username = checked_username(username)
    if not isinstance(password, str) or "\0" in password:
        raise InvalidValue("The password must be a text.", fields={"password": "not a text"})
    refuse_unfit(password, User(username=username))
    return _create_account(username, password)


def new_account_without_password(username: Any) -> User:
    """Returns a new account that nobody logs in to by a password. Raises as `new_account` does."""
    return _create_account(checked_username(username), None)


def _create_account(username: str, password: str | None) -> User:
    try:
        with transaction.atomic():
            return get_user_model().objects.create_user(username=username, password=password)
    except IntegrityError as error:
        raise Conflict(
            "There is an account of this name already: take another name, or leave the password out.",
            code="account_exists",
        ) from error

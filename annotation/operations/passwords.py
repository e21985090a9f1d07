"""Whether a new password will do."""

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from annotation.errors import InvalidValue
from annotation.sentences import told


def refuse_unfit(password: str, user: User, *, code: str | None = None) -> None:
    """Raises InvalidValue naming `password`, with all that is wrong with it; the sentence's code is of the first."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        first = error.error_list[0]
        parts = {"n": first.params["min_length"]} if first.params and "min_length" in first.params else {}
        message = told(f"password.{first.code}", " ".join(error.messages), **parts)
        raise InvalidValue(message, code=code, fields={"password": message}) from error

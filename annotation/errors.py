"""What can go wrong in the domain. Each has a stable code; api/errors.py turns it into HTTP once."""

from typing import Any


class DomainError(Exception):
    """Base of all refusals. `fields` names what was wrong, for example {"items.3.data.text": "…"}."""

    code = "refused"

    def __init__(self, message: str, *, code: str | None = None, fields: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.fields = fields or {}


class NotFound(DomainError):
    """There is no such thing, or this person may not know of it."""

    code = "not_found"


class Forbidden(DomainError):
    """The person can see the project, but her role is too small for this."""

    code = "forbidden"


class BadRequest(DomainError):
    """The request cannot be understood or a figure is out of range."""

    code = "invalid"


class InvalidValue(DomainError):
    """A value that is well-formed but does not fit the project's schema."""

    code = "invalid_value"


class Conflict(DomainError):
    """The thing is in a state in which this cannot be done."""

    code = "conflict"


class Outdated(DomainError):
    """What the caller has read is not current any more; `current` is the tag of what is, empty where nothing is."""

    code = "outdated"

    def __init__(self, message: str, *, current: str, fields: dict[str, Any] | None = None) -> None:
        super().__init__(message, fields={"If-Match": f"is {current} by now" if current else "there is none"})
        self.fields |= fields or {}
        self.current = current


class NoSpace(DomainError):
    """The storage is full; nothing was kept of what came in."""

    code = "no_space"


class StaleEpoch(Exception):
    """Somebody else has taken this work over; the late result is dropped."""


class Postponed(Exception):
    """The work cannot be done yet and no attempt is counted; it is tried again shortly."""

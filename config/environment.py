"""Typed reading of environment variables; every mistake is named, none is guessed away."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def text(name: str, default: str | None = None) -> str:
    """Returns the variable, or the default; raises ImproperlyConfigured when there is neither."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set. See docs/operating.md for what it means.")
    return value


def flag(name: str, default: bool = False) -> bool:
    """Returns True or False; raises ImproperlyConfigured for a word that is neither."""
    value = os.environ.get(name, "1" if default else "0").strip().lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
    return value in TRUE


def choice(name: str, default: str, *others: str) -> str:
    """Returns one of these words; raises ImproperlyConfigured for any other."""
    value = os.environ.get(name) or default
    if value not in (default, *others):
        raise ImproperlyConfigured(f"{name} must be {' or '.join((default, *others))}, not {value!r}.")
    return value


def integer(name: str, default: int, least: int = 0) -> int:
    """Returns a whole number of at least `least`; raises ImproperlyConfigured otherwise."""
    raw = os.environ.get(name, str(default))
    try:
        value = int(raw)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}.") from error
    if value < least:
        raise ImproperlyConfigured(f"{name} must be at least {least}, not {value}.")
    return value


def debug_folder(name: str, is_debug: bool) -> Path | None:
    """Returns the folder, or None; raises ImproperlyConfigured when it is set without debugging."""
    value = os.environ.get(name)
    if value and not is_debug:
        raise ImproperlyConfigured(f"{name} is for tests only: it needs QUERENT_DEBUG=1.")
    return Path(value) if value else None


def words(name: str, default: str = "") -> list[str]:
    """Returns the comma-separated parts of the variable, without blanks."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def dotted_paths(name: str) -> list[str]:
    """Returns comma-separated paths like package.module.name; raises ImproperlyConfigured for anything else."""
    for path in words(name):
        parts = path.split(".")
        if len(parts) < 2 or not all(part.isidentifier() for part in parts):
            raise ImproperlyConfigured(f"{name} must hold paths like package.module.name, not {path!r}.")
    return words(name)


def database(name: str) -> dict[str, Any]:
    """Returns Django's connection settings for a postgresql:// address; raises ImproperlyConfigured for any other."""
    url = urlsplit(text(name))
    if url.scheme not in ("postgres", "postgresql") or not url.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must look like postgresql://user:password@host:5432/database.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.strip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": str(url.port or ""),
        "OPTIONS": dict(parse_qsl(url.query)),
    }

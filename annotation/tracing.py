"""Which request, task and job a line of the log belongs to, and the form of those lines.

The ids travel beside the work: in `X-Request-ID` with a request, in a header with a hint, in the row with a job.
"""

import json
import logging
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

IDS: ContextVar[dict[str, str]] = ContextVar("ids")  # a context of its own for each thread
REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")

NAMES = r"password|secret|authorization|cookie|csrf\w*"
# The last net under "secrets are never logged": tokens, passwords in addresses, and what comes after such a name.
SECRETS = (
    (re.compile(r"qt_[\w-]{20,}"), "qt_***"),
    (re.compile(r"(\w+://[^\s:/@]*:)[^\s@/]+@"), r"\1***@"),
    (re.compile(rf"(?i)((?:{NAMES})[\"']?\s*[=:]\s*[\"']?(?:token\s+|bearer\s+)?)[^\s\"',}}]+"), r"\1***"),
)


def ids() -> dict[str, str]:
    """Returns the ids that are known here: `request_id`, `task`, `job_id`."""
    return IDS.get({})


def request_id() -> str:
    """Returns the id of the request that this work comes from; empty when none is known."""
    return ids().get("request_id", "")


def accepted_id(offered: str | None) -> str:
    """Returns the caller's id for the request where it is one, else a new one."""
    return offered if offered and REQUEST_ID.fullmatch(offered) else uuid.uuid4().hex


@contextmanager
def bound(**more: str) -> Iterator[None]:
    """Names these ids, where they are not empty, in every line that is logged inside."""
    token = IDS.set(ids() | {name: value for name, value in more.items() if value})
    try:
        yield
    finally:
        IDS.reset(token)


def redacted(text: str) -> str:
    """Returns the text without tokens and passwords."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redacted(record.getMessage()),
            **ids(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["error"] = redacted(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class LineFormatter(logging.Formatter):
    """The same for people."""

    def format(self, record: logging.LogRecord) -> str:
        named = " ".join(f"{name}={value}" for name, value in (ids() | getattr(record, "facts", {})).items())
        return redacted(super().format(record) + (f" [{named}]" if named else ""))

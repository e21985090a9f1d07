"""What ./start prints."""

import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

# Roles of the demo project that one can look at it in, besides that of its owner: each has an account of its name.
DEMO_ROLES = ("annotator", "reviewer", "manager")


def describe(code: int) -> str:
    """Returns an exit code in words."""
    return f"by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def tail(log: Path, lines: int = 15) -> str:
    """Returns the name and the end of a log."""
    end = log.read_text(errors="replace").splitlines()[-lines:] if log.exists() else []
    return "\n".join([f"The end of {log}:", *(f"  {line}" for line in end)])


def box(lines: Sequence[str]) -> str:
    """Returns the lines with a frame around them."""
    width = max(map(len, lines))
    edge = "+" + "-" * (width + 4) + "+"
    return "\n".join(["", edge, *(f"|  {line:<{width}}  |" for line in lines), edge, ""])


def demo_logins(known: Mapping[str, Any], secrets_file: Path) -> list[str]:
    """Returns what to say about the demo's accounts, by what is remembered; nothing where it has none."""
    if "demo_password" not in known:
        return []
    names = ", ".join(f"{role}.demo" for role in DEMO_ROLES)
    if known.get("demo_made"):
        return [f"See the demo in another role: {names}", f"Their password is in {secrets_file}"]
    return [f"See the demo in another role, once it is ready: {names}", f"Their password: {known['demo_password']}"]


def say(text: str) -> None:
    """Prints the text at once, also into a pipe."""
    print(text, flush=True)

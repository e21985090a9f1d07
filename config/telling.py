"""What ./start prints."""

import signal
from collections.abc import Sequence
from pathlib import Path


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


def say(text: str) -> None:
    """Prints the text at once, also into a pipe."""
    print(text, flush=True)

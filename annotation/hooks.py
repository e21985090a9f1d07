"""Named places around commits and sends where a test may end, break or hold a process.

In service they do nothing. With debugging, QUERENT_HOOKS may name a folder: a file there with the name of a point says
what the next process that comes by does. `exit` ends it as kill -9 would, `stop` freezes it, `raise` breaks it,
`wait 12` holds it for twelve seconds. Whoever takes the file away does it, so it happens once; with a last word
`always` the file stays.
"""

import os
import signal
import time
from pathlib import Path

from django.conf import settings

SIGNALS = {"exit": signal.SIGKILL, "stop": signal.SIGSTOP}


class Broken(Exception):
    """A test wanted this to happen."""


def reached(point: str) -> None:
    """Marks that the named point was reached."""
    if settings.HOOKS is not None:
        _obey(settings.HOOKS / point)


def _obey(order: Path) -> None:
    try:
        action, *details = order.read_text().split()
        if "always" not in details:
            order.unlink()
    except FileNotFoundError:  # nobody wants anything, or another process was first
        return
    if action in SIGNALS:
        os.kill(os.getpid(), SIGNALS[action])
    elif action == "raise":
        raise Broken(order.name)
    else:
        time.sleep(float(details[0]))

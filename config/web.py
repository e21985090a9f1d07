"""The web server: what it is started with, and whether it answers."""

import urllib.error
import urllib.request

from config.bodies import AT_WORK, TO_WAIT_IN
from config.options import HOST


def web_options(port: int) -> list[str]:
    """Returns granian's arguments.

    Backpressure counts connections, open ones that are idle too: a browser holds several. Of the threads a few work, as
    many as the database's pool is made for, and the others wait for bodies that come slowly (config/bodies.py). They
    are kept as long as granian can: a request that comes while an idle one ends counts on it, gets none of its own, and
    when all others wait for bodies it waits until the next request (seen with granian 2.8.7 and 2.8.9).
    """
    place = ["--host", HOST, "--port", str(port), "--interface", "wsgi", "--no-ws"]
    work = ["--workers", "1", "--blocking-threads", str(AT_WORK + TO_WAIT_IN), "--backpressure", "1024"]
    kept = ["--blocking-threads-idle-timeout", "600"]
    life = ["--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "10"]
    return [*place, *work, *kept, *life, "config.wsgi:application"]


def answers(url: str) -> bool:
    """Tells whether the web server answers, and not with an error of its own."""
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - always our own http address
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False

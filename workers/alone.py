"""While the broker is away no hint arrives. Files in and out go on all the same: the worker looks for them by itself.

The work is done in a process of its own (`manage.py run_jobs`), because the worker's main process forks and must hold
no connection to the database. Training waits for the broker.
"""

import logging
import subprocess
import sys
import threading
import time

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

LOOK_SECONDS = 5.0
PATIENCE_SECONDS = 2.0
LONGEST_SECONDS = 3600

logger = logging.getLogger(__name__)


def watch_broker() -> None:
    """Starts the thread that looks after the broker; it ends with the process."""
    threading.Thread(target=_watch, daemon=True, name="broker watch").start()


def _watch() -> None:
    while True:
        time.sleep(LOOK_SECONDS)
        if not broker_answers():
            _run_jobs()


def broker_answers() -> bool:
    """Asks over a new connection: one that is half open tells nothing."""
    broker = Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=PATIENCE_SECONDS, socket_timeout=PATIENCE_SECONDS, retry=None
    )
    try:
        return bool(broker.ping())
    except (RedisError, OSError):
        return False
    finally:
        broker.close()


def _run_jobs() -> None:
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "run_jobs"]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=LONGEST_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        logger.warning("jobs could not be run without the broker: %s", error)
        return
    if done.returncode:
        logger.warning("jobs could not be run without the broker: %s", done.stderr[-500:])

"""Sessions whose process was stopped in the middle of a COPY, and the locks they hold.

PostgreSQL ends a transaction that stands still between two statements, and a statement that runs for too long; but
while it waits for the network inside a statement it minds neither. Whoever is stopped there would hold an import, and
its project, until somebody lets him go on.
"""

import logging

from annotation.rows import every

logger = logging.getLogger(__name__)

# A batch of an import is sent within seconds. What we read is taken in as we go, for as long as a statement may run.
SENDING_SECONDS = 40
TAKING_SECONDS = 130
# Only ours, by the name in config/settings.py: a backup's pg_dump takes the time that it takes.
END = """
    SELECT pid, wait_event, pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND application_name LIKE 'querent %%'
      AND state = 'active' AND clock_timestamp() - query_start > make_interval(secs => CASE wait_event
          WHEN 'ClientRead' THEN %s WHEN 'ClientWrite' THEN %s END)
"""


def end_stalled_sessions(*, sending_seconds: float = SENDING_SECONDS, taking_seconds: float = TAKING_SECONDS) -> int:
    """Ends our sessions that have waited for their process for so long inside a statement; returns how many.

    Whoever goes on later finds its connection gone, and its lane or job taken over.
    """
    ended = every(END, [sending_seconds, taking_seconds])
    for pid, wait_event, _ in ended:
        logger.warning("session %s stood still in %s and was ended", pid, wait_event)
    return len(ended)

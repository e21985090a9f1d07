"""Quiet large projects: what single answers leave for the next full inference does not wait for the next answers."""

from django.db import connection, transaction

from annotation.models import Topic
from annotation.operations.outbox import request_work

# Nobody answered for a minute, or for ten times as long as a full inference takes: it costs a tenth of a core at most.
QUIET = """
    SELECT kept.project_id
    FROM annotation_qualityversion kept
    JOIN annotation_worklane lane ON lane.project_id = kept.project_id AND lane.topic = %(topic)s
    JOIN annotation_agreementreport report ON report.project_id = kept.project_id
    WHERE kept.n_updates > 0 AND (lane.expires_at IS NULL OR lane.expires_at < now()) AND lane.error = ''
      AND lane.not_before < now() - make_interval(secs => greatest(60, 10 * (report.report->>'seconds')::float8))
      AND NOT EXISTS (SELECT 1 FROM annotation_workrequest waiting
                      WHERE waiting.project_id = kept.project_id AND waiting.topic = %(topic)s)
    ORDER BY kept.project_id
"""


def settle_quiet_projects() -> list[int]:
    """Asks for a full inference of every project in which single answers came and then none; returns their ids.

    Two callers at once ask twice, which is one inference.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(QUIET, {"topic": Topic.QUALITY})
        found = [project for (project,) in cursor.fetchall()]
        for project in found:
            request_work(project_id=project, topic=Topic.QUALITY)
    return found

"""SQL statements of one "next" and one "submit", counted in this process. Needs DATABASE_URL."""

import os
from typing import Any

import django


def count(project_id: int, username: str) -> dict[str, int]:
    """Returns the number of statements of each call, savepoints and BEGIN/COMMIT not counted."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    # Django's parts can be imported only after setup.
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from annotation.access import assignment_for, project_for  # noqa: PLC0415
    from annotation.operations.labeling import assign_next_item, submit_annotation  # noqa: PLC0415

    def statements(captured: Any) -> int:
        control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
        return sum(not query["sql"].startswith(control) for query in captured.captured_queries)

    user = User.objects.get(username=username)
    with CaptureQueriesContext(connection) as asking:
        project = project_for(user, project_id, needs="label")
        lease = assign_next_item(project=project, user=user, count=1).leases[0]
    with CaptureQueriesContext(connection) as answering:
        assignment = assignment_for(user, lease.id)
        value = {"class": project.class_names[0]}
        submit_annotation(assignment=assignment, value=value, seconds=1.0)
    return {"next": statements(asking), "submit": statements(answering)}

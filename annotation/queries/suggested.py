"""What people do with suggestions, so that their effect can be seen beside what the model is worth when asked blind."""

from typing import Any

from django.db import connection

from annotation.models import Project
from modeling.agreement_slices import wilson

MOST = 5_000
# First answers: whoever changed hers later had been shown it all the same.
TAKEN = """
    SELECT count(*), count(*) FILTER (WHERE first.value = shown.suggestion->'value')
    FROM (SELECT id, suggestion FROM annotation_assignment
          WHERE project_id = %s AND status = 'answered' AND suggestion IS NOT NULL ORDER BY id DESC LIMIT %s) shown
    JOIN annotation_annotation one ON one.assignment_id = shown.id
    JOIN annotation_annotationrevision first ON first.annotation_id = one.id AND first.revision = 1
"""


def suggestions_taken(project: Project) -> dict[str, Any]:
    """Returns how many of the last 5,000 answers came after a suggestion and which share of them says the same (90 %).

    `share` is None while none was shown.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKEN, [project.pk, MOST])
        shown, taken = cursor.fetchone()
    found = wilson(taken / shown, shown) if shown else None
    share = found and {"estimate": found.value, "low": found.low, "high": found.high}
    return {"shown": shown, "taken": taken, "share": share}

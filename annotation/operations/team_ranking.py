"""The strategy `team` for a project: how many people ask at once, what is on their screens, what an answer costs."""

from django.db import connection

from annotation.models import ModelVersion, Project
from annotation.operations.answer_costs import predicted_seconds
from annotation.operations.open_pool import OpenPool
from annotation.operations.todays_classes import newest_version
from annotation.representations import OF_OWN_TEXTS
from modeling.batches import Choice
from modeling.team import candidate_rows, choose_rows

LEAST_SLOTS = 8
ACTIVE_MINUTES = 2

ACTIVE = """
    SELECT count(DISTINCT annotator_id) FROM annotation_annotation
    WHERE project_id = %s AND created_at > now() - make_interval(mins => %s)
"""


def choose_by_team(pool: OpenPool, n_wanted: int) -> Choice:
    """The next `n_wanted` rows; `probabilities` say how likely a row was to be looked at."""
    sample, rows = candidate_rows(pool.rows, pool.counts, n_wanted)
    return choose_rows(
        pool.rows,
        sample,
        rows,
        labeled_counts=pool.counts,
        batch=max(LEAST_SLOTS, active_annotators(pool.project)),
        n_wanted=n_wanted,
        random_share=random_share_of(newest_version(pool.project, pool.version)),
        pending=pool.pending(),
        seconds=predicted_seconds(pool.project, pool.item_ids[rows]),
        learned_here=pool.version.representation.name in OF_OWN_TEXTS,
    )


def random_share_of(version: ModelVersion) -> float:
    """Returns 1 while the guard holds the model's questions back, else 0."""
    return float((version.metrics.get("guard") or {}).get("fallen_back", False))


def active_annotators(project: Project) -> int:
    """Returns how many people have answered in the last two minutes."""
    with connection.cursor() as cursor:
        cursor.execute(ACTIVE, [project.pk, ACTIVE_MINUTES])
        return int(cursor.fetchone()[0])

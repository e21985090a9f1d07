"""What the next answers will cost in seconds, by the time that people took for items of that length."""

import numpy as np
from django.db import connection

from annotation.models import Project
from annotation.vectors import Floats, Ints
from modeling.answer_time import fit_answer_time

NEWEST = 5_000
TIMED = """
    SELECT item.length, annotation.seconds FROM annotation_annotation annotation
    JOIN annotation_item item ON item.id = annotation.item_id
    WHERE annotation.project_id = %s AND annotation.seconds IS NOT NULL
    ORDER BY annotation.created_at DESC LIMIT %s
"""
LENGTHS = "SELECT id, length FROM annotation_item WHERE id = ANY(%s)"


def predicted_seconds(project: Project, item_ids: Ints) -> Floats | None:
    """Seconds (n,) for these items; None unless the project weighs by cost and enough answers were timed."""
    if not project.cost_aware:
        return None
    with connection.cursor() as cursor:
        cursor.execute(TIMED, [project.pk, NEWEST])
        timed = np.array(cursor.fetchall(), dtype=np.float64).reshape(-1, 2)
        model = fit_answer_time(timed[:, 0].astype(np.int64), timed[:, 1])
        if model is None:
            return None
        cursor.execute(LENGTHS, [item_ids.tolist()])
        lengths = dict(cursor.fetchall())
    return model.predict(np.array([lengths.get(item_id, 0) for item_id in item_ids.tolist()], dtype=np.int64))

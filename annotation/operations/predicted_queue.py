"""A queue by the predictions of a model outside, in place of ours: the least sure ones first."""

from annotation.models import Project, Stream
from annotation.operations.ranking import QUEUE_LENGTH, Place
from annotation.rows import every

# What was said last about an item is what counts, whichever model said it.
LEAST_SURE = """
    SELECT item.id, said.uncertainty, said.model_name
    FROM annotation_prediction said JOIN annotation_item item ON item.id = said.item_id
    WHERE said.project_id = %(project)s AND said.uncertainty IS NOT NULL
      AND item.drawn_at IS NULL AND item.open_slots > 0 AND NOT item.is_gold
      AND NOT EXISTS (
          SELECT 1 FROM annotation_prediction newer
          WHERE newer.item_id = said.item_id AND (newer.created_at, newer.id) > (said.created_at, said.id))
    ORDER BY said.uncertainty DESC, said.id LIMIT %(limit)s
"""


def next_predicted(project: Project) -> list[Place]:
    """The items nobody was asked about whose prediction is least sure; empty when no prediction says how sure it is."""
    return [_place(*row) for row in every(LEAST_SURE, {"project": project.pk, "limit": QUEUE_LENGTH})]


def _place(item_id: int, uncertainty: float, model: str) -> Place:
    reason = {"kind": "predicted", "uncertainty": round(uncertainty, 4), "model": model}
    return Place(item_id, uncertainty, reason, Stream.MODEL.value, 1.0)

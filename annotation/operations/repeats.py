"""Items of one content under several names: nobody is asked the same twice while there is anything else."""

from collections.abc import Sequence

from annotation.models import Project, Stream
from annotation.operations.ranking import Place
from annotation.rows import every

# Each content is looked for once, however many items have it; "+ 0" leaves the index that starts with the content.
CONTENT = """
    WITH chosen AS (SELECT id, content_hash FROM annotation_item WHERE id = ANY(%(chosen)s)),
    asked AS (
        SELECT content_hash FROM (SELECT DISTINCT content_hash FROM chosen) content WHERE EXISTS (
            SELECT 1 FROM annotation_item other
            WHERE other.content_hash = content.content_hash AND other.project_id + 0 = %(project)s
              AND (other.drawn_at IS NOT NULL OR other.is_gold)))
    SELECT chosen.id, chosen.content_hash, asked.content_hash IS NOT NULL
    FROM chosen LEFT JOIN asked USING (content_hash)
"""


def repeats_last(project: Project, places: Sequence[Place]) -> list[Place]:
    """Returns the places in their order, those last whose content somebody was asked under another name.

    So is what a known answer, or another place before it, holds. Random draws, a sample of the items, stay where they
    are.
    """
    content = _content(project, [place.item_id for place in places if place.stream != Stream.SHUFFLE])
    seen: set[bytes] = set()
    first: list[Place] = []
    last: list[Place] = []
    for place in places:
        key, was_asked = content.get(place.item_id, (None, False))
        (last if was_asked or key in seen else first).append(place)
        if key is not None:
            seen.add(key)
    return first + last


def _content(project: Project, item_ids: list[int]) -> dict[int, tuple[bytes, bool]]:
    """The content of each of these items that nobody was asked about, and whether it was asked under another name."""
    if not item_ids:
        return {}
    found = every(CONTENT, {"chosen": item_ids, "project": project.pk})
    return {item_id: (bytes(key), was_asked) for item_id, key, was_asked in found}

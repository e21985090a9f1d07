"""Known answers, how people did on them, and what could become one."""

import json
from typing import Any

from annotation.models import Project
from annotation.rows import every

EXCERPT = 300
# Fewer answers say nothing against a known one.
LEAST_ANSWERS = 3

GOLD = """
    SELECT item.id, item.external_id, left(item.data->>'text', %(excerpt)s), gold.value::text, gold.schema_version,
           coalesce(jsonb_agg(jsonb_build_array(coalesce(first.value, one.value),
                                                coalesce(first.schema_version, one.schema_version)))
                    FILTER (WHERE one.id IS NOT NULL), '[]')::text
    FROM annotation_goldanswer gold JOIN annotation_item item ON item.id = gold.item_id
    LEFT JOIN annotation_annotation one ON one.item_id = item.id
    LEFT JOIN annotation_annotationrevision first ON first.annotation_id = one.id AND first.revision = 1
    WHERE gold.project_id = %(project)s AND item.id > %(after)s
    GROUP BY item.id, gold.id ORDER BY item.id LIMIT %(limit)s
"""
PROPOSALS = """
    SELECT item.id, item.external_id, left(item.data->>'text', %(excerpt)s), truth.value::text, truth.probability,
           truth.n_votes
    FROM annotation_consensus truth JOIN annotation_item item ON item.id = truth.item_id AND NOT item.is_gold
    WHERE truth.project_id = %(project)s AND truth.status = 'agreed' AND truth.probability > %(least)s
      AND truth.n_votes >= %(votes)s
    ORDER BY truth.probability DESC, item.id LIMIT %(limit)s
"""
LEAST_CONFIDENCE = 0.99
LEAST_VOTES = 3


def gold_items(project: Project, *, limit: int, after: int = 0) -> list[dict[str, Any]]:
    """Returns known answers by item, with how many answered and how many rightly: the first time they were asked.

    `contradicted` is one that most people answer otherwise: then the known answer should be looked at first.
    """
    found = every(GOLD, {"project": project.pk, "excerpt": EXCERPT, "limit": limit, "after": after})
    return [_gold(project, *row) for row in found]


def _gold(
    project: Project, item: int, external_id: str | None, text: str | None, value: str, version: int, answers: str
) -> dict[str, Any]:
    """Known and given answers are compared in the classes of today; a known one whose classes are gone stays shown."""
    known = project.today(json.loads(value), version)
    given = [project.today(*answer) for answer in json.loads(answers)]
    right = 0 if known is None else given.count(known)
    said = sorted(json.dumps(answer) for answer in given if answer is not None)
    return {
        "item": item,
        "external_id": external_id,
        "text": text,
        "value": known or json.loads(value),
        "answers": len(given),
        "right": right,
        "most_said": json.loads(max(said, key=said.count)) if said else None,
        "contradicted": len(given) >= LEAST_ANSWERS and right * 2 < len(given),
    }


def gold_proposals(project: Project, *, limit: int) -> list[dict[str, Any]]:
    """Returns items that the engine would make gold: three answers or more and a confidence above 0.99."""
    least = {"least": LEAST_CONFIDENCE, "votes": LEAST_VOTES}
    found = every(PROPOSALS, {"project": project.pk, "excerpt": EXCERPT, "limit": limit} | least)
    names = ("item", "external_id", "text", "value", "probability", "n_votes")
    return [dict(zip(names, row, strict=True)) | {"value": json.loads(row[3])} for row in found]

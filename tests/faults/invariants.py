"""What holds in every project at every moment between two transactions. Each statement finds rows that break a rule."""

from typing import Any

RULES = {
    "an item's taken slots are its answers and open leases": """
        SELECT item.id FROM annotation_item item WHERE item.project_id = %(project)s AND item.taken <> (
            SELECT count(*) FROM annotation_assignment lease
            WHERE lease.item_id = item.id AND lease.holds_slot AND lease.status IN ('open', 'answered'))""",
    "free slots are what the limit leaves, and never negative": """
        SELECT id FROM annotation_item WHERE project_id = %(project)s
        AND (open_slots < 0 OR open_slots <> greatest(slot_limit - taken, 0))""",
    "nobody answers an item twice": """
        SELECT item_id FROM annotation_annotation WHERE project_id = %(project)s
        GROUP BY item_id, annotator_id HAVING count(*) > 1""",
    "nobody has two leases on an item": """
        SELECT item_id FROM annotation_assignment WHERE project_id = %(project)s
        GROUP BY item_id, annotator_id HAVING count(*) > 1""",
    "an answer has an answered lease, and an answered lease an answer": """
        SELECT lease.id FROM annotation_assignment lease
        LEFT JOIN annotation_annotation answer ON answer.assignment_id = lease.id
        WHERE lease.project_id = %(project)s AND (lease.status = 'answered') <> (answer.id IS NOT NULL)""",
    "an answer's revisions are 1, 2, 3 … and the last one is what it says": """
        SELECT answer.id FROM annotation_annotation answer
        LEFT JOIN LATERAL (
            SELECT count(*) AS n, min(revision) AS first, max(revision) AS last FROM annotation_annotationrevision
            WHERE annotation_id = answer.id) had ON true
        LEFT JOIN annotation_annotationrevision said
            ON said.annotation_id = answer.id AND said.revision = answer.revision
        WHERE answer.project_id = %(project)s AND (had.n <> answer.revision OR had.first <> 1
            OR had.last <> answer.revision OR said.value IS DISTINCT FROM answer.value)""",
    "an item has one standing verdict": """
        SELECT item_id FROM annotation_review
        WHERE project_id = %(project)s AND undone_at IS NULL AND value IS NOT NULL
        GROUP BY item_id HAVING count(*) > 1""",
    "somebody is paused once": """
        SELECT about_id FROM annotation_review
        WHERE project_id = %(project)s AND undone_at IS NULL AND decision = 'pause'
        GROUP BY about_id HAVING count(*) > 1""",
    "a gold item offers no slots": """
        SELECT id FROM annotation_item WHERE project_id = %(project)s AND is_gold AND open_slots > 0""",
    "no decision is without its line in the audit log": """
        SELECT review.id FROM annotation_review review WHERE review.project_id = %(project)s AND NOT EXISTS (
            SELECT 1 FROM annotation_auditevent event WHERE event.target = 'review:' || review.id)
          AND review.batch IS NULL""",
}


def broken_rules(cursor: Any, project_id: int) -> list[str]:
    """Returns the rules that do not hold in the project, with the first ids that break them."""
    found = []
    for rule, statement in RULES.items():
        cursor.execute(f"{statement} LIMIT 3", {"project": project_id})
        if rows := cursor.fetchall():
            found.append(f"{rule}: broken by {', '.join(str(row[0]) for row in rows)}")
    return found

"""How many answers an item gets in the ordinary course: Policy, set_slot_limits."""

from dataclasses import asdict, dataclass

from django.db import connection

from annotation.models import Project
from annotation.operations.shuffle import MASK, SHARE_BITS

# Items that were sent out again or got a second opinion keep what they were given, under the hard limit; items that a
# reviewer has decided on stay closed.
SET_LIMITS = """
    WITH wanted AS (
        SELECT item.id, CASE WHEN item.slot_limit > policy.before
                             THEN greatest(policy.now, least(item.slot_limit, %(max_votes)s))
                             ELSE policy.now END AS slot_limit
        FROM annotation_item item
        CROSS JOIN LATERAL (
            SELECT CASE WHEN (item.shuffle_key & %(mask)s) < %(old_share)s THEN %(old_overlap)s ELSE 1 END AS before,
                   CASE WHEN (item.shuffle_key & %(mask)s) < %(share)s THEN %(overlap)s ELSE 1 END AS now) policy
        WHERE item.project_id = %(project)s AND NOT item.is_gold
          AND NOT EXISTS (SELECT 1 FROM annotation_review verdict
                          WHERE verdict.project_id = %(project)s AND verdict.item_id = item.id
                            AND verdict.undone_at IS NULL AND verdict.value IS NOT NULL))
    UPDATE annotation_item item
    SET slot_limit = wanted.slot_limit, open_slots = greatest(wanted.slot_limit - item.taken, 0)
    FROM wanted WHERE item.id = wanted.id AND item.slot_limit <> wanted.slot_limit
"""


@dataclass(frozen=True)
class Policy:
    """`overlap` answers for a share of the items, chosen once by their place in the shuffle, and one for the others."""

    overlap: int
    overlap_share: float
    max_votes: int

    @classmethod
    def of(cls, project: Project) -> "Policy":
        return cls(project.overlap, project.overlap_share, project.max_votes)

    @property
    def cut(self) -> int:
        """Items whose lowest bits of the shuffle key are below this get `overlap`."""
        return round(self.overlap_share * (1 << SHARE_BITS))

    def limit_of(self, shuffle_key: int) -> int:
        """Returns the ordinary limit of an item. The order of the shuffle comes from the highest bits of the key, so
        the share is the same early and late."""
        return self.overlap if (shuffle_key & MASK) < self.cut else 1


def set_slot_limits(project: Project, *, before: Policy) -> None:
    """Gives all items the limits of the project's policy, by one statement in the caller's transaction."""
    now = Policy.of(project)
    parameters = asdict(now) | {
        "project": project.pk,
        "mask": MASK,
        "share": now.cut,
        "old_share": before.cut,
        "old_overlap": before.overlap,
    }
    with connection.cursor() as cursor:
        cursor.execute(SET_LIMITS, parameters)

"""More answers for items that have some, and no more for others: widen, send_out_doubtful, close_slots."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce, Greatest, Least, Now

from annotation.errors import Conflict
from annotation.models import Item, Project, Stream
from annotation.operations.auditing import audit
from annotation.operations.retry import retried
from annotation.operations.shuffle import key_of_late_item
from annotation.operations.transfer.store import lock_project
from annotation.queries.renames import CLASS_TODAY, renamed
from annotation.rows import every
from annotation.sentences import say, told

MOST_AT_ONCE = 5_000

# What could be sent out again, had it room for an answer more.
IN_DOUBT = f"""
    FROM annotation_item item JOIN annotation_consensus truth ON truth.item_id = item.id
    WHERE truth.project_id = %(project)s AND truth.status IN ('single', 'agreed', 'doubtful')
      AND (truth.status = 'doubtful' OR truth.probability < %(below)s OR %(items)s::bigint[] IS NOT NULL)
      AND (%(items)s::bigint[] IS NULL OR item.id = ANY(%(items)s::bigint[]))
      AND NOT item.is_gold
      AND (%(person)s::bigint IS NULL OR EXISTS (
            SELECT 1 FROM annotation_annotation one
            WHERE one.item_id = item.id AND one.annotator_id = %(person)s))
      AND (%(classes)s::text[] IS NULL OR 2 = (
            SELECT count(DISTINCT {CLASS_TODAY}) FROM annotation_annotation one
            WHERE one.item_id = item.id AND {CLASS_TODAY} = ANY(%(classes)s::text[])))
      AND (%(consensus)s::text[] IS NULL OR truth.value->>'class' = ANY(%(consensus)s::text[]))
      AND (%(answered_before)s::timestamptz IS NULL OR NOT EXISTS (
            SELECT 1 FROM annotation_annotation late
            WHERE late.item_id = item.id AND late.updated_at >= %(answered_before)s::timestamptz))
      AND NOT EXISTS (SELECT 1 FROM annotation_review verdict
                      WHERE verdict.item_id = item.id AND verdict.undone_at IS NULL AND verdict.value IS NOT NULL)
"""  # noqa: S608 - a constant

# One statement: each item gets its slots and the decision that an undo needs. What somebody holds just now is left out.
SEND_OUT = f"""
    WITH picked AS MATERIALIZED (
        SELECT item.id, item.slot_limit, item.taken {IN_DOUBT}
          AND item.open_slots = 0 AND item.taken < %(max_votes)s
        ORDER BY item.id LIMIT %(most)s
        FOR NO KEY UPDATE OF item SKIP LOCKED),
    widened AS (
        UPDATE annotation_item item
        SET slot_limit = least(item.taken + %(votes)s, %(max_votes)s),
            open_slots = least(item.taken + %(votes)s, %(max_votes)s) - item.taken
        FROM picked WHERE item.id = picked.id)
    INSERT INTO annotation_review
        (project_id, item_id, reviewer_id, decision, schema_version, note, before, batch, created_at)
    SELECT %(project)s, id, %(user)s, 'send_out', %(schema)s, '', jsonb_build_object('slot_limit', slot_limit),
           %(batch)s, now()
    FROM picked
"""  # noqa: S608 - a constant

# `taken` counts what somebody holds just now, too.
HOW_FULL = f"""
    SELECT count(*), count(*) FILTER (WHERE open_slots = 0 AND taken >= %(max_votes)s AND NOT EXISTS (
        SELECT 1 FROM annotation_assignment held
        WHERE held.item_id = item.id AND held.status = 'open' AND held.holds_slot))
    {IN_DOUBT}
"""  # noqa: S608 - a constant


def widen(*, project: Project, item: Item, votes: int) -> None:
    """Lets `votes` more people answer this locked item, in the caller's transaction.

    Raises Conflict when that would exceed max_votes, which no second opinion may.
    """
    limit = item.taken + votes
    if limit > project.max_votes:
        left = max(project.max_votes - item.taken, 0)
        english = "Most answers an item (max_votes) is {most}, which leaves {left} for this one. Raise it first."
        message = say("votes.left", english, most=project.max_votes, left=left)
        raise Conflict(
            message, code="max_votes", fields={"votes": told(message.code, f"at most {left}", **message.parts)}
        )
    Item.objects.filter(pk=item.pk).update(
        slot_limit=Greatest(F("slot_limit"), limit),
        open_slots=Greatest(Greatest(F("slot_limit"), limit) - F("taken"), Value(0)),
        drawn_at=Coalesce("drawn_at", Now()),
        draw_stream=Coalesce("draw_stream", Value(Stream.RELABEL.value)),
        draw_probability=Coalesce("draw_probability", Value(1.0)),
    )


@dataclass(frozen=True)
class Narrowed:
    """Which of the items in doubt: those that a person answered, that were given both of two classes, whose consensus
    is one of some classes, that nobody has answered since a moment; or these items, however sure."""

    person: User | None = None
    classes: list[str] | None = None
    consensus: list[str] | None = None
    answered_before: datetime | None = None
    items: list[int] | None = None


@retried
def send_out_doubtful(
    *,
    project: Project,
    user: User,
    votes: int = 1,
    below: float = 0.0,
    narrowed: Narrowed = Narrowed(),
) -> tuple[UUID, int]:
    """Sends out again what is in doubt, as far as max_votes allows; returns the batch, to be undone, and how many.

    `below` also takes items that are sure enough for the project but not for this. Up to five thousand items a call.
    """
    batch = uuid4()
    with transaction.atomic(), connection.cursor() as cursor:
        project = lock_project(project.pk, alone=False)  # max_votes stays as it is until the slots are there
        parameters = _which(project, narrowed, below) | {
            "user": user.pk, "votes": votes, "batch": batch, "most": MOST_AT_ONCE, "schema": project.schema_version,
        }  # fmt: skip
        cursor.execute(SEND_OUT, parameters)
        n_sent = cursor.rowcount
        detail = {"items": n_sent, "votes": votes, "below": below}
        audit(project=project, actor=user, verb="items.sent_out", target=f"batch:{batch}", detail=detail)
    return batch, n_sent


def _which(project: Project, narrowed: Narrowed, below: float) -> dict[str, Any]:
    return {
        "project": project.pk, "max_votes": project.max_votes, "below": below, "renamed": renamed(project),
        "person": narrowed.person and narrowed.person.pk, "classes": narrowed.classes, "items": narrowed.items,
        "consensus": narrowed.consensus, "answered_before": narrowed.answered_before,
    }  # fmt: skip


def none_sent_out(project: Project, narrowed: Narrowed) -> Conflict:
    """Returns why send_out_doubtful found nothing to send out."""
    ((n_doubtful, n_full),) = every(HOW_FULL, _which(project, narrowed, 0.0))
    if not n_doubtful:
        return Conflict(say("votes.none_in_doubt", "None of these items is in doubt any more."), code="none_in_doubt")
    if n_full == n_doubtful:
        english = "None of the items in doubt can be sent out: raise max_votes first."
        return Conflict(say("votes.none_left", english), code="max_votes")
    english = "The items in doubt are out already: answers that were asked for have not come yet."
    return Conflict(say("votes.out_already", english), code="out_already")


def close_slots(item: Item) -> None:
    """Asks nobody else about this locked item, in the caller's transaction; who has it on screen may still answer."""
    Item.objects.filter(pk=item.pk).update(slot_limit=Least("slot_limit", "taken"), open_slots=0)


def set_slot_limit(item: Item, limit: int) -> None:
    """Gives this locked item that limit, in the caller's transaction; what is taken stays.

    One that nobody was asked about yet is drawn as if it came now.
    """
    key = item.shuffle_key if item.drawn_at else key_of_late_item(item)
    open_slots = Greatest(Value(limit) - F("taken"), Value(0))
    Item.objects.filter(pk=item.pk).update(slot_limit=limit, open_slots=open_slots, shuffle_key=key)

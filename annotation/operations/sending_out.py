"""More answers for items that have some, and no more for others: widen, close_slots, set_slot_limit."""

from django.db.models import F, Value
from django.db.models.functions import Coalesce, Greatest, Least, Now

from annotation.errors import Conflict
from annotation.models import Item, Project, Stream


def widen(*, project: Project, item: Item, votes: int) -> None:
    """Lets `votes` more people answer this locked item, in the caller's transaction.

    Raises Conflict when that would exceed max_votes, which no second opinion may.
    """
    limit = item.taken + votes
    if limit > project.max_votes:
        left = max(project.max_votes - item.taken, 0)
        raise Conflict(
            f"max_votes is {project.max_votes}: this item can get {left} more answers. Raise max_votes first.",
            code="max_votes",
            fields={"votes": f"at most {left}"},
        )
    Item.objects.filter(pk=item.pk).update(
        slot_limit=Greatest(F("slot_limit"), limit),
        open_slots=Greatest(Greatest(F("slot_limit"), limit) - F("taken"), Value(0)),
        drawn_at=Coalesce("drawn_at", Now()),
        draw_stream=Coalesce("draw_stream", Value(Stream.RELABEL.value)),
        draw_probability=Coalesce("draw_probability", Value(1.0)),
    )


def close_slots(item: Item) -> None:
    """Asks nobody else about this locked item, in the caller's transaction; who has it on screen may still answer."""
    Item.objects.filter(pk=item.pk).update(slot_limit=Least("slot_limit", "taken"), open_slots=0)


def set_slot_limit(item: Item, limit: int) -> None:
    """Gives this locked item that limit, in the caller's transaction; what is taken stays."""
    Item.objects.filter(pk=item.pk).update(slot_limit=limit, open_slots=Greatest(Value(limit) - F("taken"), Value(0)))

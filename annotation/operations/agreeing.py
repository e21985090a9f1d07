"""Many decisions by one click: accept_agreeing, undo_batch."""

from uuid import UUID, uuid4

from django.contrib.auth.models import User

from annotation.errors import Conflict
from annotation.models import Item, Project, Review
from annotation.operations.undoing import undo_review
from annotation.operations.verdicts import Wish, decide_review
from annotation.queries.review import agreeing_items

MOST_AT_ONCE = 1000


def accept_agreeing(*, project: Project, user: User, note: str = "") -> tuple[UUID, int]:
    """Accepts the waiting items on which two people or more and the consensus agree; returns the batch and how many.

    Each is a decision like any other, in its own transaction: what somebody else decides meanwhile is left out.
    """
    batch, n_accepted = uuid4(), 0
    for item in Item.objects.filter(pk__in=agreeing_items(project, limit=MOST_AT_ONCE)).order_by("pk"):
        try:
            decide_review(project=project, item=item, user=user, wish=Wish("accept", note=note), batch=batch)
        except Conflict:
            continue
        n_accepted += 1
    return batch, n_accepted


def undo_batch(*, project: Project, user: User, batch: UUID) -> int:
    """Undoes what is left of a batch; returns how many decisions. Items decided on since stay as they are."""
    standing = Review.objects.filter(project=project, batch=batch, undone_at=None).select_related("project")
    n_undone = 0
    for review in list(standing.order_by("item_id")):
        try:
            undo_review(review=review, user=user)
        except Conflict:
            continue
        n_undone += 1
    return n_undone

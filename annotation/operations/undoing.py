"""Taking a decision back: undo_review. What it had changed is as before, and the decision stays in the history."""

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from annotation.errors import Conflict
from annotation.models import Flag, Item, Project, Review
from annotation.operations.gold import drop_gold
from annotation.operations.retry import retried
from annotation.operations.sending_out import set_slot_limit
from annotation.operations.slots import Policy
from annotation.operations.transfer.store import lock_project
from annotation.operations.verdicts import follow_up

Decision = Review.Decision


@retried
def undo_review(*, review: Review, user: User) -> Review:
    """Returns the decision, undone; undoing it again is harmless.

    Without the verdict the votes speak for themselves again, so consensus, skill and weights come back by inference.
    Flags that it had settled are open again, a gold item is an ordinary one, and slots that it had opened and nobody
    has taken yet are closed. What the project has changed since holds: more answers to every item, or fewer. Raises
    Conflict when a later decision stands in the way, NotFound when the project was deleted meanwhile.
    """
    with transaction.atomic():
        project = lock_project(review.project_id, alone=False)  # before the item, as whoever changes the project does
        if review.item_id is not None:
            item = Item.objects.select_for_update(no_key=True).get(pk=review.item_id)
            review = Review.objects.select_for_update(of=("self",)).select_related("project").get(pk=review.pk)
            if review.undone_at is None:
                _restore_item(review, item, project)
        else:
            review = Review.objects.select_for_update(of=("self",)).select_related("project").get(pk=review.pk)
        if review.undone_at is not None:
            return review
        _reopen(review)
        Review.objects.filter(pk=review.pk).update(undone_at=Now(), undone_by=user)
        follow_up(review, user, verb="review.undone")
    review.refresh_from_db()
    return review


def _restore_item(review: Review, item: Item, project: Project) -> None:
    """Takes back gold and slots; raises Conflict when a later decision on the item stands in the way."""
    later = Review.objects.filter(item=item, undone_at=None, pk__gt=review.pk)
    if later.exists():
        raise Conflict("There is a later decision on this item; undo that first.", code="not_the_last")
    if review.decision == Decision.GOLD:
        drop_gold(item=item)
    elif item.is_gold:
        return
    ordinary = Policy.of(project).limit_of(item.shuffle_key)
    set_slot_limit(item, max(ordinary, min(int(review.before["slot_limit"]), project.max_votes)))


def _reopen(review: Review) -> None:
    """Opens the flags that the decision had settled; not where the same doubt has been raised anew since."""
    ids = [*review.before.get("flags", ()), *([review.flag_id] if review.flag_id else [])]
    again = Flag.objects.filter(
        project_id=OuterRef("project_id"), kind=OuterRef("kind"), subject=OuterRef("subject"), status=Flag.Status.OPEN
    )
    settled = Flag.objects.filter(pk__in=ids, status__in=[Flag.Status.CONFIRMED, Flag.Status.DISMISSED])
    opened = {"status": Flag.Status.OPEN, "note": "", "decided_by": None, "closed_at": None}
    try:
        with transaction.atomic():
            settled.exclude(Exists(again)).update(**opened)
    except IntegrityError:  # an inference raised one of them anew just now, which the next statement sees
        settled.exclude(Exists(again)).update(**opened)

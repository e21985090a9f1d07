"""Gold that a manager accepts or gives up: accept_gold, remove_gold."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import transaction

from annotation.errors import BadRequest, DomainError, NotFound
from annotation.models import Item, Project, Review, Topic
from annotation.operations.auditing import audit
from annotation.operations.gold import drop_gold
from annotation.operations.outbox import request_work
from annotation.operations.retry import retried
from annotation.operations.sending_out import set_slot_limit
from annotation.operations.slots import Policy
from annotation.operations.transfer.store import lock_project
from annotation.operations.undoing import undo_review
from annotation.operations.verdicts import Wish, decide_review
from annotation.sentences import beside

MOST_AT_ONCE = 100


def accept_gold(*, project: Project, user: User, items: list[int]) -> tuple[UUID, int, list[dict[str, Any]]]:
    """Makes known answers of these items' consensus; returns the batch, how many, and why others were refused.

    Each is a decision of its own that can be undone. Raises BadRequest for more than a hundred items.
    """
    if not 1 <= len(items) <= MOST_AT_ONCE:
        raise BadRequest(f"From 1 to {MOST_AT_ONCE} items a call.", fields={"items": "too few or too many"})
    batch, refused = uuid4(), list[dict[str, Any]]()
    found = {item.pk: item for item in Item.objects.filter(project=project, pk__in=items)}
    for item_id in dict.fromkeys(items):
        try:
            if item_id not in found:
                raise NotFound("There is no such item.")
            decide_review(project=project, item=found[item_id], user=user, wish=Wish("gold"), batch=batch)
        except DomainError as refusal:
            refused.append(
                {"item": item_id, "code": refusal.code, "message": refusal.message} | beside(refusal.message)
            )
    return batch, len(set(items)) - len(refused), refused


@retried
def remove_gold(*, project: Project, item: Item, user: User) -> None:
    """Makes a gold item an ordinary one: a decision that made it gold is undone, an imported answer is given up.

    Answers that people gave to it stay and count as votes. Raises NotFound for an item without a known answer.
    """
    made = Review.objects.filter(item=item, decision=Review.Decision.GOLD, undone_at=None).select_related("project")
    if (review := made.first()) is not None:
        undo_review(review=review, user=user)
        return
    with transaction.atomic():
        project = lock_project(project.pk, alone=False)
        locked = Item.objects.select_for_update(no_key=True).get(pk=item.pk)
        if not locked.is_gold:
            raise NotFound("This item has no known answer.")
        drop_gold(item=locked)
        set_slot_limit(locked, Policy.of(project).limit_of(locked.shuffle_key))
        for topic in (Topic.QUALITY, Topic.LEARN):
            request_work(project_id=project.pk, topic=topic)
        audit(project=project, actor=user, verb="gold.removed", target=f"item:{item.pk}")

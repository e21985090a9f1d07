"""Known answers: add_gold makes one of an item that people have answered, drop_gold takes it back."""

from typing import Any

from annotation.errors import Conflict
from annotation.models import GoldAnswer, Item, Project


def add_gold(*, project: Project, item: Item, value: dict[str, Any]) -> GoldAnswer:
    """Makes this locked item a gold check with that answer, in the caller's transaction; it takes no more votes.

    Whoever has answered it is never asked it again. Raises Conflict when another gold item has the same content and a
    different answer: nobody could be right on both.
    """
    same = GoldAnswer.objects.filter(
        project=project, item__content_hash=bytes(item.content_hash), item__project=project
    ).exclude(item=item)
    against = next(
        (one for one in same[:50] if project.today(one.value, one.schema_version) not in (value, None)), None
    )
    if against is not None:
        raise Conflict(
            f"Item {against.item_id} has the same content and another known answer; change that one first.",
            code="gold_contradicts",
        )
    known = {"project": project, "value": value, "schema_version": project.schema_version}
    gold, _ = GoldAnswer.objects.update_or_create(item=item, defaults=known)
    Item.objects.filter(pk=item.pk).update(is_gold=True, slot_limit=0, open_slots=0)
    return gold


def drop_gold(*, item: Item) -> None:
    """Makes this locked item an ordinary one again, without free slots, in the caller's transaction."""
    GoldAnswer.objects.filter(item=item).delete()
    Item.objects.filter(pk=item.pk).update(is_gold=False)

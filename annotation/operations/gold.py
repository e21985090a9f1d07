"""Known answers: add_gold makes one of an item that people have answered, drop_gold takes it back."""

from typing import Any

from django.db.models.functions import Now

from annotation.errors import Conflict
from annotation.models import Assignment, GoldAnswer, Item, Project, Stream
from annotation.sentences import Sentence, say


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
        raise Conflict(contradicts(against.item_id), code="gold_contradicts")
    known = {"project": project, "value": value, "schema_version": project.schema_version}
    gold, _ = GoldAnswer.objects.update_or_create(item=item, defaults=known)
    Item.objects.filter(pk=item.pk).update(is_gold=True, slot_limit=0, open_slots=0)
    return gold


def contradicts(item_id: int) -> Sentence:
    """Returns what is said against a known answer where that item has the same content and another one."""
    english = "Item {item} has the same content and another known answer; change that one first."
    return say("gold.contradicts", english, item=item_id)


def drop_gold(*, item: Item) -> None:
    """Makes this locked item an ordinary one again, without free slots, in the caller's transaction.

    What was answered and is held as a check counts against its limit from now on; and whoever was given it is known to
    have it behind her, so it is no fresh item any more.
    """
    GoldAnswer.objects.filter(item=item).delete()
    given = Assignment.objects.filter(item=item)
    n_given = given.update(holds_slot=True)
    taken = given.filter(status__in=(Assignment.Status.OPEN, Assignment.Status.ANSWERED)).count()
    found = Item.objects.filter(pk=item.pk)
    found.update(is_gold=False, slot_limit=0, taken=taken, open_slots=0)
    if n_given:
        found.filter(drawn_at=None).update(drawn_at=Now(), draw_stream=Stream.RELABEL, draw_probability=1.0)

"""Texts that the model was asked about in use and was not sure of: put to people, once each."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction

from annotation.models import Item, Project, Stream, Topic
from annotation.operations.outbox import request_work
from annotation.operations.prediction import Answered, Shown
from annotation.operations.ranking import QUEUE_LENGTH, Place
from annotation.operations.retry import retried
from annotation.operations.transfer.answers import RowError
from annotation.operations.transfer.items import add_rows
from annotation.operations.transfer.rows import Draft, read_row
from annotation.operations.transfer.store import expected_in
from annotation.rows import every

KIND = "low_confidence"
# What is not sure in use gets every second place of the queue, as far as it goes.
MOST_PLACES = QUEUE_LENGTH // 2

# An item that somebody was asked about, or that waits already, stays as it is.
WISH = """
    UPDATE annotation_item item SET draw_reason = wish.reason
    FROM jsonb_to_recordset(%s::jsonb) AS wish (hash text, reason jsonb)
    WHERE item.project_id = %s AND item.content_hash = decode(wish.hash, 'hex')
      AND item.drawn_at IS NULL AND item.draw_reason IS NULL AND item.open_slots > 0 AND NOT item.is_gold
"""
WISHED = """
    SELECT id, draw_reason FROM annotation_item
    WHERE project_id = %s AND drawn_at IS NULL AND draw_reason IS NOT NULL AND open_slots > 0
    ORDER BY id LIMIT %s
"""


@retried
def ask_people(*, project: Project, texts: Sequence[Shown], said: Answered) -> int:
    """Makes items of the texts that the model was less sure of than the project wants; returns how many now wait.

    A text is known by its content: again, in this call or from another caller at once, it changes nothing and counts
    nothing. One that cannot be an item (empty, too long) is left out. Does nothing unless `predict_to_queue_below` is
    set.
    """
    if project.predict_to_queue_below is None:
        return 0
    doubtful = [n for n, sure in enumerate(said.confidence.tolist()) if sure < project.predict_to_queue_below]
    drafts = {draft.content_hash: (draft, n) for draft, n in _drafts(project, texts, doubtful)}
    if not drafts:
        return 0
    with transaction.atomic():
        created = _create(project, texts, drafts)
        wishes = [{"hash": key.hex(), "reason": _reason(said, n)} for key, (_, n) in drafts.items()]
        with connection.cursor() as cursor:
            cursor.execute(WISH, [json.dumps(wishes), project.pk])
            waiting = int(cursor.rowcount)
        if created:
            request_work(project_id=project.pk, topic=Topic.REPRESENT)
        if waiting:
            request_work(project_id=project.pk, topic=Topic.SCORE)
    return waiting


def _drafts(project: Project, texts: Sequence[Shown], places: Iterable[int]) -> Iterable[tuple[Draft, int]]:
    expected = expected_in(project)
    for place in places:
        try:
            yield read_row(place, {"data": _data(texts[place])}, expected), place
        except RowError:
            continue


def _create(project: Project, texts: Sequence[Shown], drafts: dict[bytes, tuple[Draft, int]]) -> int:
    """Stores what the project does not hold yet; takes no lock when it holds everything."""
    known = Item.objects.filter(project=project, content_hash__in=list(drafts)).values_list("content_hash", flat=True)
    unknown = drafts.keys() - {bytes(one) for one in known}
    rows = [(n, {"data": _data(texts[n])}) for key, (_, n) in drafts.items() if key in unknown]
    return add_rows(project.pk, rows).created if rows else 0


def _data(shown: Shown) -> dict[str, Any]:
    return {"text": shown} if isinstance(shown, str) else {"texts": list(shown)}


def _reason(said: Answered, place: int) -> dict[str, Any]:
    """The likeliest class with its probability; only how sure the model is where no class has one."""
    odds: dict[str, float] = said.predictions[place].get("probabilities", {})
    probability = max(odds.values(), default=float(said.confidence[place]))
    named = {"class": max(odds, key=odds.__getitem__)} if odds else {}
    return {"kind": KIND, **named, "probability": round(probability, 4), "model_version": said.model_number}


def with_doubts_in_use(project: Project, places: Sequence[Place]) -> list[Place]:
    """Returns the queue with the items of `ask_people` that nobody was asked about yet at every second place."""
    rows = every(WISHED, [project.pk, MOST_PLACES])
    doubts = [Place(item_id, 1.0, _loaded(reason), Stream.MODEL.value, 1.0) for item_id, reason in rows]
    wished = {place.item_id for place in doubts}
    others = [place for place in places if place.item_id not in wished]
    paired = [place for pair in zip(doubts, others, strict=False) for place in pair]
    n = min(len(doubts), len(others))
    return [*paired, *doubts[n:], *others[n:]]


def _loaded(reason: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(reason) if isinstance(reason, str) else reason
    return found

"""Items that come with a request, a thousand at most."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from annotation.errors import BadRequest
from annotation.models import Project, Topic
from annotation.operations.outbox import request_work
from annotation.operations.transfer.answers import RowError
from annotation.operations.transfer.known import contradictions
from annotation.operations.transfer.labels import check_votes, members_named, store_votes
from annotation.operations.transfer.rows import Draft, read_row
from annotation.operations.transfer.store import expected_in, lock_project, store
from annotation.sentences import say

MAX_ITEMS = 1_000


@dataclass
class Added:
    """What became of the rows: created + duplicates + the number of rows with errors = rows given.

    Of the created items so many have a known answer, and so many answers of people came with them. `repeated` says of
    each duplicate what it has in common with an item that was there already.
    """

    created: int = 0
    duplicates: int = 0
    duplicate_content: int = 0
    known_answers: int = 0
    annotations: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    repeated: list[dict[str, Any]] = field(default_factory=list, compare=False)


def add_items(*, project: Project, rows: Sequence[Any]) -> Added:
    """Stores the rows that are right and names what is wrong with the others; one transaction.

    The same external_id (or, without one, the same content) again is a duplicate and changes nothing. Two callers at
    once with the same rows: one creates, the other counts duplicates.
    Raises BadRequest for more than a thousand rows, NotFound when the project was deleted meanwhile.
    """
    if not isinstance(rows, list | tuple) or len(rows) > MAX_ITEMS:
        message = f"items is a list of at most {MAX_ITEMS:,} items; larger sets come in as a file, by imports/."
        raise BadRequest(message, fields={"items": message})
    with transaction.atomic():
        added = add_rows(project.pk, list(enumerate(rows)))
        if added.created:
            request_work(project_id=project.pk, topic=Topic.REPRESENT)
    return added


def add_rows(project_id: int, rows: Sequence[tuple[int, Any]]) -> Added:
    """The same for any number of (index, row) pairs inside the caller's transaction, who asks for their vectors."""
    added = Added()
    project = lock_project(project_id, alone=any(_is_compared(row) for _, row in rows))
    expected = expected_in(project)
    drafts: list[Draft] = []
    for index, row in rows:
        try:
            drafts.append(read_row(index, row, expected))
        except RowError as error:
            added.errors.append({"index": index} | error.shown())
    members = members_named(project, drafts)
    drafts = [draft for draft in drafts if not draft.votes or _votes_are_right(draft, members, added)]
    refused = contradictions(project, drafts)
    added.errors += [{"index": index} | error.shown() for index, error in refused.items()]
    drafts = [draft for draft in drafts if draft.index not in refused]
    stored = store(project, drafts)
    store_votes(project, stored.created, members)
    added.created, added.duplicates = len(stored.created), len(stored.duplicates)
    added.repeated = [{"index": draft.index} | _repeated(draft).shown() for draft in stored.duplicates]
    added.duplicate_content = stored.duplicate_content
    added.known_answers = sum(draft.gold is not None for _, draft in stored.created)
    added.annotations = sum(len(draft.votes) for _, draft in stored.created)
    added.errors.sort(key=lambda error: int(error["index"]))
    return added


def _repeated(draft: Draft) -> RowError:
    if draft.external_id is None:
        return RowError("data", say("row.content_there", "An item with the same content was there already."))
    english = "An item with the id {name} was there already."
    return RowError("external_id", say("row.id_there", english, name=draft.external_id))


def _is_compared(row: Any) -> bool:
    """Whether the row is held against others of the same content, which must not come in meanwhile."""
    return isinstance(row, dict) and (row.get("external_id") is None or row.get("gold") is not None)


def _votes_are_right(draft: Draft, members: dict[str, User], added: Added) -> bool:
    try:
        check_votes(draft, members)
    except RowError as error:
        added.errors.append({"index": draft.index} | error.shown())
        return False
    return True

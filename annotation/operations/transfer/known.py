"""Known answers that come with rows: none may contradict another one about the same content."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from annotation.models import GoldAnswer, Item, Project
from annotation.operations.gold import contradicts
from annotation.operations.transfer.answers import RowError
from annotation.operations.transfer.rows import Draft
from annotation.sentences import Sentence, say

# Answers known of one content, each with the sentence that refuses another one.
Known = list[tuple[dict[str, Any], Sentence]]


def contradictions(project: Project, drafts: Sequence[Draft]) -> dict[int, RowError]:
    """Returns why rows are refused, by their index: nobody could be right on both of two known answers.

    Rows that are duplicates are not: they change nothing. Call while no other import can store known answers.
    """
    fresh = _fresh(project, drafts)
    known = _stored(project, {draft.content_hash for draft in fresh})
    refused: dict[int, RowError] = {}
    for draft in fresh:
        of_content = known[draft.content_hash]
        against = next((why for value, why in of_content if value != draft.gold), None)
        if against is not None:
            refused[draft.index] = RowError("gold", against)
        elif draft.gold is not None:
            english = "The row {name} has the same content and another known answer."
            of_content.append((draft.gold, say("row.gold_contradicts", english, name=draft.external_id)))
    return refused


def _fresh(project: Project, drafts: Sequence[Draft]) -> list[Draft]:
    """The rows with a known answer that become items even where their content is there already: those with a new name.

    Without a name the same content again is a duplicate.
    """
    first: dict[str, Draft] = {}
    for draft in drafts:
        if draft.external_id is not None:
            first.setdefault(draft.external_id, draft)
    named = [draft for draft in first.values() if draft.gold is not None]
    taken = Item.objects.filter(project=project, external_id__in=[draft.external_id for draft in named])
    names = set(taken.values_list("external_id", flat=True)) if named else set()
    return [draft for draft in named if draft.external_id not in names]


def _stored(project: Project, hashes: set[bytes]) -> defaultdict[bytes, Known]:
    """The project's known answers of these contents in the classes of today; what these have no place for is left."""
    known: defaultdict[bytes, Known] = defaultdict(list)
    if not hashes:
        return known
    found = GoldAnswer.objects.filter(project=project, item__project=project, item__content_hash__in=hashes)
    for content, item_id, value, version in found.values_list(
        "item__content_hash", "item_id", "value", "schema_version"
    ):
        if (today := project.today(value, version)) is not None:
            known[bytes(content)].append((today, contradicts(item_id)))
    return known

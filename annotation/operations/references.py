"""Rows from outside that name an item of a project, by its id or by its external id."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from annotation.models import Project
from annotation.rows import every
from annotation.sentences import say

MAX_ID = 2**63 - 1
NAMED = "SELECT external_id, id FROM annotation_item WHERE project_id = %s AND external_id = ANY(%s)"
NUMBERED = "SELECT id FROM annotation_item WHERE project_id = %s AND id = ANY(%s)"

NO_ITEM = say("vector.no_item", "There is no such item in this project.")

# Takes the index of a row, the field that is wrong, and a sentence.
Refuse = Callable[[int, str, str], None]


def find_items(project: Project, rows: Mapping[int, Mapping[str, Any]], refuse: Refuse) -> dict[int, int]:
    """Returns the item id of each row, by the row's index; rows that name none, or none of the project, are refused."""
    names = {index: row["external_id"] for index, row in rows.items() if isinstance(row.get("external_id"), str)}
    numbers = {index: row["item"] for index, row in rows.items() if _is_id(row.get("item"))}
    named, numbered = items_named(project, list(names.values())), items_numbered(project, list(numbers.values()))
    found: dict[int, int] = {}
    for index, row in rows.items():
        item_id = named.get(names[index]) if index in names else numbered.get(numbers.get(index, 0))
        if ("item" in row) == ("external_id" in row):
            refuse(index, "", say("row.which_item", "Either item or external_id is needed."))
        elif item_id is None:
            refuse(index, "item" if "item" in row else "external_id", NO_ITEM)
        else:
            found[index] = item_id
    return found


def items_named(project: Project, names: Sequence[str]) -> dict[str, int]:
    """Returns the item ids of those external ids that the project knows."""
    return dict(every(NAMED, [project.pk, [name for name in set(names) if _is_storable(name)]]))


def items_numbered(project: Project, item_ids: Sequence[int]) -> dict[int, int]:
    """Returns those ids, each under itself, that are the project's items."""
    return {row[0]: row[0] for row in every(NUMBERED, [project.pk, list(set(item_ids))])}


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_ID


def _is_storable(name: str) -> bool:
    """A name that PostgreSQL cannot hold is no item's."""
    try:
        return "\0" not in name and bool(name.encode())
    except UnicodeEncodeError:
        return False

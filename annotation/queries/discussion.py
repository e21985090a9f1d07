"""What somebody may read of the talk about an item."""

import re
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q

from annotation.models import Annotation, Item, Role
from annotation.queries.review import comment_row, comments

NAME = re.compile(r"(?<![\w@])@[\w.+-]*\w")


def seen_by(user: User, item: Item) -> list[dict[str, Any]]:
    """Returns the comments that this member may read.

    What others say may give their answers away, so an annotator reads it once she has answered; and she reads no names
    but her own unless the project says so.
    """
    rows = comments(item)
    if Role(item.project.role).rank >= Role.REVIEWER.rank:
        return [comment_row(row) for row in rows]
    if not Annotation.objects.filter(item=item, annotator=user).exists():
        rows = rows.filter(Q(author=user))
    found = [comment_row(row) for row in rows]
    return found if item.project.show_names else [_without_names(row, user.get_username()) for row in found]


def _without_names(row: dict[str, Any], own: str) -> dict[str, Any]:
    return row | {
        "author": own if row["author"] == own else None,
        "mentions": [name for name in row["mentions"] if name == own],
        "body": NAME.sub(lambda found: found[0] if found[0] == f"@{own}" else "@…", row["body"]),
    }

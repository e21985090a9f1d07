"""What somebody may read of the talk about an item, and what is said to her."""

import re
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F, Q

from annotation.models import Annotation, Item, Mention, Project, Role
from annotation.queries.review import comment_row, comments

MOST_FOR_ONE = 50
NAME = re.compile(r"(?<![\w@])@[\w.+-]*\w")


def seen_by(user: User, item: Item) -> list[dict[str, Any]]:
    """Returns the comments that this member may read.

    What others say may give their answers away, so an annotator reads it once she has answered; and she reads no names
    but her own unless the project says so.
    """
    rows = comments(item)
    if not reads_others(user, item.project, item.pk):
        rows = rows.filter(Q(author=user))
    return [_named(comment_row(row), item.project, user) for row in rows]


def reads_others(user: User, project: Project, item_id: int) -> bool:
    """Whether this member may read what others say about an item: a reviewer, or an annotator who has answered it."""
    return _reviews(project) or Annotation.objects.filter(item=item_id, annotator=user).exists()


def said_to(user: User, projects: Mapping[int, Project]) -> dict[str, Any]:
    """Returns what is said to this person in these projects, each with her `role`: the unseen first, then the newest.

    `body` is null while she may not read it. `n_unseen` counts all, however many are listed.
    """
    rows = Mention.objects.filter(user=user, comment__project_id__in=list(projects))
    listed = rows.select_related("comment__author", "comment__item").prefetch_related("comment__mentions__user")
    found = list(listed.order_by(F("seen_at").desc(nulls_first=True), "-pk")[:MOST_FOR_ONE])
    items = {one.comment.item_id for one in found}
    answered = set(Annotation.objects.filter(annotator=user, item__in=items).values_list("item_id", flat=True))
    return {
        "n_unseen": rows.filter(seen_at=None).count(),
        "results": [_said_row(one, projects[one.comment.project_id], answered) for one in found],
        "next": None,
    }


def _said_row(row: Mention, project: Project, answered: set[int]) -> dict[str, Any]:
    comment = row.comment
    said = _named(comment_row(comment), project, row.user)
    is_readable = _reviews(project) or comment.item_id in answered
    return {
        "id": row.pk,
        "project": project.pk,
        "project_name": project.name,
        "item": comment.item_id,
        "external_id": comment.item.external_id,
        "text": _excerpt(comment.item) if is_readable else None,
        "author": said["author"],
        "body": said["body"] if is_readable else None,
        "by_name": row.by_name,
        "created_at": comment.created_at,
        "seen_at": row.seen_at,
    }


def _reviews(project: Project) -> bool:
    return Role(project.role).rank >= Role.REVIEWER.rank


def _excerpt(item: Item) -> str | None:
    text = item.data.get("text")
    return " ".join(text[:200].split())[:80] if isinstance(text, str) else None


def _named(row: dict[str, Any], project: Project, user: User) -> dict[str, Any]:
    """The row as this member reads it."""
    return row if _reviews(project) or project.show_names else _without_names(row, user.get_username())


def _without_names(row: dict[str, Any], own: str) -> dict[str, Any]:
    """Her own words stay as she wrote them; whom they reached is not told, or names could be tried."""
    is_own = row["author"] == own
    return row | {
        "author": own if is_own else None,
        "mentions": [name for name in row["mentions"] if name == own],
        "body": row["body"]
        if is_own
        else NAME.sub(lambda found: found[0] if found[0] == f"@{own}" else "@…", row["body"]),
    }

"""What somebody may read of the talk about an item, what is said to her, and which questions nobody has answered."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F, Q

from annotation.models import Annotation, Comment, Item, Mention, Project, Role
from annotation.queries.review import NAME, comment_row, comments
from annotation.rows import every

MOST_FOR_ONE = 50
MOST_THREADS = 1000
# A question is what an annotator begins a thread with. It is answered once somebody else than an annotator has spoken
# about its item since. Of each project the newest threads are looked at, however much was ever said in it.
QUESTIONS = """
    SELECT asked.project_id, count(*), (array_agg(asked.item_id ORDER BY asked.id))[1]
    FROM unnest(%(projects)s::bigint[]) AS listed (id)
    CROSS JOIN LATERAL (
        SELECT id, project_id, item_id, author_id FROM annotation_comment
        WHERE project_id = listed.id AND parent_id IS NULL ORDER BY id DESC LIMIT %(most)s) asked
    JOIN annotation_membership asker
      ON asker.project_id = asked.project_id AND asker.user_id = asked.author_id AND asker.role = 'annotator'
    WHERE NOT EXISTS (
        SELECT FROM annotation_comment answer
        LEFT JOIN annotation_membership who
          ON who.project_id = answer.project_id AND who.user_id = answer.author_id
        WHERE answer.item_id = asked.item_id AND answer.id > asked.id AND who.role IS DISTINCT FROM 'annotator')
    GROUP BY asked.project_id ORDER BY asked.project_id
"""


def seen_by(user: User, item: Item) -> list[dict[str, Any]]:
    """Returns the comments that this member may read.

    What others say may give their answers away, so an annotator reads it once she has answered; and she reads no names
    but her own unless the project says so.
    """
    rows = comments(item)
    if not reads_others(user, item.project, item.pk):
        rows = rows.filter(Q(author=user))
    return [read_by(user, row, item.project) for row in rows]


def read_by(user: User, comment: Comment, project: Project) -> dict[str, Any]:
    """Returns the comment as this member of the project reads it."""
    return _named(comment_row(comment), project, user)


def reads_others(user: User, project: Project, item_id: int) -> bool:
    """Whether this member may read what others say about an item: a reviewer, or an annotator who has answered it."""
    return _reviews(project) or Annotation.objects.filter(item=item_id, annotator=user).exists()


def said_to(user: User, projects: Mapping[int, Project]) -> dict[str, Any]:
    """Returns what is said to this person in these projects, each with her `role`: the unseen first, then the newest.

    `body` is null while she may not read it. `n_unseen` counts all, however many are listed. `questions` says in which
    of the projects that she reviews annotators ask something that nobody has answered.
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
        "questions": _questions([project for project in projects.values() if _reviews(project)]),
    }


def _questions(reviewed: Sequence[Project]) -> list[dict[str, Any]]:
    """Returns how many questions of annotators wait in each of the projects that has any, and the oldest one's item."""
    names = {project.pk: project.name for project in reviewed}
    found = every(QUESTIONS, {"projects": list(names), "most": MOST_THREADS}) if names else []
    return [{"project": pk, "project_name": names[pk], "n": n, "item": item} for pk, n, item in found]


def _said_row(row: Mention, project: Project, answered: set[int]) -> dict[str, Any]:
    comment = row.comment
    said = read_by(row.user, comment, project)
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
    """Her own words stay as she wrote them; whom they reached, or did not, is not told, or names could be tried."""
    is_own = row["author"] == own
    return row | {
        "author": own if is_own else None,
        "mentions": [name for name in row["mentions"] if name == own],
        "unknown": None,
        "body": row["body"]
        if is_own
        else NAME.sub(lambda found: found[0] if found[0] == f"@{own}" else "@…", row["body"]),
    }

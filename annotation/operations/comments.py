"""Talking about items: add_comment, see_comments."""

import re

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from annotation.errors import Forbidden, InvalidValue, NotFound
from annotation.models import Assignment, Comment, Item, Membership, Mention, Project, Role
from annotation.queries.discussion import reads_others
from annotation.sentences import say, told

MAX_BODY = 5_000
MENTION = re.compile(r"(?<![\w@])@([\w.+-]{1,150})")


def add_comment(*, project: Project, item: Item, user: User, body: str, parent: int | None = None) -> Comment:
    """Returns the comment. Members named by @name in it are told, and those who spoke in its thread; an answer to
    an answer joins the thread.

    An annotator may speak about items that she was given. Raises Forbidden, InvalidValue (empty or too long), NotFound
    for a parent on another item.
    """
    may_comment(project, item, user)
    if not body.strip() or len(body) > MAX_BODY:
        message = say("comment.length", "A comment has 1 to {most} characters.", most=MAX_BODY)
        raise InvalidValue(message, fields={"body": told(message.code, "empty or too long", most=MAX_BODY)})
    with transaction.atomic():
        above = (
            None if parent is None else Comment.objects.filter(pk=parent, item=item).select_related("parent").first()
        )
        if parent is not None and above is None:
            raise NotFound("There is no such comment on this item.")
        comment = Comment.objects.create(
            project=project, item=item, author=user, body=body, created_at=Now(),
            parent=None if above is None else above.parent or above,
        )  # fmt: skip
        named = _mentioned(project, body, user)
        answered = [pk for pk in _thread(comment, user) if pk not in named]
        Mention.objects.bulk_create(
            Mention(comment=comment, user_id=pk, by_name=pk in named) for pk in named + answered
        )
    comment.refresh_from_db()
    return comment


def see_comments(*, item: Item, user: User) -> int:
    """Returns how many words to this person about the item were new; not those that she may not read yet."""
    if not reads_others(user, item.project, item.pk):
        return 0
    return Mention.objects.filter(comment__item=item, user=user, seen_at=None).update(seen_at=Now())


def may_comment(project: Project, item: Item, user: User) -> None:
    """Raises Forbidden for an annotator who was never given this item."""
    reviews = Role(getattr(project, "role", Role.OWNER)).rank >= Role.REVIEWER.rank
    if not reviews and not Assignment.objects.filter(item=item, annotator=user).exists():
        raise Forbidden("You can talk about the items that you were given.")


def _thread(comment: Comment, author: User) -> list[int]:
    """Returns the members who have spoken in the thread that this comment answers, but for its author."""
    if comment.parent_id is None:
        return []
    said = Comment.objects.filter(Q(pk=comment.parent_id) | Q(parent=comment.parent_id)).values("author")
    members = Membership.objects.filter(project=comment.project_id, user__in=said).exclude(user=author)
    return list(members.order_by("user_id").values_list("user_id", flat=True))


def _mentioned(project: Project, body: str, author: User) -> list[int]:
    names = {name.rstrip(".") for name in MENTION.findall(body)}
    members = Membership.objects.filter(project=project, user__username__in=names).exclude(user=author)
    return list(members.order_by("user_id").values_list("user_id", flat=True))

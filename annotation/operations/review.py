"""What people decide about flags: decide_flag, act_on_flag, undo_flag."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from annotation.errors import BadRequest, Conflict
from annotation.models import Flag, Item, Review
from annotation.operations.agreeing import undo_batch
from annotation.operations.pausing import pause_person
from annotation.operations.retry import retried
from annotation.operations.sending_out import Narrowed, none_sent_out, send_out_doubtful
from annotation.operations.transfer.store import lock_project
from annotation.operations.undoing import undo_review
from annotation.operations.verdicts import Wish, decide_review, follow_up
from annotation.sentences import say, told

DECISIONS = {
    Flag.Status.CONFIRMED.value: Review.Decision.CONFIRM,
    Flag.Status.DISMISSED.value: Review.Decision.DISMISS,
}


def decide_flag(*, flag: Flag, user: User, status: str, note: str = "") -> Flag:
    """Returns the flag as confirmed or dismissed, with the reviewer's word and a decision that can be undone.

    Deciding twice in the same way is harmless. Raises Conflict when the flag was decided otherwise or its evidence is
    gone; of two reviewers at once one decides and the other is told. It changes no label and no person's weight: that
    is what actions are for.
    """
    if status not in DECISIONS:
        raise BadRequest("A flag can be confirmed or dismissed.", fields={"status": "confirmed or dismissed"})
    with transaction.atomic():
        if _settle(flag, user, status, note):
            review = Review.objects.create(
                project=flag.project, flag=flag, about=flag.annotator, reviewer=user, decision=DECISIONS[status],
                note=note, created_at=Now(),
            )  # fmt: skip
            follow_up(review, user, verb=f"flag.{status}")
        elif flag.status != status:
            _refuse(flag)
    return flag


@dataclass(frozen=True)
class Action:
    """What is to be done about a flag: relabel, send_out, talk or pause. `value` is the right answer of a relabel."""

    name: str
    note: str = ""
    value: Any = None
    votes: int = 1


@retried
def act_on_flag(*, flag: Flag, user: User, action: Action) -> Flag:
    """Returns the flag, confirmed by what was done about it; undo_flag takes both back.

    Raises Conflict for a flag that is decided, BadRequest for an action that makes no sense for its kind.
    """
    act = ACTIONS.get(action.name)
    if act is None:
        raise BadRequest("There is no such action.", fields={"action": f"one of {', '.join(ACTIONS)}"})
    with transaction.atomic():
        project = lock_project(flag.project_id, alone=False)
        if flag.item_id is not None:  # before the flag, as everybody else does
            Item.objects.select_for_update(no_key=True).get(pk=flag.item_id)
        found = Flag.objects.select_for_update(of=("self",)).select_related("annotator", "item")
        locked = found.get(pk=flag.pk)
        locked.project = project
        if locked.status != Flag.Status.OPEN:
            _refuse(locked)
        act(locked, user, action)
        _settle(locked, user, Flag.Status.CONFIRMED, action.note)
    return locked


def decision_on(flag: Flag) -> Review:
    """Returns the decision that settled the flag; raises Conflict for one nobody decided."""
    settled = Review.objects.filter(Q(flag=flag) | Q(before__flags__contains=[flag.pk]), undone_at=None)
    review = settled.select_related("project").order_by("-pk").first()
    if review is None:
        raise Conflict("Nobody has decided on this flag.", code="not_decided")
    return review


def batch_about(review: Review, flag: Flag) -> UUID | None:
    """Returns the click by which all was done about the flag, this decision among it; None where it was done alone or
    by a click on something else."""
    return review.batch if review.flag_id == flag.pk else None


def undo_flag(*, flag: Flag, user: User) -> Flag:
    """Returns the flag, open again, and what was done about it taken back. Raises Conflict for one nobody decided.

    Items that were sent out because of the flag are taken back with it; of many decisions made by one click on
    something else, only the one that settled this flag.
    """
    review = decision_on(flag)
    if (batch := batch_about(review, flag)) is not None:
        undo_batch(project=flag.project, user=user, batch=batch)
    else:
        undo_review(review=review, user=user)
    flag.refresh_from_db()
    return flag


def _settle(flag: Flag, user: User, status: str, note: str) -> bool:
    """Returns whether the flag was open and is settled by us now."""
    open_ = Flag.objects.filter(pk=flag.pk, status=Flag.Status.OPEN)
    settled = open_.update(status=status, note=note, decided_by=user, closed_at=Now())
    flag.refresh_from_db()
    return bool(settled)


def _refuse(flag: Flag) -> None:
    if flag.status == Flag.Status.CLOSED:
        raise Conflict("The evidence for this flag is gone, so it was closed.", code="flag_closed")
    raise Conflict(f"This flag was {flag.status} already.", code="flag_decided")


def _relabel(flag: Flag, user: User, action: Action) -> None:
    if flag.item is None or flag.kind != Flag.Kind.LABEL_SUSPECT:
        raise BadRequest("Only a doubted label can be relabelled.", fields={"action": "not for this kind"})
    decision = Review.Decision.ACCEPT if action.value is None else Review.Decision.CHANGE
    wish = Wish(decision, value=action.value, annotation=flag.annotation_id, note=action.note)
    decide_review(project=flag.project, item=flag.item, user=user, wish=wish, flag=flag)


def _send_out(flag: Flag, user: User, action: Action) -> None:
    """The doubted item; or those of the person, or of the pair of classes, whose consensus is not sure."""
    if flag.item is not None:
        wish = Wish(Review.Decision.SEND_OUT, annotation=flag.annotation_id, votes=action.votes, note=action.note)
        decide_review(project=flag.project, item=flag.item, user=user, wish=wish, flag=flag)
        return
    classes = flag.evidence.get("classes") if flag.kind == Flag.Kind.CONFUSED_PAIR else None
    narrowed = Narrowed(person=flag.annotator, classes=classes)
    batch, n_sent = send_out_doubtful(project=flag.project, user=user, votes=action.votes, narrowed=narrowed)
    if not n_sent:
        raise none_sent_out(flag.project, narrowed)
    _note(flag, user, Review.Decision.CONFIRM, f"{n_sent} items were sent out again. {action.note}".strip(), batch)


def _talk(flag: Flag, user: User, action: Action) -> None:
    if flag.annotator is None or not action.note.strip():
        message = say("flag.note_needed", "Say what the person should know.")
        raise BadRequest(message, fields={"note": told(message.code, "needed, about a person")})
    _note(flag, user, Review.Decision.TALK, action.note)


def _pause(flag: Flag, user: User, action: Action) -> None:
    if flag.annotator is None:
        raise BadRequest("This flag is about nobody.", fields={"action": "not for this kind"})
    pause_person(project=flag.project, person=flag.annotator, user=user, note=action.note, flag=flag)


def _note(flag: Flag, user: User, decision: str, note: str, batch: Any = None) -> None:
    review = Review.objects.create(
        project=flag.project, flag=flag, about=flag.annotator, reviewer=user, decision=decision, note=note[:1000],
        batch=batch, created_at=Now(),
    )  # fmt: skip
    follow_up(review, user, verb=f"flag.{decision}")


ACTIONS: dict[str, Callable[[Flag, User, Action], None]] = {
    "relabel": _relabel,
    "send_out": _send_out,
    "talk": _talk,
    "pause": _pause,
}

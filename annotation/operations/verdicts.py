"""What reviewers decide about items: decide_review. A decision is a new judgement; votes stay as they were given."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from annotation.errors import BadRequest, Conflict, Forbidden, InvalidValue
from annotation.models import Annotation, Consensus, Flag, Item, Membership, Project, Review, Role, Topic
from annotation.operations.auditing import audit
from annotation.operations.gold import add_gold
from annotation.operations.outbox import request_work
from annotation.operations.retry import retried
from annotation.operations.sending_out import close_slots, widen
from annotation.operations.transfer.store import lock_project
from annotation.queries.quality import consensus_schema
from annotation.sentences import say

Decision = Review.Decision
ON_ITEMS = (Decision.ACCEPT, Decision.CHANGE, Decision.KEEP, Decision.GOLD, Decision.SEND_OUT)


@dataclass(frozen=True)
class Wish:
    """What a reviewer wants done with an item. `annotation` is the doubted answer, `votes` how many more to ask."""

    decision: str
    value: Any = None
    annotation: int | None = None
    votes: int = 1
    note: str = ""


@dataclass
class _Facts:
    """An item as it is while we hold it, with what undo must bring back."""

    item: Item
    annotations: dict[int, dict[str, Any] | None]  # in the classes of today; None where those are gone
    flags: list[Flag]
    before: dict[str, Any] = field(default_factory=dict)


@retried
def decide_review(
    *, project: Project, item: Item, user: User, wish: Wish, batch: UUID | None = None, flag: Flag | None = None
) -> Review:
    """Returns the decision, made in one transaction; consensus, skill, training and export follow from their work.

    `batch` and `flag` say by which click and about which flag. Of two reviewers at once one decides and the other is
    told: an item has one verdict until that is undone.
    Raises Conflict (decided already, nobody has answered, no more answers allowed, gold that contradicts, an answer
    whose classes are gone), Forbidden for a reviewer whose lone answer would become right, InvalidValue for a verdict
    against the schema, BadRequest for what is missing, NotFound when the project was deleted meanwhile.
    """
    if wish.decision not in ON_ITEMS:
        names = ", ".join(ON_ITEMS)
        raise BadRequest(f"decision must be one of {names}.", fields={"decision": f"one of {names}"})
    with transaction.atomic():
        project = lock_project(project.pk, alone=False)  # before the item, as whoever changes the project does
        facts = _facts(item)
        if wish.annotation is not None and wish.annotation not in facts.annotations:
            raise BadRequest("The annotation is not of this item.", fields={"annotation": "not of this item"})
        value = None if wish.decision == Decision.SEND_OUT else _verdict(project, facts, wish)
        if value is None:
            widen(project=project, item=facts.item, votes=wish.votes)
        else:
            _refuse_own(project, facts, value, user)
            facts.before["flags"] = _settle_flags(facts, value, user, wish.note)
            close_slots(facts.item)
            if wish.decision == Decision.GOLD:
                add_gold(project=project, item=facts.item, value=value)
        review = Review.objects.create(
            project=project, item=facts.item, annotation_id=wish.annotation, reviewer=user, decision=wish.decision,
            value=value, schema_version=project.schema_version, note=wish.note, before=facts.before, batch=batch,
            flag=flag, created_at=Now(),
        )  # fmt: skip
        follow_up(review, user, verb=f"review.{wish.decision}")
    review.refresh_from_db()
    return review


def follow_up(review: Review, actor: User | None, *, verb: str) -> None:
    """Asks for the work that a decision, or its undoing, makes due, and writes it down; in the caller's transaction."""
    if review.item_id is not None:
        request_work(project_id=review.project_id, topic=Topic.QUALITY)
    if review.value is not None:
        request_work(project_id=review.project_id, topic=Topic.LEARN)
    audit(
        project=review.project,
        actor=actor,
        verb=verb,
        target=f"review:{review.pk}",
        detail={"item": review.item_id, "flag": review.flag_id, "value": review.value, "note": review.note},
    )


def _facts(item: Item) -> _Facts:
    """Locks the item, so that nobody decides on it meanwhile; raises Conflict where there is nothing to decide."""
    locked = Item.objects.select_for_update(no_key=True).get(pk=item.pk)
    if locked.is_gold:
        raise Conflict("This item has a known answer; change that among the gold items.", code="is_gold")
    standing = Review.objects.filter(item=locked, undone_at=None, value__isnull=False).select_related("reviewer")
    if (decided := standing.first()) is not None:
        who = decided.reviewer.get_username() if decided.reviewer else "the project"
        raise Conflict(f"{who} has decided on this item; that must be undone first.", code="decided_already")
    given = Annotation.objects.filter(item=locked).values_list("pk", "value", "schema_version")
    annotations = {pk: locked.project.today(value, version) for pk, value, version in given}
    if not annotations:
        raise Conflict("Nobody has answered this item yet.", code="nothing_to_review")
    flags = list(Flag.objects.select_for_update().filter(item=locked, status=Flag.Status.OPEN))
    return _Facts(locked, annotations, flags, before={"slot_limit": locked.slot_limit})


def _verdict(project: Project, facts: _Facts, wish: Wish) -> dict[str, Any]:
    if wish.decision == Decision.KEEP:
        return _kept(facts, wish.annotation)
    if wish.decision == Decision.CHANGE or wish.value is not None:
        value = project.question.canonical(wish.value, project.schema, facts.item.data)
        if wish.decision == Decision.ACCEPT and value != _proposal(facts):
            raise Conflict("The engine proposes something else by now; look again.", code="proposal_changed")
        return value
    return _of_today(project, facts, _proposal(facts))


def _of_today(project: Project, facts: _Facts, value: dict[str, Any]) -> dict[str, Any]:
    """Returns the consensus if it still is an answer: after a change of classes it is worked out anew."""
    try:
        return project.question.canonical(value, project.schema, facts.item.data)
    except InvalidValue as error:
        raise _changed_classes() from error


def _changed_classes() -> Conflict:
    return Conflict("The classes have changed; the consensus is being worked out anew.", code="no_consensus")


def _refuse_own(project: Project, facts: _Facts, value: dict[str, Any], user: User) -> None:
    """Raises Forbidden where a reviewer would declare right what she alone has answered; a manager may."""
    same = [pk for pk, given in facts.annotations.items() if given == value]
    if len(same) != 1 or not Annotation.objects.filter(pk=same[0], annotator=user).exists():
        return
    if Membership.objects.filter(project=project, user=user, role=Role.REVIEWER).exists():
        raise Forbidden(say("review.own", "Only you have answered so: somebody else has to decide that it is right."))


def _kept(facts: _Facts, annotation: int | None) -> dict[str, Any]:
    first, *others = facts.annotations.values() if annotation is None else [facts.annotations[annotation]]
    if any(other != first for other in others):
        raise BadRequest("The answers differ: say which one to keep.", fields={"annotation": "needed"})
    if first is None:
        raise Conflict("The classes of this answer are gone; choose another answer.", code="class_gone")
    return first


def _proposal(facts: _Facts) -> dict[str, Any]:
    """What the engine believes: of a doubted answer, the one it holds for right instead."""
    consensus = Consensus.objects.filter(item=facts.item).first()
    if consensus is None:
        raise Conflict("There is no consensus on this item yet.", code="no_consensus")
    project = facts.item.project
    if project.is_renamed_since(consensus_schema(project) or project.schema_version):
        raise _changed_classes()
    value: dict[str, Any] = consensus.value
    return value


def _settle_flags(facts: _Facts, value: dict[str, Any], user: User, note: str) -> list[int]:
    """Confirms the doubts about answers that differ from the verdict and dismisses the others; returns their ids."""
    settled = [flag for flag in facts.flags if flag.kind == Flag.Kind.LABEL_SUSPECT]
    for flag in settled:
        wrong = facts.annotations.get(flag.annotation_id or 0) != value
        status = Flag.Status.CONFIRMED if wrong else Flag.Status.DISMISSED
        Flag.objects.filter(pk=flag.pk).update(status=status, note=note, decided_by=user, closed_at=Now())
    return [flag.pk for flag in settled]

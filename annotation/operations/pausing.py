"""A person gets no more questions for now: pause_person, resume_person, and the project's written rule."""

import math

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.db.models.functions import Now

from annotation.errors import Conflict, NotFound
from annotation.models import Annotation, Flag, Membership, Project, Review
from annotation.operations.undoing import undo_review
from annotation.operations.verdicts import follow_up
from annotation.sentences import say

PAUSE = Review.Decision.PAUSE


def pause_person(
    *, project: Project, person: User, user: User | None, note: str = "", flag: Flag | None = None
) -> Review:
    """Returns the standing pause; who is paused keeps her open leases and may answer them. `user` None is a rule.

    Raises NotFound for somebody outside the project, Conflict when she is paused already, also by somebody else just
    now: the pause is unique while it stands.
    """
    if not Membership.objects.filter(project=project, user=person).exists():
        raise NotFound("There is no such member.")
    try:
        with transaction.atomic():
            review = Review.objects.create(
                project=project, about=person, reviewer=user, decision=PAUSE, note=note, flag=flag, created_at=Now()
            )
            follow_up(review, user, verb="person.paused")
    except IntegrityError as error:
        message = say("person.paused_already", "{who} is paused already.", who=person.get_username())
        raise Conflict(message, code="paused_already") from error
    review.refresh_from_db()
    return review


def resume_person(*, project: Project, person: User, user: User) -> Review:
    """Returns the pause, undone; raises NotFound when she is not paused."""
    standing = Review.objects.filter(project=project, about=person, decision=PAUSE, undone_at=None).first()
    if standing is None:
        raise NotFound(say("person.not_paused", "This person is not paused."))
    return undo_review(review=standing, user=user)


def is_paused(*, project_id: int, user_id: int) -> bool:
    return Review.objects.filter(project_id=project_id, about_id=user_id, decision=PAUSE, undone_at=None).exists()


def pause_by_rule(project: Project) -> None:
    """Pauses annotators whose answers look random at the odds that the project has written down; in its transaction.

    The flag is confirmed with it. Somebody whom a manager lets go on is paused again by much more evidence only.
    """
    if project.pause_at_odds <= 0:
        return
    found = Flag.objects.filter(
        project=project, kind=Flag.Kind.ANNOTATOR_LOOKS_RANDOM, status=Flag.Status.OPEN,
        evidence__log_odds__gte=math.log(max(project.pause_at_odds, 1.0)),
        annotator__memberships__project=project, annotator__memberships__role="annotator",
    ).select_related("annotator")  # fmt: skip
    for flag in found:
        if flag.annotator is None or is_paused(project_id=project.pk, user_id=flag.annotator.pk) or _may_go_on(flag):
            continue
        note = f"The project pauses people whose answers are {project.pause_at_odds:g} times likelier at random."
        pause_person(project=project, person=flag.annotator, user=None, note=note, flag=flag)
        Flag.objects.filter(pk=flag.pk).update(status=Flag.Status.CONFIRMED, note=note, closed_at=Now())


def _may_go_on(flag: Flag) -> bool:
    """Whether a manager has let this person go on, and she has not given half as many answers again since."""
    pauses = Review.objects.filter(project=flag.project_id, about=flag.annotator_id, decision=PAUSE)
    let_go_at = pauses.aggregate(at=Max("undone_at"))["at"]
    if let_go_at is None:
        return False
    given = Annotation.objects.filter(project=flag.project_id, annotator=flag.annotator_id)
    known = given.filter(created_at__lte=let_go_at).count()
    return bool(flag.evidence["weight"] < Flag.REOPEN_GROWTH * known)

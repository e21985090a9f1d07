"""The training phase of newcomers: known answers first, told at once whether one was right, then a pass mark."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from annotation.errors import NotFound
from annotation.models import Annotation, Assignment, GoldAnswer, Membership, Project, Role, Stream
from annotation.operations.auditing import audit
from annotation.operations.gold_leases import take_gold
from annotation.operations.retry import retried
from annotation.queries.labeling import Lease
from annotation.rows import every

Stage = Membership.Training
REASON = "training"

# Walks the project's known answers, so its cost does not grow with what others have done.
ASKED = """
    SELECT lease.status, gold.value::text, gold.schema_version, said.value::text, said.schema_version
    FROM annotation_goldanswer gold
    JOIN annotation_assignment lease ON lease.item_id = gold.item_id AND lease.annotator_id = %(user)s
    LEFT JOIN annotation_annotation answer ON answer.assignment_id = lease.id
    LEFT JOIN annotation_annotationrevision said ON said.annotation_id = answer.id AND said.revision = 1
    WHERE gold.project_id = %(project)s AND lease.stream = 'gold' AND lease.status <> 'expired'
"""


@dataclass(frozen=True)
class Training:
    """How far somebody is in her training: `asked` of `of` are answered or skipped. `leases` are new ones."""

    stage: str
    asked: int
    of: int
    score: float | None = None
    leases: list[Lease] = field(default_factory=list)


@dataclass(frozen=True)
class Feedback:
    """Whether an answer given in training was right, and what the known answer is."""

    right: bool
    value: dict[str, Any]


def train(*, project: Project, user: User, count: int) -> Training | None:
    """Returns where this newcomer stands, with up to `count` new leases; None for whoever is no newcomer any more.

    Newcomers are annotators who have answered nothing but known answers. Her membership is locked meanwhile, so two
    calls at once hand out no more than `training_items` between them, and her training is judged once. It is over when
    so many known answers are answered or skipped, or none is left. A skip counts as not right, and of an answer that
    was changed the first one counts. Without any known answer nobody is trained.
    """
    with transaction.atomic():
        found = Membership.objects.select_for_update(no_key=True).filter(project=project, user=user)
        member = found.filter(role=Role.ANNOTATOR).exclude(training=Stage.PASSED).first()
        if member is None:
            return None
        if member.training == Stage.NOT_PASSED:
            return Training(Stage.NOT_PASSED, project.training_items, project.training_items, member.training_score)
        if _has_worked(member):
            Membership.objects.filter(pk=member.pk).update(training=Stage.PASSED)
            return None
        return _go_on(project, member, count)


def _has_worked(member: Membership) -> bool:
    given = Annotation.objects.filter(project_id=member.project_id, annotator_id=member.user_id)
    return given.exclude(assignment__stream=Stream.GOLD).exists()


def _go_on(project: Project, member: Membership, count: int) -> Training | None:
    _let_go_what_ran_out(member)
    asked = _asked(project, member)
    n_open = sum(status == Assignment.Status.OPEN for status, _ in asked)
    new: list[Lease] = []
    while len(new) < min(count, project.training_items - len(asked)):
        more = take_gold(project=project, user_id=member.user_id, by_rate=True, reason=REASON)
        if not more:
            break
        new += more
    if n_open or new or (asked and not count):
        return Training(Stage.UNDECIDED, len(asked) - n_open, project.training_items, leases=new)
    return _judge(project, member, [right for _, right in asked]) if asked else None


def _let_go_what_ran_out(member: Membership) -> None:
    """Known answers take no slot, so a lease on one that ran out can be drawn again at once."""
    mine = Assignment.objects.filter(project_id=member.project_id, annotator_id=member.user_id, stream=Stream.GOLD)
    late = mine.filter(status=Assignment.Status.OPEN, expires_at__lt=Now())
    late.update(status=Assignment.Status.EXPIRED, closed_at=Now())


def _asked(project: Project, member: Membership) -> list[tuple[str, bool]]:
    """Returns each known answer that she was asked for: the state of the lease, and whether her first answer is it.

    Those whose class is gone do not count: nobody can give them any more.
    """
    rows = every(ASKED, {"project": project.pk, "user": member.user_id})
    return [
        (status, said is not None and _is_right(project, known, project.today(json.loads(said), schema)))
        for status, gold, gold_schema, said, schema in rows
        if (known := project.today(json.loads(gold), gold_schema)) is not None
    ]


def _is_right(project: Project, known: Mapping[str, Any], given: Mapping[str, Any] | None) -> bool:
    """Whether two answers in the classes of today are the same; one whose class is gone is not the known one."""
    return given is not None and project.question.distance(given, known, project.schema) == 0


def _judge(project: Project, member: Membership, right: list[bool]) -> Training:
    """Writes down how her training has ended, once; the caller holds her membership."""
    score = sum(right) / len(right)
    stage = Stage.PASSED if score >= project.training_pass_mark else Stage.NOT_PASSED
    Membership.objects.filter(pk=member.pk).update(training=stage, training_score=score)
    detail = {"right": sum(right), "of": len(right), "pass_mark": project.training_pass_mark}
    target = member.user.get_username()
    audit(project=project, actor=None, verb=f"training.{stage}", target=target, detail=detail)
    return Training(stage, len(right), project.training_items, score)


def feedback_on(*, assignment: Assignment, value: Mapping[str, Any]) -> Feedback | None:
    """Returns whether an answer given in training is the known one, and that one; None for every other answer.

    Asks nothing of the database unless the question belongs to a training.
    """
    if assignment.reason.get("kind") != REASON:
        return None
    gold = GoldAnswer.objects.filter(item_id=assignment.item_id).first()
    if gold is None:
        return None
    project = assignment.project
    known = project.today(gold.value, gold.schema_version)
    return None if known is None else Feedback(_is_right(project, known, value), known)


@retried
def let_in(*, project: Project, person: User, user: User) -> None:
    """Ends a person's training: from now on she gets ordinary work, whatever her score. Again it changes nothing.

    Raises NotFound for somebody outside the project.
    """
    with transaction.atomic():
        member = Membership.objects.select_for_update(no_key=True).filter(project=project, user=person).first()
        if member is None:
            raise NotFound("There is no such member.")
        if member.training == Stage.PASSED:
            return
        Membership.objects.filter(pk=member.pk).update(training=Stage.PASSED)
        detail = {"was": member.training, "score": member.training_score}
        audit(project=project, actor=user, verb="training.let_in", target=person.get_username(), detail=detail)

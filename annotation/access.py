"""The only doors to rows. Each returns what the person may see, or raises.

What does not exist and what one may not know of are the same NotFound; Forbidden is for a role that is too small on a
project that one can see. Instance administrators see every project as its owner.
"""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from annotation import rows
from annotation.errors import Forbidden, NotFound
from annotation.models import (
    Annotation,
    Assignment,
    Flag,
    Item,
    Job,
    Membership,
    ModelVersion,
    Project,
    Review,
    Role,
    Tally,
)
from annotation.sentences import say

MAX_ID = 2**63 - 1

# What each right needs. Routes name a right, never a role.
NEEDS: dict[str, Role] = {
    "label": Role.ANNOTATOR,
    "comment": Role.ANNOTATOR,
    "see_project": Role.ANNOTATOR,
    "see_model": Role.ANNOTATOR,
    "predict": Role.ANNOTATOR,
    # Finished items count after an ordinary answer, but not after one to a known item: whoever answers alone would see.
    "see_progress": Role.REVIEWER,
    "see_models": Role.REVIEWER,
    "see_queue": Role.REVIEWER,
    "see_items": Role.REVIEWER,
    "see_quality": Role.REVIEWER,
    "decide_flags": Role.REVIEWER,
    "review": Role.REVIEWER,
    "see_members": Role.REVIEWER,
    "import": Role.MANAGER,
    "export": Role.MANAGER,
    "change_project": Role.MANAGER,
    "manage_members": Role.MANAGER,
    "send_out": Role.MANAGER,
    "set_gold": Role.MANAGER,
    "pause_people": Role.MANAGER,
    "see_jobs": Role.MANAGER,
    "see_audit": Role.MANAGER,
    "pin_models": Role.MANAGER,
    "download_models": Role.MANAGER,
    "delete_project": Role.OWNER,
}


PROJECT = """
    SELECT %s, membership.training, membership.role
    FROM annotation_project project
    LEFT JOIN annotation_membership membership ON membership.project_id = project.id AND membership.user_id = %%s
    WHERE project.id = %%s AND project.deleted_at IS NULL
"""
ASSIGNMENT = """
    SELECT %s, membership.training, membership.id IS NOT NULL
    FROM annotation_assignment assignment
    JOIN annotation_project project ON project.id = assignment.project_id AND project.deleted_at IS NULL
    LEFT JOIN annotation_membership membership
      ON membership.project_id = project.id AND membership.user_id = assignment.annotator_id
    WHERE assignment.id = %%s AND assignment.annotator_id = %%s
"""


def projects_of(user: User) -> QuerySet[Project]:
    """Returns the living projects that this person can see, each with her `role`."""
    mine: QuerySet[Any] = Project.objects.filter(deleted_at__isnull=True).annotate(
        mine=FilteredRelation("memberships", condition=Q(memberships__user=user))
    )
    if user.is_superuser:
        seen = mine.annotate(role=Coalesce(F("mine__role"), Value(Role.OWNER.value)))
    else:
        seen = mine.filter(mine__isnull=False).annotate(role=F("mine__role"))
    limit = only_project(user)
    return cast(QuerySet[Project], seen if limit is None else seen.filter(pk=limit))


def only_project(user: User) -> int | None:
    """Returns the project to which the token in use is limited; None when it is not."""
    return getattr(user, "only_project", None)


def require_unlimited(user: User) -> None:
    """Raises Forbidden for a token that is limited to one project: this is about more than that."""
    if only_project(user) is not None:
        raise Forbidden("This token is limited to one project.")


def require_lasting(user: User, *, until: datetime | None) -> None:
    """Raises Forbidden for a token in use that ends before `until`: it makes nothing that outlives it."""
    end: datetime | None = getattr(user, "token_ends_at", None)
    if end is not None and (until is None or until > end):
        raise Forbidden("This token ends; what it makes cannot outlive it.")


def require_administrator(user: User) -> None:
    """Raises Forbidden for anybody but an administrator of this instance."""
    require_unlimited(user)
    if not user.is_superuser:
        raise Forbidden(say("role.administrator", "This needs an administrator of this instance."))


def project_for(user: User, project_id: str | int, *, needs: str) -> Project:
    """Returns the project, with the person's `role`, if she has the right named `needs`."""
    row = rows.one(PROJECT % rows.columns(Project, "project"), [user.pk, _key(project_id)])
    if row is None or not (row[-1] or user.is_superuser) or only_project(user) not in (None, row[0]):
        raise NotFound(say("not_found.project", "There is no such project."))
    project = rows.instance(Project, row[:-2])
    project.training = row[-2]
    project.role = str(row[-1] or Role.OWNER.value)
    require(project.role, needs)
    return project


def members_of(project: Project) -> QuerySet[Any]:
    """Returns the memberships with their users, each with how many `annotations` the person gave here
    and whether she is `paused`."""
    tally = Tally.objects.filter(project=project, name="answers", person=OuterRef("user")).order_by().values("person")
    given = Coalesce(Subquery(tally.annotate(total=Sum("n")).values("total")), 0)
    pauses = Review.objects.filter(project=project, about=OuterRef("user"), decision="pause", undone_at=None)
    return (
        Membership.objects.filter(project=project)
        .select_related("user")
        .annotate(annotations=given, paused=Exists(pauses))
    )


def member_for(project: Project, username: str) -> User:
    """Returns the member of that name; raises NotFound."""
    found = Membership.objects.filter(project=project, user__username=username).select_related("user")
    membership = None if "\0" in username else found.first()
    if membership is None:
        raise NotFound(say("not_found.member", "There is no such member."))
    return membership.user


def suffices(role: str, needs: str) -> bool:
    """Whether the role is large enough for the right."""
    return Role(role).rank >= NEEDS[needs].rank


def require(role: str, needs: str) -> None:
    """Raises Forbidden unless the role is large enough for the right."""
    if not suffices(role, needs):
        english = "This needs the role {needed}; yours is {role}."
        raise Forbidden(say("role.needed", english, needed=NEEDS[needs].value, role=role))


def assignment_for(user: User, assignment_id: str | int) -> Assignment:
    """Returns the person's own assignment with its project; anybody else's does not exist."""
    selected = f"{rows.columns(Assignment, 'assignment')}, {rows.columns(Project, 'project')}"
    row = rows.one(ASSIGNMENT % selected, [_key(assignment_id), user.pk])
    if row is None or not (row[-1] or user.is_superuser):
        raise NotFound(say("not_found.assignment", "There is no such assignment."))
    split = rows.width(Assignment)
    assignment = rows.instance(Assignment, row[:split])
    if only_project(user) not in (None, assignment.project_id):
        raise NotFound(say("not_found.assignment", "There is no such assignment."))
    assignment.project = rows.instance(Project, row[split:-2])
    assignment.project.training = row[-2]
    return assignment


def job_for(user: User, job_id: str | int, *, needs: str = "see_jobs") -> Job:
    """Returns an import or export job of a project in which this person may see jobs."""
    job: Job = _of_project(user, Job.objects.select_related("project"), job_id, needs, "There is no such job.")
    return job


def model_for(project: Project, number: str | int) -> ModelVersion:
    """Returns the project's version of that number."""
    found = ModelVersion.objects.filter(project=project, number=min(_key(number), 2**31 - 1))
    version = found.select_related("representation").first()
    if version is None:
        raise NotFound(say("not_found.model", "There is no such model."))
    return version


def flag_for(user: User, flag_id: str | int, *, needs: str) -> Flag:
    flag: Flag = _of_project(user, Flag.objects.select_related("project"), flag_id, needs, "There is no such flag.")
    return flag


def item_for(user: User, item_id: str | int, *, needs: str) -> Item:
    """Returns the item, its project with the person's `role`."""
    item: Item = _of_project(user, Item.objects.select_related("project"), item_id, needs, "There is no such item.")
    return item


def review_for(user: User, review_id: str | int, *, needs: str) -> Review:
    found = Review.objects.select_related("project")
    review: Review = _of_project(user, found, review_id, needs, "There is no such decision.")
    return review


def may_undo(user: User, review: Review, role: str) -> None:
    """Raises Forbidden unless the role may take such a decision back: a pause needs what pausing needs; what was
    decided about oneself, or by a colleague on an item that one has answered, a manager."""
    require(role, "pause_people" if review.decision == Review.Decision.PAUSE else "review")
    _not_ones_own(user, Review.objects.filter(pk=review.pk), role)


def may_undo_batch(user: User, project: Project, batch: UUID) -> None:
    """Raises Forbidden as `may_undo` does for any decision of the batch."""
    _not_ones_own(user, Review.objects.filter(project=project, batch=batch, undone_at=None), project.role)


def _not_ones_own(user: User, decisions: QuerySet[Review], role: str) -> None:
    answered = Annotation.objects.filter(item_id=OuterRef("item_id"), annotator=user)
    own = decisions.filter(Q(about=user) | (Exists(answered) & ~Q(reviewer=user)))
    if Role(role).rank <= Role.REVIEWER.rank and own.exists():
        raise _own_work()


def may_decide(user: User, flag: Flag) -> None:
    """Raises Forbidden for a reviewer who would decide about a doubt of herself or of her own label; whoever manages
    the project may."""
    if flag.annotator_id == user.pk and Role(flag.project.role).rank <= Role.REVIEWER.rank:
        raise _own_work()


def _own_work() -> Forbidden:
    return Forbidden(say("flag.own", "This is about your own work: somebody else has to decide."))


def is_blind(project: Project) -> bool:
    """Whether this person is not to see who gave which answer: a reviewer where the project says so."""
    return project.blind_review and Role(project.role).rank <= Role.REVIEWER.rank


def _of_project(user: User, found: QuerySet[Any], key: str | int, needs: str, missing: str) -> Any:
    row = found.filter(pk=_key(key), project__deleted_at__isnull=True).first()
    project = row and projects_of(user).filter(pk=row.project_id).first()
    if project is None:
        raise NotFound(missing)
    require(project.role, needs)
    found_row: Any = row
    found_row.project = project
    return found_row


def _key(value: str | int) -> int:
    """Returns the id, or raises NotFound for anything that cannot be one."""
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) < 20) or int(text) > MAX_ID:
        raise NotFound(say("not_found.thing", "There is no such thing."))
    return int(text)

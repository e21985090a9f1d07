"""Answers that were given elsewhere and come in with their items."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from annotation.models import Annotation, AnnotationRevision, Assignment, Membership, Project, Stream, Topic
from annotation.operations.outbox import request_work
from annotation.operations.transfer.answers import RowError, Vote
from annotation.operations.transfer.rows import Draft
from annotation.sentences import say

CLOCKS_MAY_DIFFER = timedelta(minutes=1)


def members_named(project: Project, drafts: Iterable[Draft]) -> dict[str, User]:
    """Returns the members whom the drafts' answers name, by username."""
    names = {vote.annotator for draft in drafts for vote in draft.votes}
    if not names:
        return {}
    members = Membership.objects.filter(project=project, user__username__in=names).select_related("user")
    return {member.user.username: member.user for member in members}


def check_votes(draft: Draft, members: dict[str, User]) -> None:
    """Raises RowError when an answer is by somebody outside the project or from the future."""
    latest = timezone.now() + CLOCKS_MAY_DIFFER
    for number, vote in enumerate(draft.votes):
        if vote.annotator not in members:
            raise RowError(
                f"annotations.{number}.annotator", say("row.no_member", "There is no such person in the project.")
            )
        if vote.created_at is not None and vote.created_at > latest:
            raise RowError(f"annotations.{number}.created_at", say("row.future", "The time lies in the future."))


def store_votes(project: Project, created: Sequence[tuple[int, Draft]], members: dict[str, User]) -> list[int]:
    """Inserts assignments, annotations and first revisions, asks for the work they make due; returns annotation ids."""
    votes = [(item_id, draft, vote) for item_id, draft in created for vote in draft.votes]
    if not votes:
        return []
    assignments = Assignment.objects.bulk_create(
        _assignment(project, item_id, draft, vote, members) for item_id, draft, vote in votes
    )
    annotations = Annotation.objects.bulk_create(
        Annotation(
            assignment=lease, project=project, item_id=lease.item_id, annotator_id=lease.annotator_id,
            value=vote.value, schema_version=project.schema_version,
            created_at=lease.created_at, updated_at=lease.created_at,
        )
        for lease, (_, _, vote) in zip(assignments, votes, strict=True)
    )  # fmt: skip
    AnnotationRevision.objects.bulk_create(
        AnnotationRevision(
            annotation=one, revision=1, value=one.value, schema_version=one.schema_version, created_at=one.created_at
        )
        for one in annotations
    )
    ids = [one.pk for one in annotations]
    for topic in (Topic.LEARN, Topic.QUALITY):
        request_work(project_id=project.pk, topic=topic, annotation_ids=ids)
    return ids


def _assignment(project: Project, item_id: int, draft: Draft, vote: Vote, members: dict[str, User]) -> Assignment:
    moment = vote.created_at or timezone.now()
    return Assignment(
        project=project, item_id=item_id, annotator=members[vote.annotator], stream=Stream.IMPORT,
        reason={"kind": "import"}, probability=1.0, holds_slot=draft.gold is None,
        status=Assignment.Status.ANSWERED, created_at=moment, expires_at=moment, closed_at=moment,
    )  # fmt: skip

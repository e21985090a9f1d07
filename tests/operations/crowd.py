"""Projects with answers, and the quality lane run over them."""

from collections.abc import Mapping, Sequence

from django.contrib.auth.models import User
from django.utils import timezone

from annotation.models import Annotation, Assignment, Item, Project, Stream, Topic
from annotation.operations.outbox import request_work, run_lane
from annotation.operations.quality import infer_quality
from tests.factories import make_item, make_member, make_user


def ask_everybody(
    project: Project, answers: Mapping[str, Sequence[str | None]], *, gold: Sequence[str | None] = ()
) -> tuple[list[Item], dict[str, User]]:
    """Stores answers[person][i] of the i-th new item (None: not asked). Returns the items and the people."""
    n_items = max(len(given) for given in answers.values())
    known = [*gold, *[None] * n_items]
    items = [make_item(project, gold=known[i]) for i in range(n_items)]
    people = {name: make_member(project, user=make_user(name)) for name in answers}
    asked = [
        (item, people[name], given[i])
        for i, item in enumerate(items)
        for name, given in answers.items()
        if i < len(given)
    ]
    _store(project, [(item, person, answer) for item, person, answer in asked if answer is not None])
    return items, people


def _store(project: Project, answers: Sequence[tuple[Item, User, str]]) -> None:
    """Writes leases and answers in bulk; slots are not counted, quality does not look at them."""
    now = timezone.now()
    leases = Assignment.objects.bulk_create(
        Assignment(
            project=project, item=item, annotator=person, stream=Stream.SHUFFLE, probability=1.0,
            status=Assignment.Status.ANSWERED, created_at=now, expires_at=now, closed_at=now,
        )
        for item, person, _ in answers
    )  # fmt: skip
    Annotation.objects.bulk_create(
        Annotation(
            assignment=lease, project=project, item=lease.item, annotator=lease.annotator, value={"class": answer},
            seconds=3.0, created_at=now, updated_at=now,
        )
        for lease, (_, _, answer) in zip(leases, answers, strict=True)
    )  # fmt: skip


def judge(project: Project) -> None:
    """Runs the quality lane once, as a worker does."""
    request_work(project_id=project.pk, topic=Topic.QUALITY)
    run_lane(project_id=project.pk, topic=Topic.QUALITY, operation=infer_quality)


def change_answer(annotation: Annotation, name: str) -> None:
    Annotation.objects.filter(pk=annotation.pk).update(value={"class": name}, revision=annotation.revision + 1)

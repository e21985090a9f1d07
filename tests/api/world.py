"""One project with one of everything that an address may name, a person in each role, and people who do not belong."""

import uuid

from django.contrib.auth.models import User
from django.utils import timezone

from annotation.models import Assignment, Evaluation, Flag, Job, ModelVersion, Representation
from annotation.operations.verdicts import Wish, decide_review
from tests.factories import make_annotation, make_assignment, make_item, make_member, make_project, make_user

ROLES = ["annotator", "reviewer", "manager", "owner"]
BATCH = uuid.UUID(int=7)


class World:
    """One project with one of everything, a person in each role, and people who do not belong."""

    def __init__(self) -> None:
        self.project = make_project(overlap=2, max_votes=5)
        self.people = {role: make_member(self.project, user=make_user(f"the-{role}"), role=role) for role in ROLES}
        newcomer = make_member(self.project, user=make_user("newcomer"))
        self.elsewhere = make_user("elsewhere")
        make_project(owner=self.elsewhere)
        item, now = make_item(self.project), timezone.now()
        answer = make_annotation(item, self.people["annotator"], "ham")
        self.asked = make_item(self.project)
        facts = {"project": self.project, "item": item, "annotation": answer}
        flag = Flag.objects.create(
            **facts, kind="label_suspect", subject=f"annotation:{answer.pk}", annotator=self.people["annotator"],
            score=0.9, evidence={}, created_at=now,
        )  # fmt: skip
        review = decide_review(
            project=self.project,
            item=item,
            user=self.people["reviewer"],
            wish=Wish(decision="change", value={"class": "ham"}),
        )
        job = Job.objects.create(
            project=self.project, kind="export", created_by=newcomer, created_at=now, params={"format": "jsonl"}
        )
        self._model(1)
        self._model(2)
        self.ids = {
            "project_id": self.project.pk, "username": "newcomer", "item_id": item.pk, "flag_id": flag.pk,
            "review_id": review.pk, "job_id": job.pk, "number": 1, "batch": BATCH, "version": 1, "token_id": 1,
            "invitation_id": 1,
        }  # fmt: skip

    def _model(self, number: int) -> None:
        fitted = Representation.objects.create(
            project=self.project, version=number, name="pool", dimension=2, n_fitted=2, path="a", checksum="b"
        )
        ModelVersion.objects.create(
            project=self.project, number=number, representation=fitted, trained_through=1, n_annotations=number,
            strategy="team", classes=["ham", "spam"], path="a", checksum="b", seconds=0.1,
        )  # fmt: skip
        Evaluation.objects.create(
            project=self.project, model_number=number, annotations=number, arm="active", metric="accuracy",
            estimate=1, low=0, high=1, n=1,
        )  # fmt: skip

    def lease_of(self, person: User) -> Assignment:
        return make_assignment(self.asked, person)

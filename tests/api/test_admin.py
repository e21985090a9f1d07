"""The admin: every page opens, history cannot be edited, and its actions are the operations."""

import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotation import models
from annotation.admin.base import EstimatedPaginator, HistoryAdmin
from annotation.models import (
    AgreementReport,
    AnnotatorReport,
    ApiToken,
    Assignment,
    AuditEvent,
    Comment,
    Consensus,
    Evaluation,
    FeatureShard,
    Flag,
    GuidelineVersion,
    Heartbeat,
    IdempotencyKey,
    Invitation,
    Item,
    Job,
    Membership,
    Mention,
    MetricSeries,
    ModelVersion,
    Prediction,
    Preferences,
    Project,
    QualityVersion,
    QueueEntry,
    Representation,
    Review,
    Role,
    SecondOpinion,
    Topic,
    VectorBatch,
    WorkLane,
    WorkRequest,
)
from tests.factories import make_annotation, make_assignment, make_item, make_member, make_project, make_user

pytestmark = pytest.mark.django_db

EVERY_MODEL = sorted(
    (getattr(models, name) for name in models.__all__ if hasattr(getattr(models, name), "_meta")), key=str
)
HISTORY = sorted((model for model, page in admin.site._registry.items() if isinstance(page, HistoryAdmin)), key=str)
HOSTILE = "<script>alert('x')</script>"


@pytest.fixture
def operator() -> Client:
    browser = Client()
    browser.force_login(make_user("operator", is_staff=True, is_superuser=True))
    return browser


@pytest.fixture
def project() -> Project:
    """A project with one row of everything."""
    project = make_project(name=HOSTILE)
    item, asked, now = make_item(project, text=HOSTILE), make_item(project), timezone.now()
    make_item(project, gold="spam")
    person = make_member(project)
    annotation = make_annotation(item, person, "ham", seconds=2.0)
    make_assignment(asked, person)
    Prediction.objects.create(item=item, project=project, value={"class": HOSTILE})
    Consensus.objects.create(
        item=item, project=project, value={"class": "ham"}, probability=0.9, posterior={}, n_votes=1,
        status="single", updated_at=now,
    )  # fmt: skip
    AnnotatorReport.objects.create(
        project=project, annotator=person, n_annotations=1, random_log_odds=0, confusion=[], updated_at=now
    )
    AgreementReport.objects.create(project=project, report={}, updated_at=now)
    QualityVersion.objects.create(project=project, path="a", checksum="b", schema_version=1, n_votes=1, created_at=now)
    Flag.objects.create(
        project=project, kind="label_suspect", subject="annotation:1", item=item, annotation=annotation,
        annotator=person, score=0.9, evidence={"text": HOSTILE}, created_at=now,
    )  # fmt: skip
    Review.objects.create(
        project=project, item=item, annotation=annotation, reviewer=person, decision="keep", value={"class": HOSTILE},
        note=HOSTILE, created_at=now, undone_at=now,
    )  # fmt: skip
    comment = Comment.objects.create(project=project, item=item, author=person, body=HOSTILE, created_at=now)
    Mention.objects.create(comment=comment, user=person)
    GuidelineVersion.objects.create(project=project, version=1, text=HOSTILE, created_by=person, created_at=now)
    SecondOpinion.objects.create(item=item, project=project, gain=0.1, n_votes=1, first=0, second=1, skill=0.9)
    fitted = Representation.objects.create(
        project=project, version=1, name="pool", dimension=2, n_fitted=2, path="a", checksum="b"
    )
    FeatureShard.objects.create(
        representation=fitted, number=1, n_rows=1, first_item=1, last_item=1, path="a", checksum="b"
    )
    VectorBatch.objects.create(project=project, n_rows=1, dimension=2, path="a", checksum="b")
    ModelVersion.objects.create(
        project=project, number=1, representation=fitted, trained_through=1, n_annotations=1, strategy="team",
        classes=[], path="a", checksum="b", seconds=0.1,
    )  # fmt: skip
    QueueEntry.objects.create(project=project, rank=1, item=asked, score=1, reason={}, model_version=1)
    Evaluation.objects.create(
        project=project, model_number=1, annotations=1, arm="active", metric="accuracy", estimate=1, low=0, high=1, n=1
    )
    WorkRequest.objects.create(project=project, topic=Topic.LEARN, created_at=now)
    WorkLane.objects.create(project=project, topic=Topic.LEARN, attempts=3, not_before=now, error="broken")
    Job.objects.create(project=project, kind="import", created_by=person, created_at=now)
    ApiToken.objects.create(user=person, digest=b"1" * 32)
    Preferences.objects.create(user=person, language="zh-Hans")
    Invitation.objects.create(
        project=project, role="annotator", digest=b"2" * 32, created_by=person, created_at=now, expires_at=now
    )
    IdempotencyKey.objects.create(user=person, key="k", fingerprint=b"", created_at=now)
    AuditEvent.objects.create(project=project, actor=person, verb="test", target=HOSTILE)
    Heartbeat.objects.create(name="worker", beat_at=now)
    MetricSeries.objects.create(name="request_seconds", labels=HOSTILE, values=[1.0])
    return project


def page(model: type, name: str, *given: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=given)


def act(operator: Client, action: str, *rows: object) -> None:
    """Runs an action on the rows as the change list does."""
    sent = {"action": action, "_selected_action": [row.pk for row in rows]}
    response = operator.post(page(type(rows[0]), "changelist"), sent)
    assert response.status_code == 302


def test_every_table_has_its_page():
    assert set(EVERY_MODEL) <= set(admin.site._registry)


@pytest.mark.parametrize("model", [*EVERY_MODEL, User], ids=lambda model: model.__name__)
class TestPages:
    def test_lists_and_rows_open_and_show_text_as_text(self, operator, project, model):
        row = model.objects.first()
        for address in (
            page(model, "changelist"),
            page(model, "changelist") + "?q=1",
            page(model, "change", row.pk),
            page(model, "history", row.pk),
        ):
            response = operator.get(address)
            assert response.status_code == 200, address
            assert HOSTILE not in response.content.decode()

    def test_the_number_of_queries_does_not_grow_with_the_rows(
        self, operator, project, model, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(12):
            operator.get(page(model, "changelist"))

    def test_strangers_are_sent_to_the_log_in(self, project, model):
        browser = Client()
        assert browser.get(page(model, "changelist")).status_code == 302
        browser.force_login(make_user(is_staff=True))
        assert browser.get(page(model, "changelist")).status_code == 403


@pytest.mark.parametrize("model", HISTORY, ids=lambda model: model.__name__)
def test_history_refuses_edits(operator, project, model):
    row = model.objects.first()
    before = model.objects.values().get(pk=row.pk)
    assert operator.get(page(model, "add")).status_code == 403
    assert operator.post(page(model, "change", row.pk), {"name": "x"}).status_code == 403
    if model is not ApiToken:
        assert operator.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert "delete_selected" not in operator.get(page(model, "changelist")).content.decode() or model is ApiToken
    assert model.objects.values().get(pk=row.pk) == before


class TestProjects:
    def form(self, operator: Client, project: Project, **changes: object) -> dict[str, object]:
        shown = operator.get(page(Project, "change", project.pk)).context["adminform"].form
        return {name: "" if (value := shown[name].value()) is None else value for name in shown.fields} | changes

    def test_an_overlap_reaches_the_items(self, operator, project):
        sent = self.form(operator, project, overlap=3, max_votes=3, name="renamed")
        assert operator.post(page(Project, "change", project.pk), sent).status_code == 302
        project.refresh_from_db()
        assert (project.overlap, project.name) == (3, "renamed")
        assert set(Item.objects.filter(is_gold=False).values_list("slot_limit", flat=True)) == {3}
        assert AuditEvent.objects.filter(verb="project.changed").exists()

    def test_a_refusal_is_shown_and_changes_nothing(self, operator, project):
        sent = self.form(operator, project, target_confidence=0.1)
        response = operator.post(page(Project, "change", project.pk), sent, follow=True)
        assert "target_confidence" in response.content.decode() or "from 0.5 to 1" in response.content.decode()
        project.refresh_from_db()
        assert project.target_confidence == 0.95

    def test_cannot_be_deleted_but_ends_with_a_tombstone(self, operator, project):
        assert operator.post(page(Project, "delete", project.pk), {"post": "yes"}).status_code == 403
        act(operator, "tombstone", project)
        project.refresh_from_db()
        assert project.deleted_at is not None
        assert project.annotations.exists()

    @pytest.mark.parametrize(
        ("action", "topics"),
        [("rerun_quality", {Topic.QUALITY}), ("rerun_learning", {Topic.REPRESENT, Topic.LEARN, Topic.SCORE})],
    )
    def test_work_is_asked_for_again(self, operator, project, action, topics):
        WorkRequest.objects.all().delete()
        act(operator, action, project)
        assert set(WorkRequest.objects.filter(project=project).values_list("topic", flat=True)) == topics

    def test_links_lead_to_lists_of_this_project(self, operator, project):
        make_item(make_project())
        shown = operator.get(page(Project, "change", project.pk)).content.decode()
        links = re.findall(r'href="(/admin/annotation/\w+/\?project__id__exact=\d+)"', shown)
        assert len(links) >= 8
        for link in links:
            assert operator.get(link).status_code == 200
        found = operator.get(page(Item, "changelist") + f"?project__id__exact={project.pk}").context["cl"]
        assert found.result_count == Item.objects.filter(project=project).count()


class TestActions:
    def test_a_lease_is_released(self, operator, project):
        lease = Assignment.objects.get(status="open")
        act(operator, "release", lease)
        lease.refresh_from_db()
        assert lease.status == Assignment.Status.EXPIRED
        assert lease.item.open_slots == 1
        assert AuditEvent.objects.get(verb="leases.released").detail == {"assignments": [lease.pk]}

    def test_an_answered_one_is_left_alone(self, operator, project):
        lease = Assignment.objects.get(status="answered")
        act(operator, "release", lease)
        lease.refresh_from_db()
        assert lease.status == Assignment.Status.ANSWERED

    @pytest.mark.parametrize(("action", "status"), [("dismiss", "dismissed"), ("confirm", "confirmed")])
    def test_flags_are_decided_as_in_the_page(self, operator, project, action, status):
        act(operator, action, Flag.objects.get())
        assert Flag.objects.get().status == status
        assert Flag.objects.get().decided_by.username == "operator"
        assert AuditEvent.objects.filter(verb=f"flag.{status}").exists()

    def test_a_resting_lane_is_freed(self, operator, project):
        act(operator, "free", WorkLane.objects.get())
        lane = WorkLane.objects.get()
        assert (lane.attempts, lane.not_before, lane.error) == (0, None, "")

    def test_a_viewer_may_look_and_not_act(self, project):
        viewer = make_user(is_staff=True)
        viewer.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
        browser = Client()
        browser.force_login(viewer)
        lease = Assignment.objects.get(status="open")
        browser.post(page(Assignment, "changelist"), {"action": "release", "_selected_action": [lease.pk]})
        lease.refresh_from_db()
        assert lease.status == Assignment.Status.OPEN
        assert b'value="release"' not in browser.get(page(Assignment, "changelist")).content


class TestPeople:
    def test_a_token_can_be_taken_back(self, operator, project):
        token = ApiToken.objects.get()
        assert operator.post(page(ApiToken, "delete", token.pk), {"post": "yes"}).status_code == 302
        assert not ApiToken.objects.exists()

    def test_accounts_are_not_deleted(self, operator, project):
        person = User.objects.get(annotations__isnull=False)
        assert operator.post(page(User, "delete", person.pk), {"post": "yes"}).status_code == 403

    def test_members_come_and_go_by_the_same_rules(self, operator, project):
        person = make_user()
        sent = {"project": project.pk, "user": person.pk, "role": Role.REVIEWER}
        assert operator.post(page(Membership, "add"), sent).status_code == 302
        member = Membership.objects.get(user=person)
        assert AuditEvent.objects.filter(verb="member.set", target=person.username).exists()
        operator.post(page(Membership, "delete", member.pk), {"post": "yes"})
        assert not Membership.objects.filter(user=person).exists()

    def test_the_last_owner_stays(self, operator, project):
        owner = Membership.objects.get(project=project, role=Role.OWNER)
        response = operator.post(page(Membership, "delete", owner.pk), {"post": "yes"}, follow=True)
        assert "keeps at least one owner" in response.content.decode()
        operator.post(page(Membership, "change", owner.pk), {"role": Role.ANNOTATOR})
        assert Membership.objects.get(pk=owner.pk).role == Role.OWNER


def test_large_tables_are_estimated(project, monkeypatch):
    make_assignment(make_item(project), make_member(project), expires_at=timezone.now() + timedelta(hours=1))
    assert EstimatedPaginator(Item.objects.order_by("pk"), 50).count == Item.objects.count()
    monkeypatch.setattr("annotation.admin.base.EXACT_BELOW", 0)
    assert EstimatedPaginator(Item.objects.filter(is_gold=True).order_by("pk"), 50).count >= 1


class TestModels:
    def test_a_version_whose_files_are_gone_is_not_pinned(self, operator, project):
        act(operator, "pin", project.model_versions.get())
        project.refresh_from_db()
        assert project.pinned_model is None
        assert not AuditEvent.objects.filter(verb="model.pinned").exists()

    def test_a_pinned_version_is_unpinned(self, operator, project):
        Project.objects.filter(pk=project.pk).update(pinned_model=project.model_versions.get())
        act(operator, "unpin", project)
        project.refresh_from_db()
        assert project.pinned_model is None
        assert AuditEvent.objects.filter(verb="model.unpinned", project=project).exists()

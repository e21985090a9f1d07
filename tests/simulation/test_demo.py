"""The demo project: made once, whole, and never in anybody's way."""

from collections import Counter

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from annotation.demo import history, inbox
from annotation.errors import InvalidValue
from annotation.models import Annotation, Item, Membership, Project
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin(monkeypatch) -> User:
    """An administrator; no worker runs, so nobody waits for the model."""
    monkeypatch.setattr(history, "CATCH_UP_SECONDS", 0.0)
    monkeypatch.setattr(history, "LABELS", 45)
    monkeypatch.setattr(history, "TWICE_UNTIL", 30)
    return make_user("boss", is_superuser=True)


def test_messages_are_many_and_different():
    rows = inbox.messages()
    counts = Counter(row["class"] for row in rows)
    assert set(counts) == {name for name, _ in inbox.CLASSES}
    assert len(rows) == len({row["text"] for row in rows}) == len({row["id"] for row in rows}) >= 380
    assert counts["Safety"] == min(counts.values()) < 20


def test_makes_a_project_with_people_gold_and_labels(admin):
    call_command("demo")
    project = Project.objects.get()
    assert (project.name, project.created_by, project.overlap) == ("Support inbox", admin, 1)
    assert Annotation.objects.count() == 45
    assert Item.objects.filter(is_gold=True).count() == inbox.GOLD
    assert Item.objects.filter(drawn_at__isnull=True).count() > 300
    assert Item.objects.filter(taken=2).exists()
    people = User.objects.filter(username__endswith=".demo")
    assert len(people) == len(inbox.PEOPLE)
    assert not any(person.has_usable_password() for person in people)
    careless = Annotation.objects.filter(annotator__username="ewan.demo")
    assert max(one.seconds for one in careless) < 3


def test_it_can_be_looked_at_in_every_role(admin, monkeypatch):
    monkeypatch.setenv("QUERENT_DEMO_PASSWORD", "told once")
    call_command("demo", roles=["annotator", "reviewer"])
    roles = Membership.objects.filter(user__username__in=["annotator.demo", "reviewer.demo"])
    assert dict(roles.values_list("user__username", "role")) == {
        "annotator.demo": "annotator",
        "reviewer.demo": "reviewer",
    }
    assert all(authenticate(username=member.user.username, password="told once") for member in roles)
    assert not Annotation.objects.filter(annotator__in=[member.user for member in roles]).exists()


def test_an_account_that_does_not_join_is_not_left_behind(admin):
    """The next start would leave it alone, and nobody could look at the demo with it."""
    with pytest.raises(InvalidValue):
        inbox.add_accounts(inbox.demo_project(admin), actor=admin, roles=["nobody"], password=None)
    assert not User.objects.filter(username="nobody.demo").exists()


def test_every_demo_begins_alike(admin):
    """On a new database the same people are asked the same messages from the same streams."""
    told = []
    for _ in range(2):
        call_command("flush", interactive=False)  # known answers are drawn by ids
        make_user("boss", is_superuser=True)
        call_command("demo")
        project = Project.objects.get()
        told.append(list(
            Annotation.objects.filter(project=project).order_by("id").values_list(
                "item__external_id", "annotator__username", "assignment__stream", "value"
            )
        ))  # fmt: skip
    assert told[0] == told[1]
    assert len(told[0]) == 45


def test_twice_is_once(admin):
    call_command("demo")
    call_command("demo")
    assert (Project.objects.count(), Annotation.objects.count()) == (1, 45)


def test_goes_on_after_it_was_stopped(admin, monkeypatch):
    class Stopped(Exception):
        pass

    def stop(*arguments: object) -> bool:
        raise Stopped

    with monkeypatch.context() as stopping:
        stopping.setattr(history, "_caught_up", stop)
        with pytest.raises(Stopped):
            call_command("demo")
    assert Annotation.objects.count() == 20
    call_command("demo")
    assert (Project.objects.count(), Annotation.objects.count()) == (1, 45)


def test_a_deleted_demo_stays_deleted(admin):
    call_command("demo")
    Project.objects.update(deleted_at=timezone.now())
    call_command("demo")
    assert Project.objects.count() == 1


def test_needs_an_administrator():
    with pytest.raises(CommandError, match="ensure_admin"):
        call_command("demo")

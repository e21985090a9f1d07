"""Invitations by link: what they let in, whom, how often and how long."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from annotation.errors import NotFound
from annotation.models import Invitation, Membership, Project, Role
from annotation.operations.invitations import accept, invite
from tests.factories import make_member, make_project, make_user

PASSWORD = "correct horse battery"


@pytest.fixture
def project(owner) -> Project:
    return make_project(owner=owner.user)


@pytest.fixture
def link(owner, project):
    """Makes an invitation and returns its answer."""

    def make(**wish):
        status, made = owner.call("POST", f"projects/{project.pk}/invitations/", wish)
        assert status == 201, made
        return made

    return make


def role_of(project: Project, username: str) -> str | None:
    return Membership.objects.filter(project=project, user__username=username).values_list("role", flat=True).first()


def test_somebody_new_gets_an_account_and_is_logged_in(project, link, anybody) -> None:
    made = link(role="reviewer")
    told = anybody.call("POST", "invitations/look/", {"token": made["token"]})
    assert told[0] == 200
    assert told[1].pop("expires_at")
    invited = {"project_id": project.pk, "project": project.name, "role": "reviewer", "invited_by": "owner"}
    assert told[1] == invited
    body = {"token": made["token"], "username": "ana", "password": PASSWORD}
    status, me = anybody.call("POST", "invitations/accept/", body)
    assert (status, me["username"], me["memberships"][0]["role"]) == (200, "ana", "reviewer")
    assert anybody.call("GET", "me/")[1]["username"] == "ana"
    assert anybody.call("POST", "invitations/look/", {"token": made["token"]})[0] == 404  # used up


def test_whoever_has_an_account_comes_in_as_herself(project, link, client_of) -> None:
    made = link(uses=2)
    assert client_of(make_user("ana")).call("POST", "invitations/accept/", {"token": made["token"]})[0] == 200
    assert role_of(project, "ana") == "annotator"
    reviewer = client_of(make_member(project, role=Role.REVIEWER))
    assert reviewer.call("POST", "invitations/accept/", {"token": made["token"]})[0] == 200
    assert role_of(project, reviewer.user.username) == "reviewer"
    assert Invitation.objects.get().n_uses == 1


@pytest.mark.parametrize("ended", [
    {"revoked_at": timezone.now()}, {"expires_at": timezone.now()}, {"n_uses": 1},
])  # fmt: skip
def test_an_ended_one_lets_nobody_in(project, link, anybody, stranger, ended) -> None:
    made = link()
    Invitation.objects.update(**ended)
    body = {"token": made["token"], "username": "ana", "password": PASSWORD}
    assert anybody.call("POST", "invitations/look/", {"token": made["token"]})[0] == 404
    assert anybody.call("POST", "invitations/accept/", body)[0] == 404
    assert stranger.call("POST", "invitations/accept/", body)[0] == 404
    assert role_of(project, "ana") is role_of(project, "stranger") is None


def test_what_is_refused(project, link, anybody, owner, client_of) -> None:
    manager = client_of(make_member(project, role=Role.MANAGER))
    path = f"projects/{project.pk}/invitations/"
    for wish in ({"role": "owner"}, {"days": 0}, {"uses": 1001}, {"days": "7"}, {"role": None}):
        assert owner.call("POST", path, wish)[0] in (400, 422), wish
    assert manager.call("POST", path, {"role": "manager"})[0] == 201
    made = link()
    for name, password, status in (
        ("", PASSWORD, 422),
        ("..", PASSWORD, 422),  # in an address a step upwards: removing this member would delete the project
        (".", PASSWORD, 422),
        ("ana", "short", 422),
        ("owner", PASSWORD, 409),
        (7, PASSWORD, 400),
    ):
        body = {"token": made["token"], "username": name, "password": password}
        assert anybody.call("POST", "invitations/accept/", body)[0] == status
    assert Invitation.objects.get(pk=made["id"]).n_uses == 0


def test_the_list_never_tells_a_link_and_revoking_ends_it(project, link, owner, stranger) -> None:
    made = link(uses=5, days=2)
    path = f"projects/{project.pk}/invitations/"
    [row] = owner.call("GET", path)[1]["results"]
    assert (row["most_uses"], row["is_open"], "token" in row) == (5, True, False)
    for _ in range(2):
        assert owner.call("DELETE", f"{path}{made['id']}/")[0] == 204
    assert owner.call("GET", path)[1]["results"][0]["is_open"] is False
    assert owner.call("DELETE", f"{path}{10**18}/")[0] == 404
    assert stranger.call("POST", "invitations/accept/", {"token": made["token"]})[0] == 404


@pytest.mark.parametrize("change", [
    lambda project, maker: Membership.objects.filter(user=maker).update(role=Role.ANNOTATOR),
    lambda project, maker: Membership.objects.filter(user=maker).delete(),
    lambda project, maker: User.objects.filter(pk=maker.pk).update(is_active=False),
])  # fmt: skip
def test_nobody_comes_back_by_a_link_that_she_kept(project, owner, client_of, anybody, change) -> None:
    maker = client_of(make_member(project, role=Role.MANAGER))
    _, made = maker.call("POST", f"projects/{project.pk}/invitations/", {"role": "manager", "uses": 9})
    change(project, maker.user)
    before = role_of(project, maker.user.username)
    assert maker.call("POST", "invitations/accept/", {"token": made["token"]})[0] in (401, 404)
    assert anybody.call("POST", "invitations/look/", {"token": made["token"]})[0] == 404
    assert role_of(project, maker.user.username) == before
    assert owner.call("GET", f"projects/{project.pk}/invitations/")[1]["results"][0]["is_open"] is False


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_no_more_come_in_than_it_says() -> None:
    maker = make_user()
    project = make_project(owner=maker)
    project.role = Role.OWNER
    _, secret = invite(project=project, actor=maker, role="annotator", days=1, uses=2)
    people = [make_user() for _ in range(5)]

    def come(person) -> bool:
        try:
            accept(secret=secret, user=person)
        except NotFound:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(come, people)) == 2
    assert Membership.objects.filter(project=project, user__in=people).count() == 2

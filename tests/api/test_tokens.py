"""Tokens and log-ins: limits that hold from the next request on, and a trail of who did what."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client
from django.utils import timezone

from annotation.api.throttles import PER_ACCOUNT_AND_NETWORK, _count
from annotation.models import ApiToken, AuditEvent
from annotation.operations.tokens import digest
from tests.factories import make_item, make_project


@pytest.fixture
def project(owner):
    return make_project(owner=owner.user)


def test_a_token_has_the_limits_that_it_was_made_with(owner, project, anybody):
    until = timezone.now() + timedelta(hours=1)
    wish = {"name": "dashboard", "read_only": True, "project": project.pk, "expires_at": until.isoformat()}
    status, made = owner.call("POST", "tokens/", wish)
    assert (status, made["read_only"], made["project"]) == (201, True, project.pk)
    assert made["token"].startswith("qt_")
    row = ApiToken.objects.get(pk=made["id"])
    assert bytes(row.digest) == digest(made["token"])
    anybody.http.credentials(HTTP_AUTHORIZATION=f"Token {made['token']}")
    assert anybody.call("GET", f"projects/{project.pk}/")[0] == 200
    assert anybody.call("PATCH", f"projects/{project.pk}/", {"name": "x"})[0] == 403
    assert anybody.call("GET", "tokens/")[0] == 403
    ApiToken.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(hours=2))
    assert anybody.call("GET", f"projects/{project.pk}/")[0] == 401


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"expires_at": "2001-01-01T00:00:00Z"}, 422),
        ({"expires_at": "0001-01-01T00:00:00+14:00"}, 400),
        ({"expires_at": "9999-12-31T23:59:59-14:00"}, 400),
        ({"expires_at": "soon"}, 400),
        ({"expires_at": 7}, 400),
        ({"project": 2**63}, 404),
        ({"project": 2**62}, 404),
        ({"project": True}, 400),
        ({"read_only": "maybe"}, 400),
    ],
)
def test_limits_that_cannot_be(owner, wish, status):
    assert owner.call("POST", "tokens/", wish)[0] == status


def test_the_trail(admin, anybody, owner, project):
    name = admin.user.username
    for password in ("a wrong guess", "a long password"):
        anybody.call("POST", "auth/token/", {"username": name, "password": password})
    anybody.call("POST", "auth/token/", {"username": "a long password", "password": "typed into the wrong field"})
    _, made = owner.call("POST", "tokens/", {"name": "script"}, **{"X-Request-ID": "the-request"})
    owner.call("DELETE", f"tokens/{made['id']}/")
    owner.call("PATCH", f"projects/{project.pk}/", {"name": "Renamed"})
    _, page = admin.call("GET", "audit/")
    told = [(row["verb"], row["actor"]) for row in page["results"]]
    assert ("log_in", name) in told
    assert ("log_in.refused", name) in told
    assert ("token.taken_back", "owner") in told
    assert "the-request" in [row["request_id"] for row in page["results"] if row["verb"] == "token.made"]
    assert not AuditEvent.objects.filter(target__contains="a long password").exists()
    assert {row["verb"] for row in admin.call("GET", "audit/?verb=log_in")[1]["results"]} == {"log_in"}
    _, ours = owner.call("GET", f"projects/{project.pk}/audit/")
    assert {row["project"] for row in ours["results"]} == {project.pk}
    assert owner.call("GET", "audit/")[0] == 403
    assert owner.call("GET", f"projects/{project.pk}/audit/?verb__contains=x")[0] == 400


@pytest.mark.parametrize("forged", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP"])
def test_forged_headers_do_not_evade_the_throttle(admin, anybody, forged):
    guess = {"username": admin.user.username, "password": "guess"}
    for place in range(10):
        assert anybody.call("POST", "auth/token/", guess, **{forged: f"10.0.0.{place}"})[0] == 401
    assert anybody.call("POST", "auth/token/", guess, **{forged: "10.0.1.1"})[0] == 429


def test_behind_a_proxy_only_its_own_word_counts(admin, anybody, settings):
    settings.TRUSTED_PROXIES = 1
    guess = {"username": admin.user.username, "password": "guess"}
    for place in range(10):
        anybody.call("POST", "auth/token/", guess, **{"X-Forwarded-For": f"10.0.0.{place}, 192.0.2.9"})
    assert anybody.call("POST", "auth/token/", guess, **{"X-Forwarded-For": "10.0.1.1, 192.0.2.9"})[0] == 429
    right = guess | {"password": "a long password"}
    other = {"X-Forwarded-For": "192.0.2.9, 192.0.2.77"}
    assert anybody.call("POST", "auth/token/", right, **other)[0] == 200, "the owner elsewhere is not locked out"


@pytest.mark.parametrize("password", ["short", "12345678901", "password1", "maya-the-annotator", "Maya.The.Annotator1"])
def test_passwords_that_are_too_easy(admin, password):
    project = make_project(owner=admin.user)
    body = {"username": "maya-the-annotator", "role": "annotator", "password": password}
    status, answer = admin.call("POST", f"projects/{project.pk}/members/", body)
    assert (status, set(answer["error"]["fields"])) == (422, {"password"})


def test_ipv4_in_the_form_of_ipv6_is_no_common_network(admin, anybody):
    guess = {"username": admin.user.username, "password": "a guess"}
    for _ in range(PER_ACCOUNT_AND_NETWORK):
        anybody.http.post("/api/v1/auth/token/", guess, format="json", REMOTE_ADDR="::ffff:192.0.2.66")
    right = guess | {"password": "a long password"}
    for address, status in (("::ffff:192.0.2.66", 429), ("192.0.2.66", 429), ("::ffff:192.0.2.67", 200)):
        answer = anybody.http.post("/api/v1/auth/token/", right, format="json", REMOTE_ADDR=address)
        assert answer.status_code == status, address


def test_no_user_name_counts_against_somebody_else(admin, anybody):
    name = admin.user.username
    for _ in range(PER_ACCOUNT_AND_NETWORK):
        anybody.call("POST", "auth/token/", {"username": f"{name}:127.0.0.1/32", "password": "a guess"})
    assert anybody.call("POST", "auth/token/", {"username": name, "password": "a long password"})[0] == 200


def test_the_admin_is_no_way_around_the_throttle(admin):
    name, page = admin.user.username, Client()
    guess = {"username": name, "password": "a guess", "next": "/admin/"}
    assert page.post("/admin/login/", guess | {"password": "a long password"}).status_code == 302
    for _ in range(PER_ACCOUNT_AND_NETWORK):
        assert "The user name or the password is wrong." in page.post("/admin/login/", guess).content.decode()
    assert AuditEvent.objects.filter(verb="log_in.refused", actor=admin.user).count() == PER_ACCOUNT_AND_NETWORK
    refused = page.post("/admin/login/", guess | {"password": "a long password"})
    assert "Too many failed log-ins" in refused.content.decode()


def test_a_token_that_ends_makes_none_that_outlives_it(owner, anybody):
    end = timezone.now() + timedelta(hours=1)
    _, made = owner.call("POST", "tokens/", {"expires_at": end.isoformat()})
    anybody.http.credentials(HTTP_AUTHORIZATION=f"Token {made['token']}")
    assert anybody.call("POST", "tokens/", {"name": "for ever"})[0] == 403
    for hours, status in ((1, 403), (-0.5, 201)):
        until = end + timedelta(hours=hours)
        assert anybody.call("POST", "tokens/", {"expires_at": until.isoformat()})[0] == status


def test_a_token_of_one_project_makes_no_accounts(admin, anybody):
    project = make_project(owner=admin.user)
    _, made = admin.call("POST", "tokens/", {"project": project.pk})
    anybody.http.credentials(HTTP_AUTHORIZATION=f"Token {made['token']}")
    path, wish = f"projects/{project.pk}/members/", {"username": "new", "role": "annotator", "password": "a long one 7"}
    assert anybody.call("POST", path, wish)[0] == 403
    assert admin.call("POST", path, wish)[0] == 201


def test_an_administrator_answers_what_she_was_given(admin, project):
    make_item(project)
    _, given = admin.call("POST", f"projects/{project.pk}/assignments/", {"count": 1})
    [lease] = given["assignments"]
    assert admin.call("PUT", f"assignments/{lease['id']}/annotation/", {"value": {"class": "ham"}})[0] == 201


class Forgetful(LocMemCache):
    """What it was asked to keep has run out by the next moment."""

    def add(self, *_: Any, **__: Any) -> bool:
        return False


def test_a_count_whose_time_runs_out_meanwhile_is_begun_anew_later():
    _count(Forgetful("forgetful", {}), "key")

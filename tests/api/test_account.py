"""One's own account: language, password, and the end of other sessions."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from rest_framework.test import APIClient

from annotation.models import AuditEvent, Preferences
from annotation.operations.accounts import collect_sessions
from tests.factories import make_user

pytestmark = pytest.mark.django_db

OLD, NEW = "correct horse battery", "another staple entirely"


@pytest.fixture
def ana() -> User:
    """Failures are counted by name, so each test has a name of its own."""
    return make_user(f"ana-{uuid.uuid4().hex}", password=OLD)


def session_of(user: User, password: str = OLD) -> APIClient:
    browser = APIClient()
    answer = browser.post("/api/v1/auth/session/", {"username": user.username, "password": password}, format="json")
    assert answer.status_code == 200, answer.content
    return browser


def status(browser: APIClient) -> int:
    return browser.get("/api/v1/me/").status_code


def test_the_language_is_kept_for_the_person(ana):
    browser = session_of(ana)
    assert browser.get("/api/v1/me/").json()["language"] == ""
    assert browser.patch("/api/v1/me/", {"language": "zh-Hans"}, format="json").json()["language"] == "zh-Hans"
    assert session_of(ana).get("/api/v1/me/").json()["language"] == "zh-Hans"
    refused = browser.patch("/api/v1/me/", {"language": "xx"}, format="json")
    assert refused.status_code == 400
    assert "language" in refused.json()["error"]["fields"]
    assert Preferences.objects.get().language == "zh-Hans"


def test_a_new_password_ends_the_other_sessions(ana):
    here, elsewhere = session_of(ana), session_of(ana)
    body = {"current": OLD, "password": NEW}
    assert here.post("/api/v1/me/password/", body, format="json").status_code == 204
    assert (status(here), status(elsewhere)) == (200, 401)
    assert status(session_of(ana, NEW)) == 200
    assert AuditEvent.objects.filter(verb="password.changed", actor=ana).count() == 1


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"current": "wrong", "password": NEW}, "current", "wrong_password"),
        ({"current": OLD, "password": "12345678"}, "password", "unfit_password"),
    ],
)
def test_a_wrong_or_unfit_password_changes_nothing(ana, body, field, code):
    here, elsewhere = session_of(ana), session_of(ana)
    refused = here.post("/api/v1/me/password/", body, format="json")
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, code)
    assert field in refused.json()["error"]["fields"]
    assert (status(here), status(elsewhere)) == (200, 200)


def test_signing_out_elsewhere_keeps_the_password(ana):
    here, elsewhere = session_of(ana), session_of(ana)
    address = "/api/v1/me/sign-out-elsewhere/"
    assert here.post(address, {"current": "wrong"}, format="json").status_code == 422
    assert status(elsewhere) == 200
    assert here.post(address, {"current": OLD}, format="json").status_code == 204
    assert (status(here), status(elsewhere)) == (200, 401)
    session_of(ana)


def test_guesses_of_the_current_password_are_slowed_down(ana):
    here = session_of(ana)
    tries = [here.post("/api/v1/me/sign-out-elsewhere/", {"current": "no"}, format="json") for _ in range(11)]
    assert [one.status_code for one in tries] == [422] * 10 + [429]


def test_sessions_whose_time_is_over_are_removed(ana):
    old, current = session_of(ana), session_of(ana)
    key = old.cookies["sessionid"].value
    Session.objects.filter(pk=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    assert collect_sessions() == 1
    assert not Session.objects.filter(pk=key).exists()
    assert current.get("/api/v1/me/").status_code == 200

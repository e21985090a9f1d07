"""Second factors: set up, asked for wherever a password is taken, used up, required; never in the way of tokens."""

import re
import threading
import time

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection

from annotation.login import factors
from annotation.models import AuditEvent, Role
from annotation.operations.tokens import issue_token
from tests.factories import make_member, make_project
from tests.login.people import PASSWORD, Visitor, code_of

pytestmark = pytest.mark.django_db
PROVE = "/sign-in/second-factor/"


@pytest.fixture
def known(visitor: Visitor, ann: User) -> tuple[str, list[str]]:
    """The key and the recovery codes of ann, whose session in `visitor` set them up."""
    visitor.log_in("ann")
    return visitor.set_up()


def next_code(secret: str) -> str:
    """One that was not used yet."""
    return code_of(secret, periods=1)


class TestSettingUp:
    def test_it_is_told_kept_encrypted_and_written_down(self, visitor, known):
        secret, codes = known
        assert len(codes) == 10
        stored = str(list(Authenticator.objects.values_list("data", flat=True)))
        assert secret not in stored
        verbs = set(AuditEvent.objects.values_list("verb", flat=True))
        assert "second_factor.added" in verbs
        assert visitor.api("GET", "projects/")[0] == 200
        assert codes[0] not in visitor.page("/sign-in/2fa/recovery-codes/").content.decode()

    def test_the_code_that_set_it_up_is_used_up(self, visitor, known):
        other = Visitor()
        other.log_in("ann")
        assert other.prove(code_of(known[0])).status_code == 403

    def test_its_session_goes_on_under_another_key(self, visitor, ann):
        visitor.log_in("ann")
        fixed = visitor.http.cookies["sessionid"].value
        visitor.set_up()
        assert visitor.http.cookies["sessionid"].value != fixed
        assert not Session.objects.filter(pk=fixed).exists()

    def test_the_password_is_asked_again(self, visitor, ann):
        visitor.log_in("ann")
        asked = visitor.page("/sign-in/2fa/totp/activate/")
        assert asked.headers["Location"].startswith("/sign-in/confirm/?next=")
        for _ in range(10):
            assert visitor.page(asked.headers["Location"], {"password": "wrong"}).status_code in (200, 429)
        assert visitor.page(asked.headers["Location"], {"password": PASSWORD}).status_code != 302
        assert Visitor().log_in("ann")[0] == 429

    def test_a_wrong_code_sets_up_nothing(self, visitor, ann):
        visitor.log_in("ann")
        where = visitor.page("/sign-in/2fa/totp/activate/").headers["Location"]
        visitor.page(where, {"password": PASSWORD})
        visitor.page("/sign-in/2fa/totp/activate/")
        answer = visitor.page("/sign-in/2fa/totp/activate/", {"code": "000000"})
        assert (answer.status_code, Authenticator.objects.count()) == (200, 0)

    def test_it_is_given_up(self, visitor, known):
        assert visitor.page("/sign-in/2fa/totp/deactivate/").status_code == 200
        assert visitor.page("/sign-in/2fa/totp/deactivate/", {}).status_code == 302
        assert Authenticator.objects.count() == 0
        other = Visitor()
        other.log_in("ann")
        assert other.api("GET", "projects/")[0] == 200

    @pytest.mark.parametrize(
        "path", ["2fa/", "2fa/totp/deactivate/", "2fa/recovery-codes/", "2fa/recovery-codes/generate/", "confirm/"]
    )
    def test_the_pages_need_no_inline_style_or_script(self, visitor, known, path):
        answer = visitor.page(f"/sign-in/{path}")
        text = answer.content.decode()
        assert answer.status_code == 200
        assert not re.search(r"style=|<style|<script|\son\w+=", text)
        assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
        assert 'lang="en"' in text

    @pytest.mark.parametrize("path", ["2fa/", "2fa/totp/activate/", "confirm/", "second-factor/", "2fa/authenticate/"])
    def test_strangers_are_sent_to_log_in(self, visitor, path):
        answer = visitor.page(f"/sign-in/{path}")
        assert answer.status_code == 302
        assert answer.headers["Location"].split("?")[0] in ("/login", "/sign-in/")


class TestThePasswordAlone:
    """What a session may do that has not proved its factor: ask who it is, prove it, log out."""

    @pytest.fixture
    def half(self, known) -> Visitor:
        half = Visitor()
        assert half.log_in("ann")[0] == 200
        return half

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "projects/"), ("POST", "projects/"), ("POST", "tokens/"), ("GET", "tokens/"), ("PATCH", "me/"),
            ("POST", "me/password/"), ("POST", "me/sign-out-elsewhere/"), ("POST", "auth/provider/"),
            ("POST", "invitations/accept/"), ("GET", "audit/"), ("GET", "nowhere/"), ("PUT", "me/"),
        ],
    )  # fmt: skip
    def test_the_api_is_closed(self, half, method, path):
        status, body = half.api(method, path, {})
        assert (status, body["error"]["code"]) == (403, "second_factor_required")

    @pytest.mark.parametrize(
        "path", ["/admin/", "/sign-in/2fa/", "/sign-in/2fa/totp/deactivate/", "/sign-in/2fa/totp/activate/", "/",
                 "/sign-in/2fa/recovery-codes/", "/sign-in/2fa/recovery-codes/generate/", "/sign-in/confirm/",
                 "/sign-in/2fa/reauthenticate/", "/projects/1", "//admin/",
                 "/sign-in/second-factor"],
    )  # fmt: skip
    def test_pages_lead_to_the_code(self, half, path):
        for form in (None, {"code": "000000", "password": PASSWORD}):
            answer = half.page(path, form)
            assert (answer.status_code, answer.headers["Location"]) == (302, PROVE)
        assert Authenticator.objects.count() == 2

    def test_a_right_code_opens_it_under_another_key(self, half, known):
        fixed = half.http.cookies["sessionid"].value
        answer = half.prove(next_code(known[0]), then="/projects/1")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/projects/1")
        assert half.http.cookies["sessionid"].value != fixed
        assert half.api("GET", "projects/")[0] == 200

    def test_a_code_lets_one_in_once(self, half, known):
        code = next_code(known[0])
        assert half.prove(code).status_code == 302
        again = Visitor()
        again.log_in("ann")
        assert again.prove(code).status_code == 403
        assert again.prove(code_of(known[0])).status_code == 403, "an older one than was used"
        assert again.api("GET", "projects/")[0] == 403

    def test_a_recovery_code_lets_one_in_once(self, half, known):
        assert half.prove(f" {known[1][0][:4]} {known[1][0][4:]}").status_code == 302
        again = Visitor()
        again.log_in("ann")
        assert again.prove(known[1][0]).status_code == 403
        assert again.prove(known[1][1]).status_code == 302

    @pytest.mark.parametrize("code", ["", "0", "١٢٣٤٥٦", "é" * 6, "\0" * 6, "0" * 5000, "-1", "1e5"])
    def test_junk_is_wrong(self, half, code):
        assert half.prove(code).status_code == 403

    def test_guessing_is_slowed_down_and_counts_with_the_password(self, half, known):
        assert [half.prove("000000").status_code for _ in range(11)] == [403] * 10 + [429]
        assert half.prove(next_code(known[0])).status_code == 429
        assert Visitor().log_in("ann")[0] == 429

    @pytest.mark.parametrize("then", ["//evil.example", "https://evil.example", "/\\evil.example"])
    def test_no_way_out_by_next(self, half, known, then):
        assert half.prove(next_code(known[0]), then=then).headers["Location"] == "/"

    def test_the_code_needs_our_own_page(self, half):
        assert half.http.post(PROVE, {"code": "000000"}).status_code == 403

    def test_another_person_in_the_same_browser_proves_her_own(self, half, known):
        half.prove(next_code(known[0]))
        otto = User.objects.create_user("otto", password=PASSWORD)
        Authenticator.objects.create(user=otto, type="totp", data=Authenticator.objects.get(type="totp").data)
        half.log_in("otto")
        assert half.api("GET", "projects/")[0] == 403

    def test_sessions_from_before_prove_it_too(self, visitor, ann):
        before = Visitor()
        before.log_in("ann")
        visitor.log_in("ann")
        visitor.set_up()
        assert before.api("GET", "projects/")[0] == 403

    def test_the_page_is_told_and_may_bring_the_code_along(self, half, known):
        """Somebody whose session ended in the middle of her work comes back without leaving it."""
        assert half.api("GET", "me/")[1]["second_factor"] == "code"
        asked = {"username": "ann", "password": PASSWORD}
        fresh, code = Visitor(), next_code(known[0])
        assert fresh.api("POST", "auth/session/", asked | {"code": "000000"})[0] == 401
        assert fresh.me() is None, "a wrong code lets nobody in by half"
        status, me = fresh.api("POST", "auth/session/", asked | {"code": code})
        assert (status, me["second_factor"]) == (200, None)
        assert fresh.api("GET", "projects/")[0] == 200
        assert Visitor().api("POST", "auth/session/", asked | {"code": code})[0] == 401, "it is used up"
        assert Visitor().api("POST", "auth/session/", asked | {"password": "wrong", "code": code})[0] == 401

    def test_a_code_of_nobody_lets_nobody_in(self, visitor, ann):
        asked = {"username": "ann", "password": PASSWORD, "code": "000000"}
        assert visitor.api("POST", "auth/session/", asked)[0] == 401
        assert visitor.log_in("ann")[1]["second_factor"] is None

    def test_logging_out_is_open(self, half):
        assert half.api("DELETE", "auth/session/")[0] == 204


class TestPrograms:
    def test_a_new_token_needs_the_code(self, known):
        asked = {"username": "ann", "password": PASSWORD}
        program = Visitor()
        status, body = program.api("POST", "auth/token/", asked)
        assert (status, body["error"]["code"]) == (403, "second_factor_needed")
        assert program.api("POST", "auth/token/", asked | {"code": "000000"})[0] == 401
        code = next_code(known[0])
        status, body = program.api("POST", "auth/token/", asked | {"code": code})
        assert status == 200
        assert program.api("POST", "auth/token/", asked | {"code": code})[0] == 401
        fresh = Visitor()
        assert fresh.api("GET", "projects/", Authorization=f"Token {body['token']}")[0] == 200

    def test_codes_are_not_guessed_there(self, known):
        asked = {"username": "ann", "password": PASSWORD, "code": "000000"}
        program = Visitor()
        assert [program.api("POST", "auth/token/", asked)[0] for _ in range(11)] == [401] * 10 + [429]

    def test_tokens_go_on(self, ann, visitor):
        token = issue_token(ann, "before")[1]
        visitor.log_in("ann")
        visitor.set_up()
        assert Visitor().api("GET", "projects/", Authorization=f"Token {token}")[0] == 200

    def test_a_header_opens_no_half_session(self, known):
        half = Visitor()
        half.log_in("ann")
        for header in ("Token x", "Token", "Basic YTpi"):
            assert half.api("GET", "projects/", Authorization=header)[0] in (401, 403)


class TestTheRule:
    @pytest.fixture
    def rule(self, settings):
        settings.SECOND_FACTOR = "managers"

    def test_who_has_to(self, rule, settings, ann):
        assert not factors.stands_before(ann)
        project = make_project()
        make_member(project, user=ann)
        assert not factors.stands_before(ann)
        ann.memberships.update(role=Role.MANAGER)
        assert factors.stands_before(ann)
        settings.SECOND_FACTOR = "administrators"
        assert not factors.stands_before(ann)
        ann.is_superuser = True
        assert factors.stands_before(ann)
        settings.SECOND_FACTOR = "optional"
        assert not factors.stands_before(ann)

    def test_they_set_one_up_first_and_keep_it(self, rule, visitor, ann):
        make_project(owner=ann)
        visitor.log_in("ann")
        assert visitor.api("GET", "projects/")[1]["error"]["code"] == "second_factor_required"
        assert visitor.api("GET", "me/")[1]["second_factor"] == "set_up"
        assert visitor.page("/").headers["Location"] == "/sign-in/2fa/totp/activate/"
        assert visitor.page("/sign-in/2fa/recovery-codes/generate/").status_code == 302
        status, body = visitor.api("POST", "auth/token/", {"username": "ann", "password": PASSWORD})
        assert (status, body["error"]["code"]) == (403, "second_factor_required")
        visitor.set_up()
        assert visitor.api("GET", "projects/")[0] == 200
        answer = visitor.page("/sign-in/2fa/totp/deactivate/", {})
        assert (answer.status_code, Authenticator.objects.count()) == (200, 2)

    def test_the_provider_may_have_seen_it(self, rule, provider, ann):
        make_project(owner=ann)
        visitor = Visitor()
        visitor.by_provider(provider)
        assert visitor.api("GET", "projects/")[0] == 403
        provider.claims["amr"] = ["pwd", "mfa"]
        visitor.api("DELETE", "auth/session/")
        visitor = Visitor()
        visitor.by_provider(provider)
        assert visitor.api("GET", "projects/")[0] == 200

    def test_connecting_an_account_proves_nothing(self, provider, ann, known):
        """A half session cannot reach the provider's connection; a whole one gains nothing by it."""
        half = Visitor()
        half.log_in("ann")
        assert half.api("POST", "auth/provider/", {})[0] == 403


def test_while_redis_is_away_codes_are_proved_and_none_are_set_up(known, settings, visitor):
    settings.CACHES = settings.CACHES | {
        "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:9/0"},
    }
    half = Visitor()
    half.log_in("ann")
    assert half.prove(next_code(known[0])).status_code == 302
    assert half.api("GET", "projects/")[0] == 200
    newcomer = User.objects.create_user("otto", password=PASSWORD)
    other = Visitor()
    other.log_in(newcomer.username)
    away = other.page("/sign-in/confirm/?next=/sign-in/2fa/totp/activate/", {"password": PASSWORD})
    assert (away.status_code, away.headers["Retry-After"]) == (503, "2")


def test_under_another_secret_key_no_code_is_right_and_nothing_breaks(known, settings):
    settings.SECRET_KEY = "another" * 9
    half = Visitor()
    half.log_in("ann")
    assert half.prove(next_code(known[0])).status_code == 403
    assert half.prove(known[1][0]).status_code == 403


def test_codes_of_the_neighbouring_periods(ann, known):
    now = time.time()
    secret = known[0]
    row = Authenticator.objects.get(type="totp")
    del row.data["last_counter"]  # as if it had been set up long ago
    row.save()
    assert not factors.accept(user=ann, code=code_of(secret, 2, now), now=now)
    assert not factors.accept(user=ann, code=code_of(secret, -2, now), now=now)
    assert [factors.accept(user=ann, code=code_of(secret, p, now), now=now) for p in (-1, 0, 1, 1, 0)] == [
        True, True, True, False, False,
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_of_two_with_the_same_code_one_is_let_in(ann):
    first = Visitor()
    first.log_in("ann")
    code, start, came = next_code(first.set_up()[0]), threading.Barrier(4), list[bool]()

    def come() -> None:
        start.wait(10)
        came.append(factors.accept(user=ann, code=code))
        connection.close()

    threads = [threading.Thread(target=come) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert sorted(came) == [False, False, False, True]

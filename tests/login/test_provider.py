"""Logging in by an identity provider: who comes in, who does not, and what a forged answer is worth."""

import threading
from dataclasses import replace

import jwt
import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from annotation.models import AuditEvent
from tests.login.people import CALLBACK, Visitor
from tests.login.provider import Provider, new_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def makes_accounts(settings):
    settings.OIDC = replace(settings.OIDC, makes_accounts=True)


class TestWhoComesIn:
    def test_the_page_is_told(self, visitor: Visitor):
        assert visitor.api("GET", "auth/methods/") == (200, {"provider": "Example", "second_factor": True})

    def test_the_account_of_that_name_and_from_then_on_of_that_identity(self, visitor, provider, ann):
        assert visitor.by_provider(provider, then="/projects/1?x=2") == "/projects/1?x=2"
        assert visitor.me() == "ann"
        provider.claims |= {"preferred_username": "ann-is-married"}
        other = Visitor()
        assert other.by_provider(provider) == "/"
        assert other.me() == "ann"
        assert list(AuditEvent.objects.values_list("verb", flat=True).order_by("pk")) == [
            "identity.connected", "log_in", "log_in",
        ]  # fmt: skip

    def test_nobody_unknown(self, visitor, provider):
        assert visitor.by_provider(provider) == "/login?refused=unknown_person"
        assert (visitor.me(), User.objects.count()) == (None, 0)

    def test_an_unknown_person_where_accounts_are_made(self, visitor, provider, makes_accounts):
        assert visitor.by_provider(provider) == "/"
        made = User.objects.get()
        assert (made.username, made.has_usable_password(), made.is_superuser) == ("ann", False, False)

    @pytest.mark.parametrize("name", ["", "..", "a b", "x" * 151, "a\0b", None, 7, ["ann"]])
    def test_no_account_of_a_name_that_is_none(self, visitor, provider, makes_accounts, name):
        provider.claims["preferred_username"] = name
        assert visitor.by_provider(provider).startswith("/login?refused=")
        assert User.objects.count() == 0

    @pytest.mark.parametrize("rank", ["is_superuser", "is_staff"])
    def test_an_administrator_connects_her_account_herself(self, visitor, provider, ann, rank):
        User.objects.update(**{rank: True})
        assert visitor.by_provider(provider) == "/login?refused=connect_by_hand"
        assert visitor.me() is None
        visitor.log_in("ann")
        assert visitor.by_provider(provider, then="/account") == "/account"
        other = Visitor()
        assert other.by_provider(provider) == "/"
        assert other.me() == "ann"

    def test_another_identity_does_not_get_a_connected_account(self, provider, ann):
        Visitor().by_provider(provider)
        provider.claims["sub"] = "s-2"
        thief = Visitor()
        assert thief.by_provider(provider) == "/login?refused=identity_taken"
        assert thief.me() is None

    def test_an_identity_is_not_connected_twice(self, provider, ann):
        Visitor().by_provider(provider)
        User.objects.create_user("otto", password="correct horse battery")
        otto = Visitor()
        otto.log_in("otto")
        assert otto.by_provider(provider) == "/login?refused=identity_taken"
        assert otto.me() == "otto"

    def test_whoever_is_disabled_stays_out_and_is_out_at_once(self, visitor, provider, ann):
        visitor.by_provider(provider)
        User.objects.update(is_active=False)
        assert visitor.api("GET", "projects/")[0] == 401
        assert Visitor().by_provider(provider) == "/login?refused=disabled"

    @pytest.mark.parametrize(
        ("claims", "comes_in"),
        [
            ({"email": "ann@EXAMPLE.org", "email_verified": True}, True),
            ({"email": "ann@example.org", "email_verified": False}, False),
            ({"email": "ann@example.org", "email_verified": "true"}, False),
            ({"email": "ann@example.org"}, False),
            ({"email": "ann@example.org.evil.net", "email_verified": True}, False),
            ({"email": "example.org@evil.net", "email_verified": True}, False),
            ({"email": ["ann@example.org"], "email_verified": True}, False),
            ({}, False),
        ],
    )
    def test_only_addresses_of_the_domains(self, visitor, provider, ann, settings, claims, comes_in):
        settings.OIDC = replace(settings.OIDC, domains=frozenset({"example.org"}))
        provider.claims |= claims
        assert visitor.by_provider(provider) == ("/" if comes_in else "/login?refused=wrong_domain")

    def test_userinfo_fills_up_what_the_token_does_not_say(self, visitor, provider, ann):
        provider.claims = {"sub": "s-1"}
        provider.userinfo = {"sub": "s-1", "preferred_username": "ann", "nonce": "ignored"}
        visitor.by_provider(provider)
        assert visitor.me() == "ann"


class TestForgedAnswers:
    SPOILT = {
        "another audience": {"aud": "somebody-else"},
        "another issuer": {"iss": "http://127.0.0.1:9"},
        "its time is over": {"exp": 1},
        "no end": {"exp": None},
        "another nonce": {"nonce": "n"},
        "no nonce": {"nonce": None},
        "a nonce that is no text": {"nonce": ["n"]},
        "nobody": {"sub": None},
        "for another party": {"azp": "somebody-else"},
    }

    @pytest.mark.parametrize("what", SPOILT)
    def test_a_token_that_does_not_fit(self, visitor, provider, ann, what):
        provider.spoilt = self.SPOILT[what]
        assert visitor.by_provider(provider) == "/login?refused=provider"
        assert visitor.me() is None

    @pytest.mark.parametrize("how", ["unsigned", "another key", "our secret", "public key as secret", "no kid", "junk"])
    def test_a_token_that_is_not_signed_by_the_provider(self, visitor, provider, ann, settings, how):
        ways = {
            "unsigned": lambda payload: jwt.encode(payload, None, algorithm="none", headers={"kid": "one"}),
            "another key": lambda payload: jwt.encode(payload, new_key(), algorithm="RS256", headers={"kid": "one"}),
            "our secret": lambda payload: jwt.encode(
                payload, settings.OIDC.secret * 4, algorithm="HS256", headers={"kid": "one"}
            ),
            "public key as secret": lambda payload: jwt.encode(
                payload, "n" * 64, algorithm="HS512", headers={"kid": "one"}
            ),
            "no kid": lambda payload: jwt.encode(payload, provider.key, algorithm="RS256"),
            "junk": lambda payload: "a.b.c",
        }
        provider.sign = ways[how]
        assert visitor.by_provider(provider) == "/login?refused=provider"
        assert visitor.me() is None

    def test_userinfo_about_somebody_else(self, visitor, provider, ann):
        provider.userinfo = {"sub": "s-2", "preferred_username": "ann"}
        assert visitor.by_provider(provider) == "/login?refused=provider"

    def test_discovery_of_another_issuer(self, visitor, provider):
        provider.discovery = {"issuer": "https://evil.example"}
        status, body = visitor.api("POST", "auth/provider/", {})
        assert (status, body["error"]["code"]) == (503, "unavailable")

    def test_a_state_holds_once_and_in_its_own_session(self, visitor, provider, ann):
        address = visitor.to_provider()
        brought = provider.approve(address)
        assert Visitor().back(brought) == "/login?refused=provider"
        assert visitor.back(brought) == "/"
        assert visitor.back(provider.approve(address)) == "/login?refused=provider"

    def test_a_code_of_another_session_is_worth_nothing(self, provider, ann):
        victim, thief = Visitor(), Visitor()
        stolen = provider.approve(victim.to_provider())
        own = provider.approve(thief.to_provider())
        assert thief.back({"code": stolen["code"], "state": own["state"]}) == "/login?refused=provider"
        assert thief.me() is None

    def test_a_connection_that_somebody_else_began(self, visitor, provider, ann):
        """Whoever logs out and in as another meanwhile connects nothing."""
        visitor.log_in("ann")
        brought = provider.approve(visitor.to_provider())
        User.objects.create_user("otto", password="correct horse battery")
        visitor.log_in("otto")
        assert visitor.back(brought).startswith("/login?refused=")

    @pytest.mark.parametrize(
        "query", [{}, {"code": "x"}, {"state": "x"}, {"error": "access_denied"}, {"code": "x", "state": "y" * 9000}]
    )
    def test_answers_to_nothing(self, visitor, query):
        assert visitor.back(query) == "/login?refused=provider"

    def test_cancelled(self, visitor, provider):
        state = provider.approve(visitor.to_provider())["state"]
        assert visitor.back({"error": "access_denied", "state": state}) == "/login?refused=cancelled"

    @pytest.mark.parametrize(
        "then",
        ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
         "/\t/evil.example", "evil", "http:///evil.example", "/%5Cevil.example/..//evil"],
    )  # fmt: skip
    def test_no_way_out_by_next(self, visitor, provider, ann, then):
        landed = visitor.by_provider(provider, then=then)
        assert landed == "/" or (landed == then and then.startswith("/%5C"))

    def test_the_way_there_needs_our_own_page(self, db):
        http = Client(enforce_csrf_checks=True)
        assert http.post("/api/v1/auth/provider/", "{}", content_type="application/json").status_code == 403
        assert http.post(CALLBACK).status_code == 403
        assert http.get("/sign-in/other/callback/?code=1&state=2").status_code == 404


def test_one_network_does_not_set_out_without_end(visitor, provider, monkeypatch):
    monkeypatch.setattr("annotation.api.throttles.PER_NETWORK", 3)
    assert [visitor.api("POST", "auth/provider/", {})[0] for _ in range(4)] == [200, 200, 200, 429]


def test_the_session_goes_on_under_another_key(visitor, provider, ann):
    visitor.to_provider()
    fixed = visitor.http.cookies["sessionid"].value
    visitor.by_provider(provider)
    assert visitor.http.cookies["sessionid"].value != fixed
    assert not Session.objects.filter(pk=fixed).exists()


@pytest.mark.parametrize("spoil", ["away", "nothing", "list"])
def test_a_provider_that_is_away_or_mad(visitor, provider, ann, spoil):
    brought = provider.approve(visitor.to_provider())
    if spoil == "away":
        provider.is_away = True
    provider.discovery = {"nothing": {}, "away": {}, "list": {"token_endpoint": []}}[spoil]
    if spoil == "nothing":
        provider.sign = lambda payload: ""
    assert visitor.back(brought) == "/login?refused=provider"
    if spoil == "away":
        assert visitor.api("POST", "auth/provider/", {})[0] == 503


@pytest.mark.django_db(transaction=True)
def test_of_two_first_times_at_once_both_come_into_one_account(provider: Provider, makes_accounts):
    visitors = [Visitor(), Visitor()]
    brought = [provider.approve(one.to_provider()) for one in visitors]
    landed, start = list[str](), threading.Barrier(2)

    def come(place: int) -> None:
        start.wait(10)
        landed.append(visitors[place].back(brought[place]))
        connection.close()

    threads = [threading.Thread(target=come, args=(place,)) for place in (0, 1)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert landed == ["/", "/"]
    assert User.objects.get().username == "ann"

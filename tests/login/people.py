"""A browser without a window: one session, its CSRF token, and the ways to log in."""

import json
import re
import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client, TestCase

from tests.login.provider import Provider

PASSWORD = "correct horse battery"
CALLBACK = "/sign-in/oidc/callback/"


class Visitor:
    """`api` returns (status, body); `page` the response, not followed."""

    def __init__(self) -> None:
        self.http = Client(enforce_csrf_checks=True, raise_request_exception=True)
        self.http.get("/api/v1/me/")

    def api(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        response = self.http.generic(
            method, f"/api/v1/{path}", "" if body is None else json.dumps(body), content_type="application/json",
            headers={"X-CSRFToken": self.csrf} | headers,
        )  # fmt: skip
        return response.status_code, response.json() if response.content else None

    @property
    def csrf(self) -> str:
        return str(self.http.cookies["csrftoken"].value)

    def page(self, path: str, form: dict[str, str] | None = None) -> Any:
        if form is None:
            return self.http.get(path)
        with TestCase.captureOnCommitCallbacks(execute=True):  # nothing is ever committed in a test
            return self.http.post(path, form | {"csrfmiddlewaretoken": self.csrf})

    def log_in(self, username: str, password: str = PASSWORD) -> tuple[int, Any]:
        return self.api("POST", "auth/session/", {"username": username, "password": password})

    def me(self) -> str | None:
        status, body = self.api("GET", "me/")
        return body["username"] if status == 200 else None

    def to_provider(self, then: str = "/") -> str:
        status, body = self.api("POST", "auth/provider/", {"then": then})
        assert status == 200, body
        return str(body["url"])

    def by_provider(self, provider: Provider, then: str = "/") -> str:
        """Returns where one lands after logging in by the provider."""
        return self.back(provider.approve(self.to_provider(then)))

    def back(self, brought: dict[str, Any]) -> str:
        response = self.http.get(CALLBACK, brought)
        assert response.status_code == 302, response.content
        return str(response.headers["Location"])

    def set_up(self) -> tuple[str, list[str]]:
        """Sets up a second factor as a person does; returns its key and the recovery codes."""
        where = "/sign-in/2fa/totp/activate/"
        asked = self.page(where)
        if asked.status_code == 302:
            assert self.page(asked.headers["Location"], {"password": PASSWORD}).status_code == 302
            asked = self.page(where)
        secret = re.search(r"<code>(\w+)</code>", asked.content.decode()).group(1)
        left = 30 - time.time() % 30  # a first code is right only as long as its period lasts
        if left < 6:
            time.sleep(left)
        done = self.page(where, {"code": code_of(secret)})
        assert done.status_code == 302, done.content
        shown = self.page(done.headers["Location"]).content.decode()
        return secret, re.findall(r"<li><code>(\d{8})</code></li>", shown)

    def prove(self, code: str, then: str = "/") -> Any:
        return self.page(f"/sign-in/second-factor/?next={then}", {"code": code})


def code_of(secret: str, periods: int = 0, now: float | None = None) -> str:
    return format_hotp_value(hotp_value(secret, int((now or time.time()) // 30) + periods))

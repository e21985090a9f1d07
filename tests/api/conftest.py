"""HTTP in, HTTP out."""

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from annotation.operations.tokens import issue_token
from tests.factories import make_user


class Client:
    """A program with a token; `call` returns (status, body)."""

    def __init__(self, user: User | None, **limits: Any) -> None:
        self.user, self.http = user, APIClient()
        self.http.raise_request_exception = False
        if user is not None:
            self.http.credentials(HTTP_AUTHORIZATION=f"Token {issue_token(user, **limits)[1]}")

    def call(self, method: str, path: str, body: Any = None, **headers: Any) -> tuple[int, Any]:
        options = {"data": body, "format": "json"} if body is not None else {}
        response = getattr(self.http, method.lower())(f"/api/v1/{path}", **options, headers=headers)
        return response.status_code, response.json() if response.content else None

    def status(self, method: str, path: str) -> int:
        """Returns the status alone, also of an answer that is streamed."""
        response = getattr(self.http, method.lower())(f"/api/v1/{path}")
        response.close()
        return int(response.status_code)

    def raw(
        self, method: str, path: str, body: bytes, content_type: str = "application/json", **headers: Any
    ) -> tuple[int, Any]:
        response = self.http.generic(method, f"/api/v1/{path}", body, content_type=content_type, headers=headers)
        return response.status_code, response.json()


@pytest.fixture
def client_of(db):
    return Client


@pytest.fixture
def admin(db) -> Client:
    """An instance administrator; failed log-ins are counted by name, so each test has a name of its own."""
    return Client(make_user(f"admin-{uuid.uuid4().hex}", password="a long password", is_superuser=True, is_staff=True))


@pytest.fixture
def owner(db) -> Client:
    return Client(make_user("owner"))


@pytest.fixture
def stranger(db) -> Client:
    return Client(make_user("stranger"))


@pytest.fixture
def anybody(db) -> Client:
    return Client(None)

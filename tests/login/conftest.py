"""Runs only with the log-in extra switched on in the environment: tests/start/test_login_extra.py does that."""

import os
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User

if settings.HAS_LOGIN_EXTRA:
    from tests.login.people import Visitor
    from tests.login.provider import Provider
else:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(autouse=True)
def each_alone(settings: Any) -> None:
    """Tries at passwords are counted anew."""
    settings.CACHES = settings.CACHES | {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid.uuid4().hex}}


@pytest.fixture(scope="session")
def provider_server() -> "Iterator[Provider]":
    with Provider(os.environ["QUERENT_OIDC_ISSUER"]).running() as provider:
        yield provider


@pytest.fixture
def provider(provider_server: "Provider") -> "Provider":
    provider_server.reset()
    return provider_server


@pytest.fixture
def visitor(db: None) -> "Visitor":
    return Visitor()


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann", password="correct horse battery")

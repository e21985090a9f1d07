"""Fixtures that every folder of tests may use."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from hypothesis import HealthCheck, settings

from tests.quiet import end_sessions, settle
from tests.stack import stack

__all__ = ["stack"]

settings.register_profile("by what comes out", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("by what comes out")  # not by how long the machine takes


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Passwords cost next to nothing, but for those of the real server that `stack` runs."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """The test's database, dropped at the end although threads of a server may have left sessions in it."""
    yield
    end_sessions(connection.settings_dict["NAME"])


@pytest.fixture
def live_server(live_server: Any) -> Iterator[Any]:
    """Django's server in a thread; its requests end before the tables are emptied, which would wait for each other."""
    yield live_server
    settle()

"""The optional log-in extra: absent it costs nothing and is imported by nobody; switched on, its own tests pass."""

import os
import subprocess
import sys
from importlib.util import find_spec
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from config.ports import free_port

PACKAGES = ("allauth", "jwt", "cryptography", "annotation.login.oidc")
SWITCHED_ON = {
    "QUERENT_OIDC_CLIENT_ID": "querent",
    "QUERENT_OIDC_CLIENT_SECRET": "not-so-secret",
    "QUERENT_OIDC_NAME": "Example",
    "QUERENT_SECOND_FACTOR": "optional",
}


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs Python with these variables more, on a database of its own name."""
    database = urlsplit(os.environ["DATABASE_URL"])
    environment = os.environ | {"DATABASE_URL": database._replace(path="/login").geturl()} | variables
    environment = {name: value for name, value in environment.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=1500,
    )


def test_switched_off_none_of_it_is_imported():
    program = (
        "import django, sys; django.setup(); import config.urls, annotation.api.urls, config.wsgi; "
        f"sys.exit(' '.join(name for name in {PACKAGES} if name in sys.modules) or 0)"
    )
    done = run("-c", program, DJANGO_SETTINGS_MODULE="config.settings")
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"QUERENT_OIDC_ISSUER": "https://id.example.org"}, "QUERENT_OIDC_CLIENT_ID is not set"),
        ({"QUERENT_OIDC_ISSUER": "http://id.example.org"}, "must begin with https://"),
        ({"QUERENT_OIDC_ISSUER": "https://"}, "name a host"),
        ({"QUERENT_OIDC_ISSUER": "http://localhost:1@id.example.org"}, "name a host, no user"),
        ({"QUERENT_OIDC_ISSUER": "https://id.example.org/?a=b"}, "no query"),
        ({"QUERENT_OIDC_CLIENT_SECRET": "s"}, "QUERENT_OIDC_CLIENT_SECRET is set without QUERENT_OIDC_ISSUER"),
        ({"QUERENT_OIDC_ISSUER": "https://id.example.org", "QUERENT_OIDC_CLIENT_ID": " "}, "CLIENT_ID is empty"),
        ({"QUERENT_SECOND_FACTOR": "sometimes"}, "must be off or optional or administrators or managers"),
    ],
)
def test_half_a_setting_is_named(variables, said):
    done = run("-c", "import config.settings", **variables)
    assert done.returncode
    assert said in done.stderr


@pytest.mark.skipif(find_spec("allauth") is not None, reason="the packages are here")
def test_without_the_packages_it_is_said_what_to_install():
    assert "requirements-login.txt" in run("-c", "import config.settings", QUERENT_SECOND_FACTOR="optional").stderr


@pytest.mark.skipif(
    find_spec("allauth") is None,
    reason="THE LOG-IN EXTRA IS NOT TESTED: .venv/bin/pip install --require-hashes -r requirements-login.txt",
)
def test_switched_on_its_own_tests_pass():
    issuer = f"http://127.0.0.1:{free_port()}"
    done = run(
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--no-migrations",
        "tests/login",
        QUERENT_OIDC_ISSUER=issuer,
        **SWITCHED_ON,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]

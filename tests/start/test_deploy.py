"""The documented HTTPS deployment passes Django's own security checks, and sends what browsers need to know.

What the Compose file passes on is what the documentation says, and the image gets the files that it is made of.
"""

import json
import os
import re
import subprocess
import sys

import yaml

from config.options import CHECKOUT
from config.web import web_options

HTTPS = {
    "QUERENT_SECRET_KEY": "a-key-of-sixty-characters-as-openssl-rand-hex-32-makes-them-0123",
    "QUERENT_ALLOWED_HOSTS": "label.example.org",
    "QUERENT_ORIGINS": "https://label.example.org",
    "QUERENT_SECURE_COOKIES": "1",
    "QUERENT_TRUSTED_PROXIES": "1",
    "QUERENT_DEBUG": "0",
}
ASK = """
import django
django.setup()
from django.test import Client
browser = Client(headers={"Host": "label.example.org"})
print(browser.get("/api/v1/no/").status_code, browser.get("/livez").status_code)
answer = browser.get("/api/v1/no/", headers={"X-Forwarded-Proto": "https"})
print(answer.status_code, answer.headers["Strict-Transport-Security"], answer.headers["X-Content-Type-Options"])
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    # Browser tests of the same process set what no deployment may set.
    known = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    environment = known | HTTPS | {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=300)


def test_the_deployment_checks_find_nothing():
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


def test_by_https_only():
    done = run("-c", ASK)
    assert done.stdout.splitlines() == ["301 200", "404 max-age=2592000 nosniff"], done.stderr


def test_compose_passes_on_every_documented_variable():
    documented = (CHECKOUT / "docs" / "operating.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`(?:QUERENT_|DATABASE_|REDIS_).*?) \|", documented, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    services = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    for name in ("web", "worker", "schedule"):
        # The image says where files are; the administrator's password is for the one who makes the account.
        assert set(services[name]["environment"]) == named - {
            "QUERENT_DEBUG", "QUERENT_STORAGE_DIR", "QUERENT_ADMIN_PASSWORD",
        }  # fmt: skip
    assert set(services["migrate"]["environment"]) == set(services["web"]["environment"]) | {"QUERENT_ADMIN_PASSWORD"}


def test_the_image_may_copy_what_its_dockerfile_names():
    lines = (CHECKOUT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY ") and "--from=" not in line]
    named = {name.removeprefix("./").split("/")[0] for names in copied for name in names}
    rules = (CHECKOUT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert named == {rule[1:] for rule in rules if rule.startswith("!")}
    assert all((CHECKOUT / name).exists() for name in named)


def test_the_image_serves_as_start_does():
    text = (CHECKOUT / "Dockerfile").read_text(encoding="utf-8")
    command = json.loads(text[text.rindex("CMD ") + 4 :].replace("\\\n", ""))
    everywhere = ["--host", "0.0.0.0"]  # noqa: S104 - within its container
    assert command == ["python", "-m", "granian", *everywhere, *web_options(8000)[2:]]

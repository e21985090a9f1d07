#!/usr/bin/env python
"""Django's command line for Querent. Beside a running ./start it needs no variables: it uses the same servers."""

import json
import os
import secrets
import sys
from pathlib import Path

from django.core.management import execute_from_command_line


def adopt_state() -> None:
    """Takes the addresses and keys that ./start left in its data folder, unless the environment names a database."""
    default = Path(__file__).resolve().parent / ".state"
    kept = Path(os.environ.get("QUERENT_DATA_DIR", default)) / "secrets.json"
    if "DATABASE_URL" in os.environ or not os.access(kept, os.R_OK):
        return
    for name, value in json.loads(kept.read_text()).get("environment", {}).items():
        os.environ.setdefault(name, value)


def do_without_servers() -> None:
    """Names servers that are never asked: a simulation speaks with the API, or (--offline) with nobody."""
    nobody = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none", "REDIS_URL": "redis://127.0.0.1:9/0"}
    for name, value in {**nobody, "QUERENT_SECRET_KEY": secrets.token_urlsafe()}.items():
        os.environ.setdefault(name, value)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    adopt_state()
    if "simulate" in sys.argv[1:2]:
        do_without_servers()
    execute_from_command_line(sys.argv)

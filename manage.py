#!/usr/bin/env python
"""Django's command line for Querent. Beside a running ./start it needs no variables: it uses the same servers."""

import json
import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line


def adopt_state() -> None:
    """Takes the addresses and keys that ./start left in its data folder, unless the environment names a database."""
    default = Path(__file__).resolve().parent / ".state"
    secrets = Path(os.environ.get("QUERENT_DATA_DIR", default)) / "secrets.json"
    if "DATABASE_URL" in os.environ or not os.access(secrets, os.R_OK):
        return
    for name, value in json.loads(secrets.read_text()).get("environment", {}).items():
        os.environ.setdefault(name, value)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    adopt_state()
    execute_from_command_line(sys.argv)

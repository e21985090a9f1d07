"""What a web process holds when it starts."""

import os
import subprocess
import sys

from tests.stack import ROOT

HEAVY = ("scipy", "sklearn", "celery", "PIL", "pandas")
LOAD = f"""
import sys
import config.wsgi
from django.urls import get_resolver
assert get_resolver().url_patterns
print(sorted({{name.partition(".")[0] for name in sys.modules}} & set({HEAVY!r})))
"""


def test_the_web_process_starts_without_what_only_workers_need():
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", LOAD], env=environment, cwd=ROOT, check=False, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr

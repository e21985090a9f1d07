"""What web, worker and schedule hold when they start."""

import os
import subprocess
import sys

import pytest

from tests.stack import ROOT

WEB = """
import gc, sys
import config.wsgi
assert "annotation.api.urls" in sys.modules, "the first request would load them"
assert gc.isenabled() and gc.get_freeze_count() > 50_000, "each collection would look at all that was loaded"
"""
WORKER = """
from workers.run import PROGRAMS
from workers.celery import app
assert app.Worker and PROGRAMS
"""
SCHEDULE = """
from workers.run import PROGRAMS
from workers.schedule import app
import celery.beat, kombu.transport.redis
assert app.Beat and PROGRAMS
"""
SHELLS = ("prompt_toolkit", "click_repl")  # of Celery's command line
NOT_NEEDED = {
    WEB: ("scipy", "sklearn", "celery", "redis", "PIL", "pandas"),
    WORKER: ("PIL", "pandas", *SHELLS),
    SCHEDULE: ("numpy", "psycopg", "annotation", *SHELLS),
}


@pytest.mark.parametrize("program", NOT_NEEDED, ids=["web", "worker", "schedule"])
def test_each_process_starts_without_what_only_others_need(program):
    loaded = 'import sys\nprint(*{name.partition(".")[0] for name in sys.modules})'
    done = subprocess.run(
        [sys.executable, "-c", program + loaded], env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=ROOT, check=False, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) & set(NOT_NEEDED[program]) == set()

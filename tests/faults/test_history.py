"""The judge itself: it must see what is lost, doubled, refused but there, and never wished for."""

import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from annotation import hooks
from annotation.models import Topic
from config.environment import debug_folder
from config.options import CHECKOUT
from tests.faults.chaos import FROZEN, POINTS
from tests.faults.history import History, Outcome, compare


def test_each_kind_of_broken_promise_is_found():
    history = History()
    kept, lost, doubled, refused, unknown = (history.wish("answer") for _ in range(5))
    for wish in (kept, lost, doubled):
        history.note(wish, 201, {})
    history.note(refused, 409, {})
    assert unknown.outcome is Outcome.UNKNOWN
    verdict = compare(history.of("answer"), [kept.mark, doubled.mark, doubled.mark, refused.mark, 99])
    assert (verdict.acknowledged, verdict.unknown) == (3, 1)
    assert (verdict.lost, verdict.doubled) == ([lost.mark], [doubled.mark])
    assert (verdict.refused_but_there, verdict.ghosts) == ([refused.mark], [99])
    assert not verdict.is_clean


def test_an_answer_that_was_granted_and_then_refused_is_a_bug():
    history = History()
    wish = history.wish("answer")
    history.note(wish, 201, {})
    history.note(wish, None, "lost")
    assert not history.bugs
    history.note(wish, 409, {})
    assert wish.outcome is Outcome.OK
    assert history.bugs


def test_a_500_is_a_bug_and_a_503_is_not():
    history = History()
    history.count(503, "PUT x", {})
    assert not history.bugs
    history.count(500, "PUT x", {})
    assert history.bugs


def test_points_are_refused_in_service(monkeypatch):
    monkeypatch.setenv("QUERENT_HOOKS", "/tmp/points")  # noqa: S108 - nothing is written there
    with pytest.raises(ImproperlyConfigured):
        debug_folder("QUERENT_HOOKS", is_debug=False)
    assert debug_folder("QUERENT_HOOKS", is_debug=True)


def test_an_order_at_a_point_is_done_once(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "HOOKS", tmp_path)
    hooks.reached("here")
    (tmp_path / "here").write_text("raise")
    with pytest.raises(hooks.Broken):
        hooks.reached("here")
    hooks.reached("here")
    (tmp_path / "here").write_text("raise always")
    for _ in range(2):
        with pytest.raises(hooks.Broken):
            hooks.reached("here")


def test_a_soak_ends_a_process_at_every_named_point():
    """A name that holds a topic stands for one point a topic."""
    named: set[str] = set()
    for source in [*(CHECKOUT / "annotation").rglob("*.py"), *(CHECKOUT / "workers").rglob("*.py")]:
        named.update(re.findall(r'hooks\.reached\(f?"(.+?)"\)', source.read_text(encoding="utf-8")))
    topical = {name for name in named if "topic}" in name}
    every = (named - topical) | {re.sub(r"{.*}", topic, name) for name in topical for topic in Topic.values}
    assert set(POINTS) == every
    assert set(FROZEN.values()) <= every


def test_a_process_ends_at_a_point_as_by_kill(tmp_path):
    (tmp_path / "here").write_text("exit")
    program = (
        "from django.conf import settings; from pathlib import Path; import sys\n"
        "settings.configure(HOOKS=Path(sys.argv[1])); from annotation import hooks; hooks.reached('here')"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], timeout=30)
    assert done.returncode == -9

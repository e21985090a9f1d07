"""When the page is built again, and with which Node."""

import os
from pathlib import Path

import pytest

from config.frontend import is_new_enough, is_stale


@pytest.mark.parametrize(
    ("version", "is_enough"),
    [((18, 20), False), ((20, 18), False), ((20, 19), True), ((21, 7), False), ((22, 11), False), ((22, 12), True)],
)
def test_which_node_vite_runs_on(version: tuple[int, int], is_enough: bool) -> None:
    assert is_new_enough(version) is is_enough


def test_a_page_is_stale_when_missing_or_older_than_a_source(tmp_path: Path) -> None:
    source, built = tmp_path / "src" / "main.ts", tmp_path / "dist" / "index.html"
    source.parent.mkdir()
    source.touch()
    assert is_stale(tmp_path)
    built.parent.mkdir()
    built.touch()
    later = built.stat().st_mtime + 10
    os.utime(built, (later, later))
    assert not is_stale(tmp_path)
    os.utime(source, (later + 1, later + 1))
    assert is_stale(tmp_path)

"""The state folder: private secrets, one supervisor at a time, logs that stay small."""

import os
import stat
from pathlib import Path

import pytest

from config.state import AlreadyRunningError, State, cap_log


def test_secrets_are_made_once_and_are_private(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    state.prepare()
    first = state.read()
    state.remember(admin_password="told once")
    state.prepare()
    assert state.read() == first | {"admin_password": "told once"}
    assert stat.S_IMODE(state.secrets_file.stat().st_mode) == 0o600
    assert len(set(first.values())) == len(first) == 3


def test_a_second_supervisor_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    state = State(tmp_path)
    held = state.lock()
    state.sign_lock("process 42")
    with pytest.raises(AlreadyRunningError, match="process 42"):
        state.lock()
    os.close(held)
    os.close(state.lock())


def test_a_long_log_is_moved_and_the_writer_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "web.log"
    with path.open("ab") as writer:
        writer.write(b"x" * 101)
        writer.flush()
        cap_log(path, limit_bytes=100)
        writer.write(b"next")
    assert path.read_bytes() == b"next"
    assert (tmp_path / "web.log.1").stat().st_size == 101

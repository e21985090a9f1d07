"""What ./start refuses, and how it says so."""

import os
import socket
import subprocess
import threading
from pathlib import Path

import pytest

from config.options import CHECKOUT, RefusedError, parse, refuse_if_taken
from config.ports import free_port
from config.state import STOPPING


def test_a_busy_port_is_refused_with_a_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(RefusedError, match=f"Port {port} is busy.*\n.*--port {port + 1}"):
            refuse_if_taken(parse(["--port", str(port), "--data-dir", str(tmp_path)]))


def test_start_ends_with_1_and_no_traceback_for_a_busy_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        command = [CHECKOUT / "start", "--port", str(other.getsockname()[1]), "--data-dir", tmp_path]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert "is busy" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "8e3", ""])
def test_a_port_that_is_none_is_a_usage_error(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parse([f"--port={port}"])
    assert end.value.code == 2
    assert "is not a port" in capsys.readouterr().err


def test_a_relative_data_folder_is_taken_from_where_start_was_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUERENT_CALLED_FROM", str(tmp_path))
    assert parse(["--data-dir", "here"]).state.folder == tmp_path / "here"


def test_a_data_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(RefusedError, match="cannot be used"):
        refuse_if_taken(parse(["--data-dir", os.fspath(blocked / "state"), "--port", "1"]))


def test_help_needs_no_installation() -> None:
    done = subprocess.run([CHECKOUT / "start", "--help"], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0
    assert "--no-demo" in done.stdout


def test_a_run_that_is_stopping_is_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = parse(["--port", str(free_port(None)), "--data-dir", str(tmp_path)])
    held = options.state.lock()
    options.state.sign_lock("process 42")
    with pytest.raises(RefusedError, match="already runs"):
        refuse_if_taken(options)
    options.state.sign_lock(f"{STOPPING}, process 42")
    threading.Timer(0.5, os.close, [held]).start()
    refuse_if_taken(options)
    assert capsys.readouterr().err.count("still stopping") == 1

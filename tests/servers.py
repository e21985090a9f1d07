"""Throw-away PostgreSQL and Valkey for tests, and the pytest plugin that starts them before Django reads its settings.

By hand: `python -m tests.servers` prints an `export` line and runs both until Ctrl-C.
"""

import argparse
import os
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.embedded import Postgres, Valkey
from config.ports import free_port
from config.processes import service_account, spawn, stop_group, wait_until
from config.state import write_private

START_SECONDS = 180


@dataclass(frozen=True)
class Addresses:
    """Where the two servers answer."""

    database_url: str
    redis_url: str

    def as_environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}


@contextmanager
def servers(folder: Path, *, postgres_port: int = 0, valkey_port: int = 0) -> Iterator[Addresses]:
    """Runs both servers in `folder` for as long as the block lasts; raises RuntimeError with a log's end on failure."""
    account = service_account()
    password = _password(folder / "password")
    postgres = Postgres(folder / "postgres", postgres_port or free_port(), password, account, throw_away=True)
    valkey = Valkey(folder / "valkey", valkey_port or free_port(), password, account)
    folder.chmod(0o711)
    with _running(postgres), _running(valkey):
        yield Addresses(postgres.url, valkey.url)


def _password(place: Path) -> str:
    if not place.exists():
        write_private(place, secrets.token_urlsafe(12))
    return place.read_text()


@contextmanager
def _running(server: Postgres | Valkey) -> Iterator[None]:
    server.prepare()
    log = server.folder.with_suffix(".log")
    with log.open("wb") as output:
        child = spawn(
            server.command,
            environment={"PATH": os.defpath, "LC_ALL": "C"},
            cwd=server.folder,
            output=output,
            account=server.account,
            death_signal=server.stop_signal,
        )
    try:
        wait_until(lambda: child.poll() is not None or server.is_ready(), START_SECONDS)
        if child.poll() is not None or not server.is_ready():
            raise RuntimeError(f"{server.command[0]} did not start:\n{log.read_text(errors='replace')[-2000:]}")
        yield
    finally:
        stop_group(child, server.stop_signal, 20)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Makes a folder that vanishes afterwards, also the parts that belong to the servers' account."""
    folder = Path(tempfile.mkdtemp(prefix="querent-test-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Starts the servers once, in the controlling process: pytest-xdist's workers inherit the addresses."""
    options = early_config.known_args_namespace
    if not (options.help or options.version):
        _set_environment(early_config)
    return (yield)


def _set_environment(config: pytest.Config) -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:  # each worker has a database of its own name (pytest-django) and a numbered Valkey database
        address = os.environ["REDIS_URL"].rsplit("/", 1)[0]
        os.environ["REDIS_URL"] = f"{address}/{int(worker.removeprefix('gw')) % 15 + 1}"
        os.environ["QUERENT_STORAGE_DIR"] += f"-{worker}"
        return
    running = ExitStack()
    config.add_cleanup(running.close)
    folder = running.enter_context(temporary_folder())
    os.environ["QUERENT_STORAGE_DIR"] = str(folder / "storage")
    os.environ.setdefault("QUERENT_SECRET_KEY", "only-for-tests")
    if not {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys():
        os.environ.update(running.enter_context(servers(folder)).as_environment())


def main() -> int:
    """Runs both servers in the foreground until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m tests.servers", description=main.__doc__)
    parser.add_argument("--folder", type=Path, help="keep the data here (default: a temporary folder)")
    parser.add_argument("--postgres-port", type=int, default=0)
    parser.add_argument("--valkey-port", type=int, default=0)
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    with ExitStack() as running:
        folder = options.folder or running.enter_context(temporary_folder())
        folder.mkdir(parents=True, exist_ok=True)
        ports = {"postgres_port": options.postgres_port, "valkey_port": options.valkey_port}
        addresses = running.enter_context(servers(folder.resolve(), **ports))
        pairs = " ".join(f"{name}={address}" for name, address in addresses.as_environment().items())
        print(f"export {pairs}", flush=True)
        signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main())

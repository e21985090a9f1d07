"""PostgreSQL and Valkey from wheels, for machines that have neither. Used by ./start and by the tests."""

import hashlib
import os
import shutil
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from config.binaries import QUIET_ENVIRONMENT, EmbeddedError, is_reachable, postgres_binaries, valkey_binary
from config.processes import Account, run_as
from config.state import write_private

CLOSED_HOMES = Path("/var/lib/querent")  # where root's data goes when the service account cannot enter the checkout

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
        try:
            if not self._ask("SELECT 1 FROM pg_database WHERE datname = 'querent'"):
                self._ask("CREATE DATABASE querent")
        except RuntimeError:
            return False
        return True

    def _ask(self, statement: str) -> str:
        """Returns what psql printed; raises RuntimeError. A driver would hold 15 MB in the supervisor for ever."""
        where = ["--host=127.0.0.1", f"--port={self.port}", "--username=querent", "--dbname=postgres"]
        how = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", f"--command={statement}"]
        environment = QUIET_ENVIRONMENT | {"PGPASSWORD": self.password, "PGCONNECT_TIMEOUT": "3"}
        return run_as(
            self.account, [str(self.binaries / "psql"), *where, *how], environment=environment, cwd=self.folder
        )


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


def owner(account: Account | None) -> tuple[int, int] | None:
    return (account.uid, account.gid) if account else None


def make_private(folder: Path, account: Account | None) -> None:
    """Makes a folder that only `account` can look into."""
    folder.mkdir(parents=True, exist_ok=True)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)

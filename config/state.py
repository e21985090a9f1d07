"""The state folder of ./start: secrets, logs, what was done before, and the lock that keeps a second start out."""

import fcntl
import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOG_LIMIT_BYTES = 10 * 2**20
GENERATED = ("postgres_password", "valkey_password", "secret_key")


STOPPING = "stopping"  # how a supervisor begins what it signs the lock with once it was asked to stop


class AlreadyRunningError(Exception):
    """Another supervisor holds the state folder; the text says which one."""


class StillStoppingError(AlreadyRunningError):
    """The other supervisor was asked to stop: the folder is free in a moment."""


@dataclass(frozen=True)
class State:
    """The folder and what is where in it. Everything but the folder itself is for its owner only."""

    folder: Path

    @property
    def secrets_file(self) -> Path:
        return self.folder / "secrets.json"

    def log(self, name: str) -> Path:
        return self.folder / "log" / f"{name}.log"

    def prepare(self) -> None:
        """Makes the folder with its parts and, once, the generated secrets."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711)  # root's PostgreSQL runs as another user, who must get through to its own part
        for name in ("log", "storage"):
            (self.folder / name).mkdir(mode=0o700, exist_ok=True)
        known = self.read()
        missing = {name: secrets.token_urlsafe(32) for name in GENERATED if name not in known}
        if missing:
            self.remember(**missing)

    def read(self) -> dict[str, Any]:
        """Returns what was remembered; nothing at the first start."""
        if not self.secrets_file.exists():
            return {}
        remembered: dict[str, Any] = json.loads(self.secrets_file.read_text())
        return remembered

    def remember(self, **values: Any) -> None:
        """Adds values to the private file, in one step."""
        write_private(self.secrets_file, json.dumps(self.read() | values, indent=2) + "\n")

    def lock(self) -> int:
        """Returns the descriptor that holds the lock until we end; raises AlreadyRunningError when it is taken, and
        StillStoppingError where whoever has it was asked to stop."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(descriptor, 200, 0).decode(errors="replace").strip()
            os.close(descriptor)
            if owner.startswith(STOPPING):
                raise StillStoppingError(f"Querent is still stopping in {self.folder}.") from None
            raise AlreadyRunningError(f"Querent already runs from {self.folder} ({owner or 'starting'}).") from None
        return descriptor

    def sign_lock(self, text: str) -> None:
        """Says in the lock file who holds it; for the holder."""
        with (self.folder / "lock").open("r+") as file:
            file.write(text)
            file.truncate()


def cap_log(path: Path, limit_bytes: int = LOG_LIMIT_BYTES) -> None:
    """Moves a log that grew too long to `<name>.log.1`. Writers append, so they go on in the emptied file."""
    if path.exists() and path.stat().st_size > limit_bytes:
        shutil.copyfile(path, path.with_name(path.name + ".1"))
        os.truncate(path, 0)


def write_private(path: Path, text: str, owner: tuple[int, int] | None = None) -> None:
    """Replaces a file in one step; nobody but its owner could read it at any moment."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    if owner is not None:
        os.chown(unfinished, *owner)
    unfinished.rename(path)

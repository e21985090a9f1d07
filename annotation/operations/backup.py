"""A backup of one moment: what the database held, and the files that its rows name, while everybody goes on working.

querent-20251125T211500Z/
    database.dump      pg_dump's custom format
    files/…            under the names they have in storage
    manifest.json      rows and checksum of every table, checksum of every file
"""

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypedDict, cast

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from annotation.operations.health import beat
from annotation.operations.postgres_client import run_client

FORMAT = 1
DUMP, FILES, MANIFEST = "database.dump", "files", "manifest.json"
CHUNK = 2**20
CHECKSUM = "coalesce(bit_xor(hashtextextended(held::text, 0)), 0)"
# Shared by backups, so that nobody deletes files meanwhile. Any number that nothing else here locks.
COLLECTION_LOCK = 6_180_339


class Stored(TypedDict):
    """The SHA-256 of a file in hex, and its size."""

    sha256: str
    bytes: int


class Rows(TypedDict):
    """How many rows a table has, and a checksum of them that does not depend on their order."""

    rows: int
    checksum: int


class Manifest(TypedDict):
    """What a backup holds. `missing` are files that rows name and storage does not have."""

    format: int
    made_at: str
    migrations: list[str]
    database: Stored
    tables: dict[str, Rows]
    files: dict[str, Stored]
    missing: list[str]


class BackupError(Exception):
    """The backup cannot be made or used; the text says why."""


def back_up(*, folder: Path) -> Path:
    """Returns the new backup's folder inside `folder`. Until it is whole its name ends in `.unfinished`.

    Everything in it is of one moment: the dump, the counts and the list of files read one snapshot. May run while
    people label and workers train; files that rows name are never changed, and none is collected meanwhile.
    """
    now = datetime.now(UTC)
    target = folder / f"querent-{now:%Y%m%dT%H%M%SZ}"
    unfinished = target.with_name(target.name + ".unfinished")
    (unfinished / FILES).mkdir(parents=True, mode=0o700)
    unfinished.chmod(0o700)  # it holds everybody's texts
    with transaction.atomic():
        snapshot = _take_snapshot()
        run_client("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
                   f"--file={unfinished / DUMP}")  # fmt: skip
        files, missing = _copy_files(unfinished / FILES)
        manifest = Manifest(
            format=FORMAT,
            made_at=now.isoformat(timespec="seconds"),
            migrations=migrations(),
            database=describe(unfinished / DUMP),
            tables=count_tables(),
            files=files,
            missing=missing,
        )
    (unfinished / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    os.sync()
    unfinished.rename(target)
    beat("backup")
    return target


def is_under_way() -> bool:
    """Whether a backup is being made, so that no file may be deleted now."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT NOT pg_try_advisory_xact_lock(%s)", [COLLECTION_LOCK])
        return bool(cursor.fetchone()[0])


def read_manifest(backup: Path) -> Manifest:
    """Returns the manifest; raises BackupError when this is no backup, or one of a newer kind."""
    try:
        manifest: Any = json.loads((backup / MANIFEST).read_text())
    except (OSError, ValueError) as error:
        raise BackupError(f"{backup} is not a backup: {MANIFEST} cannot be read ({error}).") from error
    if not isinstance(manifest, dict):
        raise BackupError(f"{backup} is not a backup: {MANIFEST} is none.")
    if manifest.get("format") != FORMAT:
        raise BackupError(f"{backup} is of another version of Querent: format {manifest.get('format')}.")
    if lacking := [name for name in ("database", "files", "tables") if not isinstance(manifest.get(name), dict)]:
        raise BackupError(f"{backup} is not a backup: {MANIFEST} lacks {', '.join(lacking)}.")
    return cast(Manifest, manifest)


def describe(place: Path) -> Stored:
    """Returns checksum and size of a file; raises BackupError when it cannot be read."""
    try:
        with place.open("rb") as file:
            return Stored(sha256=hashlib.file_digest(file, "sha256").hexdigest(), bytes=place.stat().st_size)
    except OSError as error:
        raise BackupError(f"{place} cannot be read: {error}") from error


def count_tables() -> dict[str, Rows]:
    """Returns rows and checksum of every table, as this transaction sees them."""
    with connection.cursor() as cursor:
        found = {}
        for table in sorted(connection.introspection.table_names(cursor)):
            quoted = connection.ops.quote_name(table)
            cursor.execute(f"SELECT count(*), {CHECKSUM} FROM {quoted} held")  # noqa: S608 - a quoted name
            rows, checksum = cursor.fetchone()
            found[table] = Rows(rows=rows, checksum=checksum)
    return found


def migrations() -> list[str]:
    """Returns the names of the migrations that were applied."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def _take_snapshot() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [COLLECTION_LOCK])
        cursor.execute("SELECT pg_export_snapshot()")
        return str(cursor.fetchone()[0])


def _copy_files(target: Path) -> tuple[dict[str, Stored], list[str]]:
    """Copies every file that a row names; returns what was copied, and what storage does not have."""
    files: dict[str, Stored] = {}
    missing: list[str] = []
    for path in sorted(set(_named_paths())):
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            with default_storage.open(path) as source, place.open("wb") as copy:
                while chunk := source.read(CHUNK):
                    copy.write(chunk)
        except FileNotFoundError:
            missing.append(path)
            continue
        files[path] = describe(place)
    return files, missing


def _named_paths() -> Iterator[str]:
    for model in apps.get_app_config("annotation").get_models():
        if any(field.name == "path" for field in model._meta.get_fields()):
            rows: Any = model._default_manager.exclude(path="").values_list("path", flat=True)
            yield from rows.iterator(chunk_size=5000)

"""A backup becomes a server again: checked first, put in, and compared with what was backed up."""

import hashlib
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction

from annotation.operations.backup import (
    CHUNK,
    DUMP,
    FILES,
    BackupError,
    Manifest,
    count_tables,
    describe,
    read_manifest,
)
from annotation.operations.postgres_client import run_client


def restore(*, backup: Path) -> Manifest:
    """Puts the backup into this server's database and storage, then applies newer migrations; returns its manifest.

    Raises BackupError, before anything is changed, when a checksum differs, when the database holds projects or when
    others are connected to it; and afterwards when what was put in is not what was backed up. May be run again after
    any interruption.
    """
    manifest = read_manifest(backup)
    _verify(backup, manifest)
    _refuse_unless_free()
    for path in manifest["files"]:
        _put_in(backup / FILES / path, path, manifest["files"][path]["sha256"])
    _drop_tables()
    connection.close()
    run_client("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction",
               f"--dbname={connection.settings_dict['NAME']}", str(backup / DUMP))  # fmt: skip
    compare(manifest)
    call_command("migrate", interactive=False, verbosity=0)
    return manifest


def compare(manifest: Manifest) -> None:
    """Raises BackupError naming the tables that hold something else than was backed up."""
    found = count_tables()
    wrong = sorted(name for name in {*found, *manifest["tables"]} if found.get(name) != manifest["tables"].get(name))
    if wrong:
        raise BackupError(f"These tables are not as they were backed up: {', '.join(wrong)}.")


def _verify(backup: Path, manifest: Manifest) -> None:
    wrong = [] if describe(backup / DUMP) == manifest["database"] else [DUMP]
    for path, stored in manifest["files"].items():
        place = backup / FILES / path
        if ".." in place.parts or not place.resolve().is_relative_to((backup / FILES).resolve()):
            raise BackupError(f"{path} lies outside of the backup.")
        if describe(place) != stored:
            wrong.append(path)
    if wrong:
        raise BackupError(f"Not what was backed up: {', '.join(wrong[:10])}{' …' if len(wrong) > 10 else ''}.")


def _refuse_unless_free() -> None:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        if "annotation_project" in tables:
            cursor.execute("SELECT EXISTS (SELECT 1 FROM annotation_project)")
            if cursor.fetchone()[0]:
                raise BackupError("The database holds projects. Restore into an empty one.")
        cursor.execute(
            """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
               AND backend_type = 'client backend' AND application_name <> current_setting('application_name')"""
        )
        if others := cursor.fetchone()[0]:
            raise BackupError(f"{others} others are connected to the database. Stop web, worker and schedule first.")


def _put_in(place: Path, path: str, checksum: str) -> None:
    """Stores the file under its own name, unless it is there already; raises BackupError when it cannot be."""
    if default_storage.exists(path):
        digest = hashlib.sha256()
        with default_storage.open(path) as known:
            while chunk := known.read(CHUNK):
                digest.update(chunk)
        if digest.hexdigest() == checksum:
            return
        default_storage.delete(path)  # cut short by an interrupted restore: the database names no file yet
    with place.open("rb") as file:
        if default_storage.save(path, File(file)) != path:
            raise BackupError(f"{path} could not be stored under its name.")


def _drop_tables() -> None:
    """Takes away the empty tables of a fresh server, so that those of the backup's version can take their places."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)} CASCADE")
        cursor.execute(
            """SELECT proc.oid::regprocedure FROM pg_proc proc
               WHERE pronamespace = 'public'::regnamespace
                 AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = proc.oid AND deptype = 'e')"""
        )
        for (function,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {function} CASCADE")

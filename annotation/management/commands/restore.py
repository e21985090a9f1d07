"""python manage.py restore BACKUP"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotation.operations.backup import BackupError
from annotation.operations.restoring import restore
from config.binaries import EmbeddedError


class Command(BaseCommand):
    help = "Puts a backup into this empty server, compares it with its manifest, and brings it up to date."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", type=Path, help="the folder that `manage.py backup` printed")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            manifest = restore(backup=options["backup"])
        except (BackupError, EmbeddedError, OSError) as error:
            raise CommandError(str(error)) from error
        rows = sum(table["rows"] for table in manifest["tables"].values())
        files = len(manifest["files"])
        self.stdout.write(f"Restored what was backed up at {manifest['made_at']}: {rows:,} rows, {files:,} files")

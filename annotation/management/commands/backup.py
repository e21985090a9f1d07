"""python manage.py backup FOLDER"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotation.operations.backup import BackupError, back_up, read_manifest
from config.binaries import EmbeddedError


class Command(BaseCommand):
    help = "Makes a backup of database and files, of one moment, while everybody goes on working."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where to put it; each backup gets a folder of its own in there")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            made = back_up(folder=options["folder"])
        except (BackupError, EmbeddedError, OSError) as error:
            raise CommandError(str(error)) from error
        manifest = read_manifest(made)
        rows = sum(table["rows"] for table in manifest["tables"].values())
        self.stdout.write(f"{made}: {rows:,} rows, {len(manifest['files']):,} files")
        for path in manifest["missing"]:
            self.stderr.write(f"missing in storage, so not in the backup: {path}")

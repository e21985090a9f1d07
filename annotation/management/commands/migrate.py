"""Django's migrate, made safe beside people at work: it never waits long for a lock, as all others wait behind it."""

import time
from typing import Any

from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg.errors import LockNotAvailable

LOCK_SECONDS, PAUSE_SECONDS, ATTEMPTS = 2, 1.0, 30


class Command(migrate.Command):
    """Tries again after a lock was not to be had; each migration is whole or not at all, so that is harmless."""

    def handle(self, *args: Any, **options: Any) -> None:
        alias = options["database"]
        try:
            self._migrate_patiently(alias, *args, **options)
        finally:
            with connections[alias].cursor() as cursor:
                cursor.execute("RESET lock_timeout")
                cursor.execute("RESET statement_timeout")

    def _migrate_patiently(self, alias: str, *args: Any, **options: Any) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            self._set_limits(alias)
            try:
                super().handle(*args, **options)
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable) or attempt == ATTEMPTS:
                    raise
                self.stderr.write(f"somebody is at work with a table; trying again ({attempt} of {ATTEMPTS})")
                time.sleep(PAUSE_SECONDS)
            else:
                return

    def _set_limits(self, alias: str) -> None:
        """An index of a large table takes its time; a lock must not."""
        with connections[alias].cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
            cursor.execute("SET statement_timeout = 0")

"""Proof of life: a worker is alive if it finished a canary recently."""

from django.db import connection

from annotation.models import Heartbeat


def beat(name: str, detail: str = "{}") -> None:
    """Writes that `name` has just done something."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO annotation_heartbeat (name, beat_at, detail) VALUES (%s, now(), %s)
               ON CONFLICT (name) DO UPDATE SET beat_at = excluded.beat_at, detail = excluded.detail""",
            [name, detail],
        )


def forget(name: str) -> None:
    """Takes the name off the list: it has stopped on purpose."""
    Heartbeat.objects.filter(name=name).delete()

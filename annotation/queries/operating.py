"""How the service is doing, as figures for an operator: short statements on small tables or partial indexes."""

import shutil
from collections.abc import Iterator
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from annotation.redis_later import redis

SILENT_SECONDS = 90  # a worker that finished nothing for so long does not hear
FORGOTTEN_SECONDS = 900  # a worker that was killed and replaced is remembered for so long


class Gauge(NamedTuple):
    """One figure: its name, its labels in Prometheus' form, its value."""

    name: str
    labels: str
    value: float


# name, help, statement: label values in order of their names, then the figure.
FIGURES: list[tuple[str, str, tuple[str, ...], str]] = [
    ("labels_behind", "Labels that no model has learned from yet.", (),
     "SELECT count(DISTINCT annotation_id) FROM annotation_workrequest WHERE topic = 'learn'"),
    ("work_waiting", "Rows of the outbox by topic.", ("topic",),
     "SELECT topic, count(*) FROM annotation_workrequest GROUP BY topic"),
    ("work_oldest_seconds", "Age of the oldest row of the outbox by topic.", ("topic",),
     "SELECT topic, extract(epoch FROM now() - min(created_at)) FROM annotation_workrequest GROUP BY topic"),
    ("lanes", "Lanes of work by state.", ("state",),
     """SELECT CASE WHEN expires_at >= now() THEN 'working' WHEN error <> '' THEN 'failed' ELSE 'idle' END, count(*)
        FROM annotation_worklane GROUP BY 1"""),
    ("leases", "Leases that are open, and of these the ones whose time is up.", ("state",),
     """SELECT CASE WHEN expires_at > now() THEN 'open' ELSE 'expired' END, count(*)
        FROM annotation_assignment WHERE status = 'open' GROUP BY 1"""),
    ("questions_queued", "Places in the published queues.", (),
     """SELECT count(*) FROM annotation_queueentry entry JOIN annotation_project project
        ON project.id = entry.project_id AND project.queue_generation = entry.generation"""),
    ("jobs", "Imports and exports by state.", ("kind", "status"),
     "SELECT kind, status, count(*) FROM annotation_job GROUP BY kind, status"),
    ("training_seconds_sum", "Seconds spent on trainings.", (),
     "SELECT coalesce(sum(seconds), 0) FROM annotation_modelversion"),
    ("training_seconds_count", "Trainings that made a version.", (), "SELECT count(*) FROM annotation_modelversion"),
    ("training_last_seconds", "What the newest training took.", (),
     "SELECT seconds FROM annotation_modelversion ORDER BY id DESC LIMIT 1"),
    ("canary_age_seconds", "Since any worker finished a canary task.", (),
     "SELECT extract(epoch FROM now() - beat_at) FROM annotation_heartbeat WHERE name = 'worker'"),
    ("worker_silent_seconds", "Since each worker last finished anything.", ("worker",),
     f"""SELECT substr(name, 8), extract(epoch FROM now() - beat_at) FROM annotation_heartbeat
         WHERE name LIKE 'worker:%' AND beat_at > now() - interval '{FORGOTTEN_SECONDS} seconds'"""),  # noqa: S608 - a constant
    ("backup_age_seconds", "Since the last backup was whole.", (),
     "SELECT extract(epoch FROM now() - beat_at) FROM annotation_heartbeat WHERE name = 'backup'"),
    ("database_connections", "Connections to the database.", (),
     "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"),
    ("database_connections_most", "What the server allows.", (), "SELECT current_setting('max_connections')::int"),
    ("database_oldest_transaction_seconds", "Age of the oldest open transaction.", (),
     """SELECT coalesce(max(extract(epoch FROM now() - xact_start)), 0) FROM pg_stat_activity
        WHERE datname = current_database()"""),
    ("database_bytes", "Size of the database.", (), "SELECT pg_database_size(current_database())"),
]  # fmt: skip
HELP = {name: text for name, text, _, _ in FIGURES} | {
    "broker_up": "Whether the broker answers.",
    "broker_waiting": "Hints that wait in the broker, by queue.",
    "storage_free_bytes": "Free space where files are stored.",
}


def figures() -> Iterator[Gauge]:
    """Yields every figure that can be had now."""
    with connection.cursor() as cursor:
        for name, _, labels, statement in FIGURES:
            cursor.execute(statement)
            for *values, figure in cursor.fetchall():
                named = ",".join(f'{label}="{value}"' for label, value in zip(labels, values, strict=True))
                yield Gauge(name, named, float(figure))
    yield from _broker()
    yield Gauge("storage_free_bytes", "", shutil.disk_usage(_existing_storage()).free)


def silent_workers() -> int:
    """Returns how many workers of the last quarter of an hour have finished nothing for ninety seconds."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM annotation_heartbeat WHERE name LIKE 'worker:%%'
               AND beat_at BETWEEN now() - make_interval(secs => %s) AND now() - make_interval(secs => %s)""",
            [FORGOTTEN_SECONDS, SILENT_SECONDS],
        )
        return int(cursor.fetchone()[0])


def _broker() -> Iterator[Gauge]:
    broker = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)
    try:
        waiting = [Gauge("broker_waiting", f'queue="{name}"', float(broker.llen(name))) for name in settings.QUEUES]
    except (redis.RedisError, OSError):
        waiting = []
    finally:
        broker.close()
    yield Gauge("broker_up", "", float(bool(waiting)))
    yield from waiting


def _existing_storage() -> str:
    """Returns the storage folder, or the nearest folder above it while nothing was stored yet."""
    place = settings.STORAGE_DIR
    while not place.exists():
        place = place.parent
    return str(place)

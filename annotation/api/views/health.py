"""Is it alive: what was done lately, not what is running."""

from typing import Any

from django.core.cache import caches
from django.db import connection
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api import answers
from annotation.api.views.base import View, documented
from annotation.queries.operating import silent_workers
from annotation.redis_later import redis

WORKER_SECONDS = 45


class Health(View):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @documented(responses=answers.Health)
    def get(self, request: Request) -> Response:
        """`ok`, or `degraded` with what does not answer; 503 while the database is away."""
        age = canary_age()
        report: dict[str, Any] = {
            "database": True,
            "broker": broker_answers(),
            "workers_alive": age is not None and age < WORKER_SECONDS,
            "canary_age_seconds": age,
            "silent_workers": silent_workers(),
        }
        is_well = report["broker"] and report["workers_alive"] and not report["silent_workers"]
        report["status"] = "ok" if is_well else "degraded"
        return Response(report)


def canary_age() -> float | None:
    """Returns the seconds since a worker finished a canary; None when none ever did."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM now() - beat_at)::float8 FROM annotation_heartbeat WHERE name = 'worker'"
        )
        row = cursor.fetchone()
    return round(row[0], 1) if row else None


def broker_answers() -> bool:
    try:
        caches["default"].get("health")
    except (redis.RedisError, OSError):
        return False
    return True

"""What runs by the clock, and the small Celery application that sends it: no Django, no tasks, little memory.

Each entry is a hint like any other: twice is as good as once, and an old one expires.
"""

from typing import Any

from celery import Celery

from config import environment

TRANSPORT = {"socket_connect_timeout": 2, "socket_keepalive": True, "health_check_interval": 10}


def every(seconds: float, task: str) -> dict[str, Any]:
    return {"task": task, "schedule": seconds, "options": {"expires": 2 * seconds, "queue": "deliver"}}


app = Celery("schedule", fixups=[], set_as_current=False)
app.conf.update(
    broker_url=environment.text("REDIS_URL"),
    broker_connection_retry_on_startup=True,
    broker_transport_options=TRANSPORT,
    task_ignore_result=True,
    timezone="UTC",
    beat_schedule={
        "sweep": every(5, "workers.sweep"),
        "release expired leases": every(5, "workers.release_expired"),
        "fold tallies": every(10, "workers.fold"),
        "canary": every(10, "workers.canary"),
        "collect": every(3600, "workers.collect"),
    },
)

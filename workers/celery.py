"""The Celery application. The broker carries hints; what is true and what is due stands in PostgreSQL."""

import gc
import os
from importlib import import_module
from typing import Any

from celery import Celery
from celery.signals import celeryd_init
from django.conf import settings
from kombu import Queue

from modeling.later import load_scipy
from workers.alone import watch_broker
from workers.schedule import TRANSPORT

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

TIME_LIMIT_SECONDS = 3600

app = Celery("querent")
app.conf.update(
    broker_url=settings.REDIS_URL,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        # Shorter than two time limits and a long task would be started again while it runs.
        "visibility_timeout": 2 * TIME_LIMIT_SECONDS,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
    }
    | TRANSPORT,
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=TIME_LIMIT_SECONDS,
    task_soft_time_limit=TIME_LIMIT_SECONDS - 60,
    task_queues=[Queue(name) for name in settings.QUEUES],
    task_default_queue="deliver",
    worker_prefetch_multiplier=1,
    # Counts mapped vectors too (1.5 GB at a million items): with less, each scoring of such a pool would cost a child.
    worker_max_memory_per_child=4_000_000,
    worker_soft_shutdown_timeout=5,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    timezone="UTC",
)


@celeryd_init.connect
def load_tasks(**_: Any) -> None:
    """Tasks bring NumPy and scikit-learn along: only workers load them, not the web."""
    load_scipy()
    import_module("workers.tasks")
    import_module("workers.following")
    gc.collect()
    watch_broker()
    gc.freeze()  # the collector of a forked child leaves these objects alone, so their pages stay shared

"""When things run. `celery -A workers worker` and `celery -A workers beat` start here."""

from workers.app import app

__all__ = ["app"]

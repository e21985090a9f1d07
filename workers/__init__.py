"""When things run. `celery -A workers worker` starts here, `celery -A workers.schedule beat` in schedule.py."""

"""Does the imports and exports that nobody is working on, one after the other, without the broker."""

from typing import Any

from django.core.management.base import BaseCommand

from annotation.operations.transfer import run_job, stuck_jobs


class Command(BaseCommand):
    help = "Runs every waiting job in this process. Safe at any time: a job has one owner."

    def handle(self, *args: Any, **options: Any) -> None:
        for job_id in stuck_jobs():
            run_job(job_id)

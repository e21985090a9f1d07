"""`manage.py demo`: makes the demo project and its first hour of work; harmless when it exists."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from annotation.demo.history import play
from annotation.demo.inbox import demo_project, is_finished


class Command(BaseCommand):
    help = "Makes the demo project with a simulated team and its labels, once."

    def handle(self, *args: Any, **options: Any) -> None:
        owner = User.objects.filter(is_superuser=True, is_active=True).order_by("id").first()
        if owner is None:
            raise CommandError("There is no administrator yet: run manage.py ensure_admin first.")
        project = demo_project(owner)
        if project.deleted_at is not None or is_finished(project):
            self.stdout.write("The demo project was made before.")
            return
        n_given = play(project, owner, say=self.stdout.write)
        self.stdout.write(f"{project.name}: {n_given} labels given.")

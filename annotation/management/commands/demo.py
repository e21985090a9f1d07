"""`manage.py demo`: makes the demo project and its first hour of work; harmless when it exists."""

import os
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotation.demo.history import play
from annotation.demo.inbox import add_accounts, demo_project, is_finished
from annotation.models import Role


class Command(BaseCommand):
    help = "Makes the demo project with a simulated team and its labels, once."

    def add_arguments(self, parser: CommandParser) -> None:
        what = "accounts to look at the demo with, role.demo; their password is QUERENT_DEMO_PASSWORD"
        parser.add_argument("--roles", nargs="*", default=[], choices=Role.values, help=what)

    def handle(self, *args: Any, roles: list[str], **options: Any) -> None:
        owner = User.objects.filter(is_superuser=True, is_active=True).order_by("id").first()
        if owner is None:
            raise CommandError("There is no administrator yet: run manage.py ensure_admin first.")
        project = demo_project(owner)
        if project.deleted_at is not None or is_finished(project):
            self.stdout.write("The demo project was made before.")
            return
        add_accounts(project, actor=owner, roles=roles, password=os.environ.get("QUERENT_DEMO_PASSWORD") or None)
        n_given = play(project, owner, say=self.stdout.write)
        self.stdout.write(f"{project.name}: {n_given} labels given.")

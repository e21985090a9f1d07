"""Makes the account `admin` at the first start and says its password once, as JSON for the supervisor."""

import json
import os
import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from django.db import transaction


class Command(BaseCommand):
    help = "Creates the user admin if there is no administrator yet; prints {created, username, password}."

    def handle(self, *args: Any, **options: Any) -> None:
        users = get_user_model().objects
        with transaction.atomic():
            if users.filter(is_superuser=True).exists():
                self.stdout.write(json.dumps({"created": False}))
                return
            given = os.environ.get("QUERENT_ADMIN_PASSWORD")
            password = given or secrets.token_urlsafe(12)
            users.create_superuser("admin", password=password)
        self.stdout.write(json.dumps({"created": True, "username": "admin", "password": None if given else password}))

"""Shapes of invitations."""

from typing import Any

from rest_framework import serializers as s

from annotation.api.answers import Page
from annotation.api.serializers import Text, Whole
from annotation.models import Role


class NewInvitation(s.Serializer[Any]):
    role = s.ChoiceField([Role.ANNOTATOR, Role.REVIEWER, Role.MANAGER], default=Role.ANNOTATOR)
    days = Whole(min_value=1, max_value=90, default=7, help_text="How long the link works.")
    uses = Whole(min_value=1, max_value=1000, default=1, help_text="How many people may come in by it.")


class Invitation(s.Serializer[Any]):
    id = s.IntegerField()
    role = s.ChoiceField(Role.choices)
    most_uses = s.IntegerField()
    n_uses = s.IntegerField()
    invited_by = Text()
    created_at = s.DateTimeField()
    expires_at = s.DateTimeField()
    is_open = s.BooleanField(help_text="Still lets somebody in.")


class MadeInvitation(Invitation):
    token = Text(help_text="Shown this once; the link is /join# and this.")


class Invitations(Page):
    results = Invitation(many=True)


class Link(s.Serializer[Any]):
    token = Text(max_length=100)


class Invited(s.Serializer[Any]):
    project_id = s.IntegerField()
    project = Text()
    role = s.ChoiceField(Role.choices)
    invited_by = Text()
    expires_at = s.DateTimeField()


class Acceptance(Link):
    username = Text(max_length=150, default="", allow_blank=True, help_text="Of the new account, for whoever has none.")
    password = Text(max_length=1000, default="", allow_blank=True)

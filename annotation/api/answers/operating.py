"""Health, the audit trail, and pages of what there is."""

from typing import Any

from rest_framework import serializers as s

from annotation.api import serializers
from annotation.api.answers.figures import Page


class Health(s.Serializer[Any]):
    status = s.ChoiceField(["ok", "degraded"])
    database = s.BooleanField()
    broker = s.BooleanField()
    workers_alive = s.BooleanField(help_text="A worker finished a canary task in the last 45 s.")
    canary_age_seconds = s.FloatField(allow_null=True)
    silent_workers = s.IntegerField(help_text="Workers that finished nothing in the last 90 s.")


class Skipped(s.Serializer[Any]):
    id = s.IntegerField()
    status = s.ChoiceField(["skipped"])


class AuditEvent(s.Serializer[Any]):
    id = s.IntegerField()
    created_at = s.DateTimeField()
    project = s.IntegerField(allow_null=True)
    actor = s.CharField(allow_null=True, help_text="Null: the service itself.")
    verb = s.CharField()
    target = s.CharField(allow_blank=True)
    detail = s.JSONField()
    request_id = s.CharField(allow_blank=True)


class AuditEvents(Page):
    results = AuditEvent(many=True)


class Projects(Page):
    results = serializers.Project(many=True)


class Members(Page):
    results = serializers.Member(many=True)


class Items(Page):
    results = serializers.ItemRow(many=True)


class Jobs(Page):
    results = serializers.Job(many=True)


class Tokens(Page):
    results = serializers.TokenRow(many=True)

"""Shapes of looking through items."""

from typing import Any

from rest_framework import serializers as s

from annotation.api import reviewing
from annotation.api.answers import Page
from annotation.models import Assignment, Stream


class Held(s.Serializer[Any]):
    value = s.JSONField()
    probability = s.FloatField()
    status = s.CharField()
    n_votes = s.IntegerField()


class Explored(s.Serializer[Any]):
    item = s.IntegerField()
    external_id = s.CharField(allow_null=True)
    text = s.CharField(allow_blank=True, help_text="The beginning of what the item shows.")
    answers_and_leases = s.IntegerField()
    open_slots = s.IntegerField()
    is_gold = s.BooleanField()
    stream = s.CharField(allow_null=True, help_text="Where its first question came from; null: not asked yet.")
    drawn_at = s.DateTimeField(allow_null=True)
    consensus = Held(allow_null=True)
    flags = s.IntegerField(help_text="Open ones.")


class Exploration(Page):
    results = Explored(many=True, help_text="May be fewer than asked for, also none, with more behind `next`.")
    looked_at = s.IntegerField(help_text="Items that were looked at for this page.")


class Lease(s.Serializer[Any]):
    id = s.IntegerField()
    annotator = s.CharField(allow_null=True)
    stream = s.ChoiceField(Stream.choices)
    reason = s.JSONField()
    probability = s.FloatField()
    model_version = s.IntegerField(allow_null=True)
    status = s.ChoiceField(Assignment.Status.choices)
    skip_reason = s.CharField(allow_blank=True)
    created_at = s.DateTimeField()
    closed_at = s.DateTimeField(allow_null=True)
    expires_at = s.DateTimeField()


class Revision(s.Serializer[Any]):
    annotation = s.IntegerField()
    annotator = s.CharField(allow_null=True)
    revision = s.IntegerField()
    value = s.JSONField(help_text="As it was said, in the classes of its time.")
    seconds = s.FloatField(allow_null=True)
    schema_version = s.IntegerField()
    created_at = s.DateTimeField()


class Said(s.Serializer[Any]):
    model = s.CharField(allow_blank=True)
    value = s.JSONField()
    probabilities = s.JSONField(allow_null=True)
    created_at = s.DateTimeField()


class Place(s.Serializer[Any]):
    rank = s.IntegerField()
    score = s.FloatField()
    reason = s.JSONField()


class ItemHistory(reviewing.ItemPage):
    created_at = s.DateTimeField()
    drawn_at = s.DateTimeField(allow_null=True)
    draw_probability = s.FloatField(allow_null=True)
    draw_reason = s.JSONField(allow_null=True)
    queue = Place(allow_null=True, help_text="Its place in the published queue.")
    leases = Lease(many=True)
    revisions = Revision(many=True, help_text="Every answer as it was given, the oldest first.")
    predictions = Said(many=True)

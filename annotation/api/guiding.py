"""Shapes of what work is held against: known answers and guidelines."""

from typing import Any

from rest_framework import serializers as s

from annotation.api import reviewing
from annotation.api.answers import Interval, Page
from annotation.api.serializers import Spoken, Text, Whole


class GoldItem(s.Serializer[Any]):
    item = s.IntegerField()
    external_id = s.CharField(allow_null=True)
    text = s.CharField(allow_null=True)
    value = s.JSONField()
    answers = s.IntegerField()
    right = s.IntegerField()
    most_said = s.JSONField(allow_null=True)
    contradicted = s.BooleanField(help_text="Most people say something else: look at the known answer first.")


class GoldItems(Page):
    results = GoldItem(many=True)


class GoldProposal(s.Serializer[Any]):
    item = s.IntegerField()
    external_id = s.CharField(allow_null=True)
    text = s.CharField(allow_null=True)
    value = s.JSONField()
    probability = s.FloatField()
    n_votes = s.IntegerField()


class GoldProposals(Page):
    results = GoldProposal(many=True)


class NewGold(s.Serializer[Any]):
    items = s.ListField(child=Whole(min_value=1, max_value=2**63 - 1), min_length=1, max_length=100)


class Refused(s.Serializer[Any]):
    item = s.IntegerField()
    code = s.CharField()
    message = s.CharField()
    said = Spoken(required=False)


class GoldBatch(reviewing.Batch):
    refused = Refused(many=True)


class Guideline(s.Serializer[Any]):
    version = s.IntegerField()
    text = s.CharField(allow_blank=True)
    by = s.CharField()
    created_at = s.DateTimeField()
    annotations = s.IntegerField(help_text="Answers first given under this version.")
    items_with_overlap = s.IntegerField()
    percent = s.FloatField(allow_null=True, help_text="Share of agreeing pairs of answers under this version.")
    low = s.FloatField(allow_null=True, help_text="Ends of the 90 % interval of `percent`.")
    high = s.FloatField(allow_null=True)
    change = Interval(allow_null=True, help_text="Since the last version with a figure, with a 90 % interval.")


class Guidelines(Page):
    results = Guideline(many=True)


class NewSendOutByGuidelines(s.Serializer[Any]):
    classes = s.ListField(child=Text(max_length=100), default=list, max_length=300)
    votes = Whole(min_value=1, max_value=20, default=1)

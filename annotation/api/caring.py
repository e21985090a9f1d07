"""Shapes of acting on doubts: flags, people, and what is in doubt as a whole."""

from typing import Any

from rest_framework import serializers as s

from annotation.api.answers import Interval, Page
from annotation.api.serializers import Spoken, Text, Whole


class NewAction(s.Serializer[Any]):
    action = s.ChoiceField(["relabel", "send_out", "talk", "pause"])
    note = Text(max_length=1000, required=False, allow_blank=True, default="", help_text="`talk`: what she reads.")
    value = s.JSONField(required=False, help_text="`relabel`: the right answer; without it the engine's.")
    votes = Whole(min_value=1, max_value=20, default=1, help_text="`send_out`: how many more answers an item.")


class Pause(s.Serializer[Any]):
    note = Text(max_length=1000, required=False, allow_blank=True, default="", help_text="What the person reads.")


class ExpectedExport(s.Serializer[Any]):
    items = s.IntegerField()
    in_doubt = s.IntegerField()
    left_out = s.IntegerField()
    expected_right = s.FloatField(allow_null=True)
    low = s.FloatField(allow_null=True, help_text="Lower end of the 90 % interval.")
    high = s.FloatField(allow_null=True)
    undefined_because = s.CharField(allow_null=True, help_text="Why there is no interval.")
    undefined_said = Spoken(allow_null=True)


class SendOut(s.Serializer[Any]):
    votes = Whole(min_value=1, max_value=20, default=1)
    below = s.FloatField(min_value=0, max_value=1, default=0.0, help_text="Also items less sure than this.")
    items = s.ListField(
        child=Whole(min_value=1, max_value=2**63 - 1),
        required=False,
        min_length=1,
        max_length=1000,
        help_text="Only of these items, whose consensus is then as doubtful as need be.",
    )


class Known(s.Serializer[Any]):
    given = s.IntegerField()
    right = s.IntegerField()


class Week(s.Serializer[Any]):
    week = s.DateField()
    annotations = s.IntegerField()
    judged = s.IntegerField(help_text="Those that another answer, a known one or a decision speaks about.")
    right = s.FloatField(allow_null=True, help_text="The share of these that is held for right.")
    low = s.FloatField(allow_null=True, help_text="Ends of the 90 % interval of `right`.")
    high = s.FloatField(allow_null=True)


class Paused(s.Serializer[Any]):
    since = s.DateTimeField()
    note = s.CharField(allow_blank=True)


class Word(s.Serializer[Any]):
    note = s.CharField()
    created_at = s.DateTimeField()


class OwnFlag(s.Serializer[Any]):
    kind = s.CharField()
    summary = s.CharField(allow_blank=True)
    said = Spoken(allow_null=True)
    status = s.CharField()


class PersonConfusion(s.Serializer[Any]):
    classes = s.ListField(child=s.CharField())
    shares = s.ListField(
        child=s.ListField(child=s.FloatField()),
        help_text="Row k: how often each class is answered where class k is right; estimated, and each row is 1.",
    )


class OwnReport(s.Serializer[Any]):
    annotations = s.IntegerField()
    accuracy = Interval(allow_null=True)
    median_seconds = s.FloatField(allow_null=True)
    known_answers = Known()
    weeks = Week(many=True)
    paused = Paused(allow_null=True)
    words = Word(many=True)
    flags = OwnFlag(many=True)
    confusion = PersonConfusion(allow_null=True, help_text="Told to whoever looks after a person only.")


class NewPolicy(s.Serializer[Any]):
    settings = s.JSONField(help_text="Settings as a change of the project takes them; nothing is saved.")


class PolicyWorth(s.Serializer[Any]):
    votes_per_item = s.FloatField(allow_null=True)
    votes_per_item_low = s.FloatField(allow_null=True, help_text="Lower end of the 90 % interval.")
    votes_per_item_high = s.FloatField(allow_null=True)
    expected_right = s.FloatField(
        allow_null=True,
        help_text="Of all items once the rule is done, by people's answers alone; `quality/export/` is of now.",
    )
    low = s.FloatField(allow_null=True, help_text="Ends of the 90 % interval of `expected_right`.")
    high = s.FloatField(allow_null=True)
    answers = s.IntegerField(allow_null=True)
    answers_low = s.IntegerField(allow_null=True)
    answers_high = s.IntegerField(allow_null=True)
    answers_left = s.IntegerField(allow_null=True)
    answers_left_low = s.IntegerField(allow_null=True)
    answers_left_high = s.IntegerField(allow_null=True)
    hours_left = s.FloatField(allow_null=True)
    hours_left_low = s.FloatField(allow_null=True, help_text="By the answers left; how fast people are may change too.")
    hours_left_high = s.FloatField(allow_null=True)
    seen_up_to = s.IntegerField(allow_null=True, help_text="Answers an item that the project's own data tell of.")
    undefined_because = s.CharField(allow_null=True)
    undefined_said = Spoken(allow_null=True)


class PolicyPreview(s.Serializer[Any]):
    now = PolicyWorth()
    proposed = PolicyWorth()


class ClassQuality(s.Serializer[Any]):
    vars()["class"] = s.CharField()  # a word of Python's
    items = s.IntegerField()
    expected_right = s.FloatField()
    low = s.FloatField(allow_null=True, help_text="Ends of the 90 % interval of `expected_right`.")
    high = s.FloatField(allow_null=True)
    in_doubt = s.IntegerField()


class ClassQualities(Page):
    results = ClassQuality(many=True)


class WeekQuality(s.Serializer[Any]):
    week = s.DateField(help_text="Its Monday, UTC; items count in the week of their last answer.")
    annotations = s.IntegerField(help_text="Given in this week.")
    items_with_overlap = s.IntegerField()
    percent = s.FloatField(allow_null=True)
    low = s.FloatField(allow_null=True, help_text="Ends of the 90 % interval of `percent`.")
    high = s.FloatField(allow_null=True)


class WeekQualities(Page):
    results = WeekQuality(many=True)

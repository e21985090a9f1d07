"""Agreement, people, labels and doubts about them."""

from typing import Any

from rest_framework import serializers as s

from annotation.api.answers.figures import Interval, Page
from annotation.api.serializers import Spoken
from annotation.models import Flag


class Coefficient(s.Serializer[Any]):
    value = s.FloatField(allow_null=True)
    low = s.FloatField(allow_null=True)
    high = s.FloatField(allow_null=True)
    undefined_because = s.CharField(allow_null=True)
    undefined_said = Spoken(required=False, allow_null=True)


class ConfusedPair(s.Serializer[Any]):
    classes = s.ListField(child=s.CharField())
    count = s.IntegerField()
    share = s.FloatField(help_text="Of all disagreements.")
    low = s.FloatField(allow_null=True, help_text="Ends of the 90 % interval of `share`.")
    high = s.FloatField(allow_null=True)
    examples = s.ListField(child=s.DictField())


class AgreeingShare(s.Serializer[Any]):
    value = s.FloatField(allow_null=True, help_text="Share of agreeing pairs of answers; null where there is no pair.")
    low = s.FloatField(allow_null=True)
    high = s.FloatField(allow_null=True)
    n = s.IntegerField(help_text="Items.")


class AgreementOfClass(AgreeingShare):
    vars()["class"] = s.CharField()


class AgreementOfPerson(AgreeingShare):
    username = s.CharField()


class AgreementOfPair(AgreeingShare):
    annotators = s.ListField(child=s.CharField(), help_text="Two usernames.")


class AgreementOfWeek(AgreeingShare):
    week = s.DateField(help_text="Its Monday, UTC; items count in the week of their last answer.")
    krippendorff_alpha = Coefficient()


class Agreement(s.Serializer[Any]):
    items_with_overlap = s.IntegerField()
    enough_overlap = s.BooleanField(help_text="False under thirty items with two answers: the numbers mean little yet.")
    percent = s.FloatField(allow_null=True, help_text="Share of agreeing pairs of answers, 0 to 1.")
    percent_low = s.FloatField(allow_null=True, help_text="Ends of the 90 % interval of `percent`.")
    percent_high = s.FloatField(allow_null=True)
    coefficients = s.DictField(child=Coefficient())
    confused_pairs = ConfusedPair(many=True)
    by_class = AgreementOfClass(many=True)
    by_person = AgreementOfPerson(many=True)
    by_pair = AgreementOfPair(many=True, help_text="The fifty pairs of people with most items in common.")
    by_week = AgreementOfWeek(many=True)
    updated_at = s.DateTimeField(allow_null=True)


class Annotator(s.Serializer[Any]):
    username = s.CharField()
    annotations = s.IntegerField()
    accuracy = Interval(allow_null=True, help_text="Null while nothing but the person's own answers speaks.")
    random_log_odds = s.FloatField(allow_null=True, help_text="Natural log of the odds of answering at random.")
    median_seconds = s.FloatField(allow_null=True)
    last_active = s.DateTimeField(allow_null=True)
    flags = s.IntegerField()


class Annotators(Page):
    results = Annotator(many=True)


class LabelQuality(s.Serializer[Any]):
    items_with_consensus = s.IntegerField()
    expected_right = s.FloatField(allow_null=True)
    low = s.FloatField(allow_null=True)
    high = s.FloatField(allow_null=True)
    undefined_because = s.CharField(allow_null=True, help_text="Why there is no interval.")
    undefined_said = Spoken(allow_null=True)
    in_doubt = s.IntegerField()
    by_status = s.DictField(child=s.IntegerField())
    updated_at = s.DateTimeField(allow_null=True)


class SuggestionsTaken(s.Serializer[Any]):
    shown = s.IntegerField(help_text="Answers that came after a suggestion, of the last 5,000.")
    taken = s.IntegerField(help_text="Those that say the same.")
    share = Interval(allow_null=True)


class FlagRow(s.Serializer[Any]):
    id = s.IntegerField()
    kind = s.ChoiceField(Flag.Kind.choices)
    item = s.IntegerField(allow_null=True)
    external_id = s.CharField(allow_null=True)
    annotation = s.IntegerField(allow_null=True)
    annotator = s.CharField(allow_null=True)
    score = s.FloatField(help_text="0 to 1; the worst first.")
    evidence = s.DictField()
    status = s.ChoiceField(Flag.Status.choices)
    note = s.CharField(allow_blank=True)
    created_at = s.DateTimeField()
    closed_at = s.DateTimeField(allow_null=True)


class Flags(Page):
    results = FlagRow(many=True)

"""What is asked next, how the model learned, and how far the work is."""

from typing import Any

from rest_framework import serializers as s

from annotation.api.answers.figures import Interval, Page, Performance
from annotation.api.serializers import Spoken


class QueueEntry(s.Serializer[Any]):
    item = s.IntegerField()
    external_id = s.CharField(allow_null=True)
    text = s.CharField()
    rank = s.IntegerField()
    score = s.FloatField(help_text="Higher is more worth asking; the scale is the strategy's own.")
    reason = s.DictField(help_text='{"kind": "uncertain" | "rare" | "shuffle", …}')
    open_slots = s.IntegerField()


class Queue(Page):
    version = s.IntegerField(
        help_text="How many queues were published; no model's number. 0: the seeded shuffle, before the first."
    )
    published_at = s.DateTimeField(allow_null=True)
    entries = QueueEntry(many=True)


class CurvePoint(Interval):
    annotations = s.IntegerField()
    arm = s.ChoiceField(["active", "random"])
    metric = s.CharField()
    n = s.IntegerField()
    corrected = s.BooleanField(
        allow_null=True,
        help_text="Whether this accuracy was corrected for people's mistakes; null where none was known.",
    )


class Advice(s.Serializer[Any]):
    code = s.CharField()
    text = s.CharField()
    said = Spoken(allow_null=True)


class Gain(Interval):
    labels = s.IntegerField()


class LearningCurve(s.Serializer[Any]):
    points = CurvePoint(many=True)
    labels_saved = Interval(allow_null=True)
    labels_saved_because = s.CharField(allow_null=True, help_text="Why it is not known yet.")
    labels_saved_said = Spoken(allow_null=True)
    advice = Advice()
    expected_gain = Gain(allow_null=True, help_text="Rise of accuracy by the next labels, from a fitted curve.")
    stability = s.ListField(child=s.FloatField(), help_text="Last κ between models' predictions on fixed items.")
    stability_between = s.ListField(
        child=s.IntegerField(), allow_null=True, help_text="The versions that the last κ compares, the earlier first."
    )
    belief = Performance(allow_null=True, help_text="The model's own belief: not a measurement.")


class Progress(s.Serializer[Any]):
    items = s.IntegerField()
    annotations = s.IntegerField()
    items_with_consensus = s.IntegerField()
    items_finished = s.IntegerField()
    open_assignments = s.IntegerField()
    annotations_today = s.IntegerField()
    annotations_last_hour = s.IntegerField()
    gold_items = s.IntegerField()
    gold_finished = s.IntegerField(help_text="Of items_finished, those whose answer is known by now.")
    skipped = s.IntegerField()
    answers_left = s.IntegerField(help_text="Still wanted; a second opinion beyond `overlap` brings nobody nearer.")
    answers_wanted = s.IntegerField(help_text="In all, those to known items left out.")


class Finished(s.Serializer[Any]):
    project = s.IntegerField()
    items = s.IntegerField(help_text="Known ones left out: they wait for nobody.")
    items_finished = s.IntegerField(help_text="Of these, those that have all their answers.")


class MyProgress(Page):
    results = Finished(many=True)

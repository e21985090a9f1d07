"""The model, its state and its versions."""

from typing import Any

from rest_framework import serializers as s

from annotation.api.answers.figures import F1, AgreementWithPeople, Calibration, Drift, Page, Performance
from annotation.api.serializers import Spoken


class Training(s.Serializer[Any]):
    running = s.BooleanField()
    error = s.CharField(
        allow_null=True,
        help_text="Why training or ranking failed, or the model is not what it could be; null when all is well.",
    )
    said = Spoken(allow_null=True)


class Representation(s.Serializer[Any]):
    name = s.CharField()
    version = s.IntegerField()
    dimension = s.IntegerField()
    vectors = s.IntegerField(help_text="Items that have a vector in it.")


class BuiltRepresentation(Representation):
    items = s.IntegerField(help_text="Items that are to have one.")


class RepresentationStatus(s.Serializer[Any]):
    wanted = s.CharField(help_text="The project's setting.")
    live = Representation(allow_null=True)
    building = BuiltRepresentation(allow_null=True, help_text="What is being made behind the live one.")
    vectors_waiting = s.IntegerField(help_text="Uploaded vectors that are not in use yet.")
    error = s.CharField(allow_null=True)


class Serving(s.Serializer[Any]):
    version = s.IntegerField()
    trained_through = s.IntegerField()
    pinned = s.BooleanField()
    performance = Performance(allow_null=True)
    agreement = AgreementWithPeople(allow_null=True)


class Guard(s.Serializer[Any]):
    n_labels = s.IntegerField(help_text="Labelled items when this was looked at.")
    n_compared = s.IntegerField(help_text="Labels that each of the two models was given.")
    gain = s.FloatField(help_text="What the model's questions teach less what random ones do, in the kind's measure.")
    low = s.FloatField()
    high = s.FloatField()
    streak = s.IntegerField(help_text="Looks in a row that contradict the present way.")
    fallen_back = s.BooleanField(help_text="Questions are random now, but for rare classes.")


class ModelStatus(s.Serializer[Any]):
    version = s.IntegerField(allow_null=True, help_text="The newest training, also while another is pinned; or null.")
    version_because = s.CharField(allow_null=True, help_text="Why there is no version; null when there is one.")
    version_said = Spoken(allow_null=True)
    serving = Serving(allow_null=True, help_text="The version that predicts and chooses.")
    trained_through = s.IntegerField(help_text="Newest revision that the live model has looked at.")
    annotations = s.IntegerField()
    labels_behind = s.IntegerField(help_text="Annotations whose newest revision the live model has not looked at.")
    seconds_behind = s.FloatField()
    strategy = s.CharField()
    performance = Performance(allow_null=True)
    agreement = AgreementWithPeople(allow_null=True, help_text="How often the model says what people said.")
    f1 = F1(allow_null=True)
    calibration = Calibration(allow_null=True)
    drift = Drift(allow_null=True)
    belief = Performance(
        allow_null=True, help_text="The model's own belief, from the labels it chose itself: not a measurement."
    )
    guard = Guard(allow_null=True, help_text="Whether the strategy `team` pays; looked at each hundred labels.")
    trained_at = s.DateTimeField(allow_null=True)
    training = Training()
    representation = RepresentationStatus()


class RepresentationOf(s.Serializer[Any]):
    name = s.CharField()
    version = s.IntegerField()


class ModelRow(s.Serializer[Any]):
    number = s.IntegerField()
    created_at = s.DateTimeField()
    trained_through = s.IntegerField()
    annotations = s.IntegerField()
    strategy = s.CharField()
    classes = s.ListField(child=s.CharField())
    representation = RepresentationOf()
    seconds = s.FloatField()
    checksum = s.CharField()
    performance = Performance(allow_null=True)
    f1 = F1(allow_null=True)
    is_newest = s.BooleanField()
    is_pinned = s.BooleanField()
    is_serving = s.BooleanField()
    is_stored = s.BooleanField(help_text="Its files are kept: it can be pinned and compared.")
    is_portable = s.BooleanField(
        help_text="While stored it can be downloaded; false for a classifier of another library, fitted again by that."
    )


class ModelVersions(Page):
    results = ModelRow(many=True)

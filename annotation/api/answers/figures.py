"""Pages of rows, and figures with what they are worth."""

from typing import Any

from rest_framework import serializers as s


class Page(s.Serializer[Any]):
    next = s.URLField(allow_null=True, help_text="Address of the next page.")


class Interval(s.Serializer[Any]):
    estimate = s.FloatField()
    low = s.FloatField(help_text="Lower end of the interval: 95 % for models, 90 % for people and labels.")
    high = s.FloatField()


class Performance(Interval):
    metric = s.CharField()
    n = s.IntegerField(help_text="Protected items that it was measured on.")


class AgreementWithPeople(Performance):
    corrected = s.BooleanField(
        help_text="Whether `performance` was corrected for people's mistakes. Without checked answers it cannot be: "
        "then its upper end allows for them."
    )


class Rarest(Performance):
    column = s.IntegerField(help_text="Which of the version's classes.")
    n_class = s.IntegerField(help_text="Protected items in that class.")


class F1(s.Serializer[Any]):
    macro = Performance(allow_null=True, help_text="Null while a class has no protected item.")
    rarest = Rarest(allow_null=True)
    says_more = s.BooleanField(help_text="The classes are so uneven that accuracy alone misleads.")


class Calibration(s.Serializer[Any]):
    temperature = s.FloatField(help_text="predict/ divides logits by this; always 1 for spans.")
    error_before = s.FloatField(allow_null=True)
    error = s.FloatField(allow_null=True, help_text="Expected calibration error of tempered probabilities, held out.")


class Shift(Interval):
    column = s.IntegerField(help_text="Which of the version's `classes` it is, from 0: the one that differs most.")
    is_clear = s.BooleanField(help_text="Beyond chance, though all classes were looked at.")


class Drift(s.Serializer[Any]):
    newest = Interval(allow_null=True, help_text="Accuracy (of spans: F1) on newer minus older protected items.")
    shift = Shift(
        allow_null=True,
        help_text="A class's mean probability (of spans: of a token) in the pool minus that among protected items.",
    )

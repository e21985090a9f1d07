"""One version of the model in full, and two compared."""

from typing import Any

from rest_framework import serializers as s

from annotation.api.answers.figures import AgreementWithPeople, Calibration, Drift, Interval, Performance
from annotation.api.answers.model import ModelRow
from annotation.api.serializers import Spoken


class ClassFigures(s.Serializer[Any]):
    vars()["class"] = s.CharField()
    n = s.IntegerField(help_text="Protected items in the class.")
    n_guessed = s.IntegerField()
    precision = Interval(allow_null=True)
    recall = Interval(allow_null=True)
    f1 = Interval(allow_null=True)


class Confused(s.Serializer[Any]):
    true = s.CharField()
    guessed = s.CharField()
    n = s.IntegerField()
    share = s.FloatField(help_text="Of the protected items that are truly in the class.")


class ReliabilityBin(s.Serializer[Any]):
    low = s.FloatField()
    high = s.FloatField()
    n = s.IntegerField(
        help_text="Predictions: items; where an item may have several classes, a yes or no to each; spans."
    )
    confidence = s.FloatField()
    right = Interval()


class Reliability(Calibration):
    bins = ReliabilityBin(many=True)


class Stability(s.Serializer[Any]):
    labels = s.IntegerField()
    number = s.IntegerField()
    kappas = s.ListField(child=s.FloatField())


class ModelDetail(ModelRow):
    agreement = AgreementWithPeople(allow_null=True)
    calibration = Reliability(allow_null=True)
    drift = Drift(allow_null=True)
    belief = Performance(allow_null=True, help_text="The model's own belief: not a measurement.")
    stability = Stability(allow_null=True)
    n_trained = s.IntegerField(allow_null=True, help_text="These three: null where the kind of model has none.")
    n_protected = s.IntegerField(allow_null=True)
    l2 = s.FloatField(allow_null=True)
    by_class = ClassFigures(many=True, allow_null=True)
    confused = Confused(many=True, allow_null=True)


class Changed(s.Serializer[Any]):
    first = s.CharField()
    second = s.CharField()
    n = s.IntegerField()


class ProbeAgreement(s.Serializer[Any]):
    n = s.IntegerField(help_text="Fixed random items of the project.")
    agreement = s.FloatField()
    kappa = s.FloatField()
    changed = Changed(many=True)


class PairedAccuracy(s.Serializer[Any]):
    n = s.IntegerField(help_text="Protected items that both were measured on, against the consensus of today.")
    both_right = s.IntegerField()
    only_first = s.IntegerField()
    only_second = s.IntegerField()
    both_wrong = s.IntegerField()
    difference = Interval(help_text="Accuracy of the second minus that of the first.")
    p_value = s.FloatField(help_text="Chance of such a gap or a greater one between equals.")


class Comparison(s.Serializer[Any]):
    versions = ModelRow(many=True)
    probe = ProbeAgreement(allow_null=True)
    protected = PairedAccuracy(allow_null=True)
    because = s.CharField(allow_null=True, help_text="Why there is nothing to compare.")
    said = Spoken(allow_null=True)

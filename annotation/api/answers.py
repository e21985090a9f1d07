"""Shapes of the figures that managers read; they only describe, so that the schema tells what comes back."""

from typing import Any

from rest_framework import serializers as s

from annotation.api import serializers
from annotation.api.serializers import Spoken
from annotation.models import Flag


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
        help_text="Whether `performance` was corrected for people's mistakes; without checked answers it cannot be."
    )


class Rarest(Performance):
    column = s.IntegerField(help_text="Which of the version's classes.")
    n_class = s.IntegerField(help_text="Protected items in that class.")


class F1(s.Serializer[Any]):
    macro = Performance(allow_null=True, help_text="Null while a class has no protected item.")
    rarest = Rarest(allow_null=True)
    says_more = s.BooleanField(help_text="The classes are so uneven that accuracy alone misleads.")


class Calibration(s.Serializer[Any]):
    temperature = s.FloatField(help_text="predict/ divides logits by this.")
    error_before = s.FloatField(allow_null=True)
    error = s.FloatField(allow_null=True, help_text="Expected calibration error of tempered probabilities, held out.")


class Shift(Interval):
    column = s.IntegerField()
    is_clear = s.BooleanField()


class Drift(s.Serializer[Any]):
    newest = Interval(allow_null=True, help_text="Accuracy on newer minus older protected items.")
    shift = Shift(allow_null=True, help_text="A class's mean probability in the pool minus that among protected items.")


class Training(s.Serializer[Any]):
    running = s.BooleanField()
    error = s.CharField(allow_null=True)


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
    is_stored = s.BooleanField(help_text="Its files are kept: it can be pinned, compared and downloaded.")


class ModelVersions(Page):
    results = ModelRow(many=True)


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
    n = s.IntegerField()
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


class QueueEntry(s.Serializer[Any]):
    item = s.IntegerField()
    external_id = s.CharField(allow_null=True)
    text = s.CharField()
    rank = s.IntegerField()
    score = s.FloatField(help_text="Higher is more worth asking.")
    reason = s.DictField(help_text='{"kind": "uncertain" | "rare" | "shuffle", …}')
    open_slots = s.IntegerField()


class Queue(Page):
    version = s.IntegerField(help_text="0: the seeded shuffle.")
    published_at = s.DateTimeField(allow_null=True)
    entries = QueueEntry(many=True)


class CurvePoint(Interval):
    annotations = s.IntegerField()
    arm = s.ChoiceField(["active", "random"])
    metric = s.CharField()
    n = s.IntegerField()


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
    skipped = s.IntegerField()


class Coefficient(s.Serializer[Any]):
    value = s.FloatField(allow_null=True)
    low = s.FloatField(allow_null=True)
    high = s.FloatField(allow_null=True)
    undefined_because = s.CharField(allow_null=True)
    undefined_said = Spoken(required=False, allow_null=True)


class ConfusedPair(s.Serializer[Any]):
    classes = s.ListField(child=s.CharField())
    count = s.IntegerField()
    share = s.FloatField()
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

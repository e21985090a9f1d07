"""Questions and answers."""

from typing import Any

from rest_framework import serializers as s

from annotation.api.serializers.fields import Text, Whole
from annotation.api.serializers.items import ItemRow
from annotation.models import Membership as MembershipRow


class Ask(s.Serializer[Any]):
    count = Whole(min_value=1, max_value=20, default=1)


class Suggestion(s.Serializer[Any]):
    value = s.JSONField()
    probability = s.FloatField(allow_null=True, help_text="How likely that model holds its value.")
    model = Text(allow_blank=True)
    span_probabilities = s.ListField(
        child=s.FloatField(),
        required=False,
        help_text="`spans` by the project's own model: one for each span of `value`.",
    )


class Assignment(s.Serializer[Any]):
    id = s.IntegerField()
    item = ItemRow()
    expires_at = s.DateTimeField()
    stream = Text()
    reason = s.JSONField()
    suggestion = Suggestion(
        allow_null=True, help_text="What a model outside said last about the item, or what our own would answer."
    )
    model_version = s.IntegerField(allow_null=True)


class NewcomerTraining(s.Serializer[Any]):
    stage = s.ChoiceField(MembershipRow.Training.choices)
    asked = s.IntegerField(help_text="Known answers that are answered or skipped.")
    of = s.IntegerField()
    score = s.FloatField(allow_null=True, help_text="Share right, once the training has ended.")


class Assignments(s.Serializer[Any]):
    assignments = Assignment(many=True)
    empty_because = s.ChoiceField(
        ["finished", "all_leased", "nothing_for_you", "paused", "project_paused", "training_not_passed"],
        allow_null=True,
    )
    next_release_at = s.DateTimeField(allow_null=True)
    training = NewcomerTraining(required=False, help_text="Newcomers only, where the project asks for a training.")


class Answer(s.Serializer[Any]):
    value = s.JSONField(
        allow_null=True,
        help_text="By kind: {class}, {classes: []}, {spans: []}, {boxes: []}, {rating}, {text}, {preferred: 0 or 1}.",
    )
    seconds = s.FloatField(required=False, allow_null=True, min_value=0, max_value=604_800)
    next = Whole(required=False, min_value=1, max_value=20)
    schema_version = Whole(
        required=False,
        help_text="The project's schema that this answers to; 409 `stale_schema` if it is another by now.",
    )


class Feedback(s.Serializer[Any]):
    right = s.BooleanField()
    value = s.JSONField(help_text="The known answer.")


class Annotation(s.Serializer[Any]):
    id = s.IntegerField()
    assignment = s.IntegerField()
    revision = s.IntegerField()
    value = s.JSONField()
    seconds = s.FloatField(allow_null=True)
    created_at = s.DateTimeField()
    updated_at = s.DateTimeField()
    feedback = Feedback(required=False, help_text="Only for answers given in training.")
    assignments = Assignment(many=True, required=False)
    empty_because = Text(required=False, allow_null=True)
    training = NewcomerTraining(required=False)


class OwnAnnotation(Annotation):
    item = ItemRow()


class RoughlyLeft(s.Serializer[Any]):
    left = s.IntegerField(help_text="Answers that are still wanted, rounded up to tens and two digits.")
    wanted = s.IntegerField(help_text="Answers that are wanted in all, those to known items left out.")


class OwnAnnotations(s.Serializer[Any]):
    """One's own answers, the last changed first."""

    results = OwnAnnotation(many=True)
    next = s.URLField(allow_null=True)
    today = s.IntegerField(help_text="Answers since midnight, UTC.")
    project = RoughlyLeft()


class SkipReason(s.Serializer[Any]):
    reason = Text(max_length=500, required=False, allow_blank=True, default="")


class FlagDecision(s.Serializer[Any]):
    status = s.ChoiceField(["confirmed", "dismissed"])
    note = Text(max_length=1000, required=False, allow_blank=True, default="")

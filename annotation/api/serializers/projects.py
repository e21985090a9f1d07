"""Projects, their classes and their settings."""

from typing import Any

from rest_framework import serializers as s

from annotation.api.serializers.fields import Text, Whole
from annotation.kinds import NAMES
from annotation.models import Role, Strategy, Suggestions


class ProjectClass(s.Serializer[Any]):
    name = Text()
    key = Text(allow_blank=True)
    color = s.IntegerField()
    description = Text(allow_blank=True)


class Settings(s.Serializer[Any]):
    overlap = s.IntegerField(help_text="Answers that an item gets in the ordinary course.")
    max_votes = s.IntegerField(help_text="Hard limit of answers, second opinions included.")
    lease_seconds = s.IntegerField()
    queue_source = s.ChoiceField(["model", "predictions"], help_text="Whose uncertainty orders the questions.")
    representation = Text(help_text="`pool`, `tfidf`, `image`, `external` or `encoder:<folder or hub name>`.")
    strategy = Text(help_text=f"{', '.join(Strategy.values)}, or the path of a callable that the operator allows.")
    classifier = Text(help_text="`linear`, or a scikit-learn classifier by its path, such as sklearn.svm.SVC.")
    classifier_params = s.JSONField(help_text="Settings of that classifier.")
    cost_aware = s.BooleanField(help_text="Weigh questions by the square root of the seconds they will take.")
    target_accuracy = s.FloatField(allow_null=True, help_text="What the advice to stop looks for; null: nothing.")
    predict_to_queue_below = s.FloatField(
        allow_null=True, help_text="Texts that predict/ is less sure of are put to people; null: none."
    )
    suggestions = s.ChoiceField(
        Suggestions.values,
        help_text="What people see before they answer: nothing, uploads, the model's answer, or that to verify.",
    )
    random_rate = s.FloatField(help_text="Share of protected random questions.")
    gold_rate = s.FloatField(help_text="Share of gold checks.")
    target_confidence = s.FloatField()
    overlap_share = s.FloatField(help_text="Share of items that get `overlap`; the others get one answer.")
    training_items = s.IntegerField(help_text="Known answers that newcomers begin with; 0: no training.")
    training_pass_mark = s.FloatField(help_text="Share of them that must be right; below it no more is asked.")
    relabel_rate = s.FloatField(help_text="Largest share of questions that are second opinions.")
    pause_at_odds = s.FloatField(help_text="Pauses people whose answers look random at these odds; 0: nobody.")
    spans_overlap = s.BooleanField(help_text="Kind `spans`: whether the spans of one answer may overlap.")
    show_names = s.BooleanField(help_text="Annotators see the names of their colleagues.")
    blind_review = s.BooleanField(help_text="Reviewers do not see who gave which answer.")
    paused = s.BooleanField(help_text="Nobody is asked anything for now; what people hold they may still answer.")


class ProjectPause(s.Serializer[Any]):
    since = s.DateTimeField(allow_null=True)
    by = Text(allow_null=True, help_text="Who paused it; null where that is not known, and for annotators.")


class Project(s.Serializer[Any]):
    id = s.IntegerField()
    name = Text()
    kind = s.ChoiceField(NAMES)
    classes = ProjectClass(many=True)
    settings = Settings()
    guidelines = Text(allow_blank=True)
    guidelines_version = s.IntegerField()
    schema_version = s.IntegerField()
    role = s.ChoiceField(Role.choices)
    pause = ProjectPause(allow_null=True, help_text="Of a paused project; else null.")
    created_at = s.DateTimeField()


class NewProject(s.Serializer[Any]):
    name = s.JSONField(help_text="A text of 1 to 200 characters.")
    kind = s.JSONField(help_text="choice, multichoice, spans, boxes, rating, text or pairwise.")
    classes = s.JSONField(required=False, help_text="A list of names or of {name, key, color, description}; up to 300.")
    settings = s.JSONField(required=False, default=dict)
    guidelines = s.JSONField(required=False)


class Merging(s.Serializer[Any]):
    classes = s.JSONField(help_text="The names of the classes that become one.")
    into = s.JSONField(help_text="The class that stays.")
    schema_version = Whole(required=False)


class ProjectChanges(s.Serializer[Any]):
    name = s.JSONField(required=False)
    classes = s.JSONField(
        required=False, help_text="All classes that there are to be; {name, was} renames one, those left out are gone."
    )
    schema_version = Whole(required=False, help_text="The schema that the change was made for; 409 if it is another.")
    settings = s.JSONField(required=False)
    guidelines = s.JSONField(required=False)

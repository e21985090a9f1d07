"""Shapes of requests and answers: what is checked before anything else, and what the schema tells.

They know nothing of state; whether something may happen is decided in operations.
"""

from typing import Any

from rest_framework import serializers as s

from annotation.kinds import NAMES
from annotation.models import LANGUAGES, Role, Strategy, Suggestions
from annotation.models import Membership as MembershipRow

MAX_ITEMS = 1000
MAX_TEXT = 100_000


class Text(s.CharField):
    """Any text, kept exactly: nothing is trimmed, and numbers are not turned into text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(s.IntegerField):
    """A JSON number without fraction; texts and booleans are refused."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class Credentials(s.Serializer[Any]):
    username = Text(max_length=150)
    password = Text(max_length=1000)


class TokenCredentials(Credentials):
    code = Text(max_length=50, required=False, help_text="Of the second factor, for an account that has one.")


class LogInMethods(s.Serializer[Any]):
    provider = Text(allow_null=True, help_text="Name of the identity provider; null: there is none.")
    second_factor = s.BooleanField(help_text="Whether people may set up a second factor.")


class ThenTo(s.Serializer[Any]):
    then = Text(max_length=2000, required=False, default="/", help_text="Where to go in the page afterwards.")


class GoTo(s.Serializer[Any]):
    url = s.URLField()


class Token(s.Serializer[Any]):
    token = Text()


class TokenRow(s.Serializer[Any]):
    id = s.IntegerField()
    name = Text()
    read_only = s.BooleanField()
    project = s.IntegerField(allow_null=True, help_text="The only project that it opens; null: all of its owner's.")
    expires_at = s.DateTimeField(allow_null=True)
    created_at = s.DateTimeField()
    last_used_on = s.DateField(allow_null=True)


class NewToken(s.Serializer[Any]):
    name = Text(max_length=100, required=False, allow_blank=True, default="")
    read_only = s.BooleanField(required=False, default=False, help_text="Only GET.")
    project = Whole(required=False, allow_null=True, default=None, help_text="The only project that it opens.")
    expires_at = s.DateTimeField(required=False, allow_null=True, default=None)


class MembershipOf(s.Serializer[Any]):
    project = s.IntegerField()
    name = Text()
    role = s.ChoiceField(Role.choices)
    kind = s.ChoiceField(NAMES)


class Me(s.Serializer[Any]):
    id = s.IntegerField()
    username = Text()
    is_admin = s.BooleanField()
    language = Text(allow_blank=True, help_text="Empty: as the browser says.")
    memberships = MembershipOf(many=True)


class MyChoices(s.Serializer[Any]):
    language = s.ChoiceField(choices=LANGUAGES)


class CurrentPassword(s.Serializer[Any]):
    current = Text(max_length=1000)


class NewPassword(CurrentPassword):
    password = Text(max_length=1000)


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


class Member(s.Serializer[Any]):
    username = Text()
    role = s.ChoiceField(Role.choices)
    annotations = s.IntegerField()
    paused = s.BooleanField(help_text="Gets no more questions for now.")
    training = s.ChoiceField(MembershipRow.Training.choices)
    training_score = s.FloatField(allow_null=True, help_text="Share right in training.")
    created_at = s.DateTimeField()


class NewMember(s.Serializer[Any]):
    username = s.JSONField()
    role = s.JSONField()
    password = s.JSONField(required=False, help_text="Makes the account; instance administrators only.")


class ItemRows(s.Serializer[Any]):
    items = s.JSONField(
        help_text="Up to 1,000 of {external_id?, data: {text}, gold?, predictions?, metadata?, annotations?}."
    )

    def validate_items(self, rows: Any) -> list[Any]:
        if not isinstance(rows, list):
            raise s.ValidationError("must be a list")
        if len(rows) > MAX_ITEMS:
            raise s.ValidationError(f"at most {MAX_ITEMS} items a call")
        return rows


class VectorRows(s.Serializer[Any]):
    vectors = s.JSONField(help_text="Up to 1,000 of {item or external_id, vector: [numbers]}.")


class NewVectorFile(s.Serializer[Any]):
    file = s.FileField(
        help_text=".npz with `vectors` and `items` or `external_ids`, or .npy in the order of the items."
    )


class PredictionRows(s.Serializer[Any]):
    predictions = s.JSONField(
        help_text="Up to 1,000 of {item or external_id, value?, probabilities?, model?}: `value` as an answer looks;"
        " `probabilities` by class, or for answers of several parts a list with one number for each part."
    )


class Spoken(s.Serializer[Any]):
    """What a sentence says, for pages in other languages: a stable code, and what was put into it."""

    code = s.CharField()
    vars()["with"] = s.DictField(help_text="Texts and figures by name.")


class RowError(s.Serializer[Any]):
    index = s.IntegerField()
    field = Text()
    message = Text()
    said = Spoken(required=False)


class Added(s.Serializer[Any]):
    created = s.IntegerField()
    duplicates = s.IntegerField()
    duplicate_content = s.IntegerField()
    errors = RowError(many=True)


class StoredPredictions(s.Serializer[Any]):
    stored = s.IntegerField()
    errors = RowError(many=True)


class TakenVectors(s.Serializer[Any]):
    accepted = s.IntegerField()
    dimension = s.IntegerField(allow_null=True, help_text="How many numbers the project's vectors have.")
    errors = RowError(many=True)


class ItemRow(s.Serializer[Any]):
    id = s.IntegerField()
    external_id = Text(allow_null=True)
    data = s.JSONField()
    metadata = s.JSONField()


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
        ["finished", "all_leased", "nothing_for_you", "paused", "training_not_passed"], allow_null=True
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


class OwnAnnotations(s.Serializer[Any]):
    """One's own answers, the last changed first."""

    results = OwnAnnotation(many=True)
    next = s.URLField(allow_null=True)
    today = s.IntegerField(help_text="Answers since midnight, UTC.")


class SkipReason(s.Serializer[Any]):
    reason = Text(max_length=500, required=False, allow_blank=True, default="")


class Texts(s.Serializer[Any]):
    items = s.JSONField(help_text="1 to 1,000 of {text}, or of {texts: [first, second]} for `pairwise`.")

    def validate_items(self, rows: Any) -> list[str | tuple[str, str]]:
        if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_ITEMS:
            raise s.ValidationError(f"must be a list of 1 to {MAX_ITEMS}")
        for place, row in enumerate(rows):
            if not _is_shown(row):
                raise s.ValidationError({str(place): ["must be {text} with at most 100,000 characters"]})
        return [tuple(row["texts"]) if "texts" in row else row["text"] for row in rows]


def _is_shown(row: Any) -> bool:
    if not isinstance(row, dict):
        return False
    texts = row.get("texts", [row.get("text")])
    wanted = 2 if "texts" in row else 1
    fits = isinstance(texts, list) and len(texts) == wanted
    return fits and all(isinstance(text, str) and len(text) <= MAX_TEXT for text in texts)


class PredictedSpan(s.Serializer[Any]):
    start = s.IntegerField(help_text="In code points of the text.")
    end = s.IntegerField()
    vars()["class"] = Text()
    probability = s.FloatField()


class PredictionRow(s.Serializer[Any]):
    """The answer has the shape of the kind: one of `class`, `classes`, `spans`, `rating`, `preferred`."""

    vars()["class"] = Text(required=False)  # the name that the contract promises is a word of Python's
    classes = s.ListField(child=Text(), required=False)
    spans = PredictedSpan(many=True, required=False)
    rating = s.IntegerField(required=False)
    expected = s.FloatField(required=False, help_text="`rating`: the expected value.")
    low = s.FloatField(required=False, help_text="`rating`: lower end of the 90 % interval.")
    high = s.FloatField(required=False)
    preferred = s.IntegerField(required=False)
    probabilities = s.DictField(child=s.FloatField(), required=False, help_text="By class; not for `spans`.")


class Predictions(s.Serializer[Any]):
    model_version = s.IntegerField()
    predictions = PredictionRow(many=True)
    put_to_people = s.IntegerField(help_text="Texts that now wait for an answer: see `predict_to_queue_below`.")


class NewExport(s.Serializer[Any]):
    format = s.ChoiceField(["jsonl", "csv"], default="jsonl")
    include = s.ChoiceField(["annotated", "all"], default="annotated")
    revisions = s.BooleanField(default=False)
    min_confidence = s.FloatField(required=False, min_value=0, max_value=1, help_text="Only items as sure as this.")


class NewImport(s.Serializer[Any]):
    file = s.FileField()
    mapping = s.JSONField(
        required=False, help_text='{"text": column, "second_text"?, "external_id"?, "gold"?, "metadata"?: [columns]}'
    )


class JobError(s.Serializer[Any]):
    row = s.IntegerField(help_text="Counts the records of the file from 1, the header included.")
    field = Text()
    message = Text()
    said = Spoken(required=False)


class Job(s.Serializer[Any]):
    id = s.IntegerField()
    project = s.IntegerField()
    kind = s.ChoiceField(["import", "export", "vectors"])
    status = s.ChoiceField(["queued", "running", "done", "failed"])
    done = s.IntegerField()
    total = s.IntegerField(allow_null=True)
    n_errors = s.IntegerField()
    errors = JobError(many=True, help_text="The first hundred.")
    result = s.JSONField(allow_null=True)
    params = s.JSONField()
    created_at = s.DateTimeField()
    finished_at = s.DateTimeField(allow_null=True)


class FlagDecision(s.Serializer[Any]):
    status = s.ChoiceField(["confirmed", "dismissed"])
    note = Text(max_length=1000, required=False, allow_blank=True, default="")


class Error(s.Serializer[Any]):
    code = Text()
    message = Text()
    fields = s.DictField(child=Text())
    said = s.DictField(child=Spoken(), help_text="By field; under an empty name that of the message.")


class Refusal(s.Serializer[Any]):
    error = Error()

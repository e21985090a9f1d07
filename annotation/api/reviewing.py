"""Shapes of reviewing: what is decided, said and looked at."""

from typing import Any

from rest_framework import serializers as s

from annotation.api.answers import FlagRow, Interval, Page
from annotation.api.serializers import Spoken, Text, Whole
from annotation.models import Review as Row
from annotation.queries.review_filters import KINDS

ON_ITEMS = ("accept", "change", "keep", "gold", "send_out")


class NewReview(s.Serializer[Any]):
    item = Whole(min_value=1, max_value=2**63 - 1)
    decision = s.ChoiceField(ON_ITEMS)
    value = s.JSONField(required=False, help_text="The right answer; `change` needs it, `gold` may have it.")
    annotation = Whole(required=False, allow_null=True, help_text="The doubted answer; `keep` may need it.")
    votes = Whole(min_value=1, max_value=20, default=1, help_text="How many more answers `send_out` asks for.")
    note = Text(max_length=1000, required=False, allow_blank=True, default="")


class Review(s.Serializer[Any]):
    id = s.IntegerField()
    item = s.IntegerField(allow_null=True)
    annotation = s.IntegerField(allow_null=True)
    flag = s.IntegerField(allow_null=True)
    about = s.CharField(allow_null=True, help_text="The person that it is about.")
    reviewer = s.CharField(allow_null=True, help_text="Null: a written rule of the project.")
    decision = s.ChoiceField(Row.Decision.choices)
    value = s.JSONField(allow_null=True)
    note = s.CharField(allow_blank=True)
    batch = s.UUIDField(allow_null=True)
    created_at = s.DateTimeField()
    undone_at = s.DateTimeField(allow_null=True)
    undone_by = s.CharField(allow_null=True)


class Reviews(Page):
    results = Review(many=True)


class Believed(s.Serializer[Any]):
    value = s.JSONField()
    probability = s.FloatField()
    status = s.CharField()


class WaitingReason(s.Serializer[Any]):
    kind = s.ChoiceField(KINDS)
    summary = s.CharField()
    said = Spoken(allow_null=True)


class Waiting(s.Serializer[Any]):
    item = s.IntegerField()
    external_id = s.CharField(allow_null=True)
    text = s.CharField(allow_null=True)
    score = s.FloatField(help_text="P(a label is wrong), or what is missing to a sure consensus.")
    reason = WaitingReason()
    flag = s.IntegerField(allow_null=True)
    annotation = s.IntegerField(allow_null=True, help_text="The doubted answer.")
    consensus = Believed()
    proposal = s.JSONField()
    n_votes = s.IntegerField()


class ReviewQueue(Page):
    results = Waiting(many=True)
    waiting = s.IntegerField(help_text="Counted up to a thousand.")
    agreeing = s.IntegerField(help_text="Of these, items on which all answers and the consensus agree.")


class Vote(s.Serializer[Any]):
    annotation = s.IntegerField()
    annotator = s.CharField(allow_null=True, help_text="Null where reviewers judge without names.")
    value = s.JSONField()
    revision = s.IntegerField()
    seconds = s.FloatField(allow_null=True)
    stream = s.CharField()
    probability_wrong = s.FloatField(allow_null=True)
    accuracy = Interval(allow_null=True)
    created_at = s.DateTimeField()
    updated_at = s.DateTimeField()


class Posterior(Believed):
    posterior = s.DictField(child=s.FloatField())
    n_votes = s.IntegerField()
    updated_at = s.DateTimeField()


# `parent` and `data` are words of the contract and attributes of DRF's class: they go in by another door.
class NewComment(s.Serializer[Any]):
    body = Text(max_length=5000)
    vars()["parent"] = Whole(required=False, allow_null=True, min_value=1, max_value=2**63 - 1)


class Comment(s.Serializer[Any]):
    id = s.IntegerField()
    vars()["parent"] = s.IntegerField(allow_null=True)
    author = s.CharField(allow_null=True, help_text="Null where colleagues are not named.")
    body = s.CharField()
    mentions = s.ListField(child=s.CharField())
    unknown = s.ListField(
        child=s.CharField(), allow_null=True, help_text="Called by @name, and no member. Null where names are not told."
    )
    created_at = s.DateTimeField()


class Comments(Page):
    results = Comment(many=True)


class SaidToOne(s.Serializer[Any]):
    id = s.IntegerField()
    project = s.IntegerField()
    project_name = s.CharField()
    item = s.IntegerField()
    external_id = s.CharField(allow_null=True)
    text = s.CharField(allow_null=True, help_text="The beginning of its text; null while `body` is.")
    author = s.CharField(allow_null=True, help_text="Null where colleagues are not named.")
    body = s.CharField(allow_null=True, help_text="Null while one may not read it: before one's own answer.")
    by_name = s.BooleanField(help_text="Called by @name; false: answered in a thread of one's own.")
    created_at = s.DateTimeField()
    seen_at = s.DateTimeField(allow_null=True)


class Questions(s.Serializer[Any]):
    project = s.IntegerField()
    project_name = s.CharField()
    n = s.IntegerField(help_text="Threads begun by annotators that nobody else has answered, of the newest thousand.")
    item = s.IntegerField(help_text="What the oldest of them is about.")


class SaidToMe(Page):
    n_unseen = s.IntegerField()
    results = SaidToOne(many=True)
    questions = Questions(many=True, help_text="In projects that one reviews.")


class Seen(s.Serializer[Any]):
    seen = s.IntegerField(help_text="How many were new.")


class ItemPage(s.Serializer[Any]):
    id = s.IntegerField()
    project = s.IntegerField()
    external_id = s.CharField(allow_null=True)
    vars()["data"] = s.JSONField()
    metadata = s.JSONField()
    gold = s.JSONField(allow_null=True)
    stream = s.CharField(allow_null=True)
    taken = s.IntegerField()
    open_slots = s.IntegerField()
    consensus = Posterior(allow_null=True)
    votes = Vote(many=True)
    flags = FlagRow(many=True)
    reviews = Review(many=True)
    comments = Comment(many=True)


class Agreeing(s.Serializer[Any]):
    note = Text(max_length=1000, required=False, allow_blank=True, default="")


class Batch(s.Serializer[Any]):
    batch = s.UUIDField(help_text="Undo all of it at reviews/batches/{batch}/undo/.")
    n = s.IntegerField()


class Undone(s.Serializer[Any]):
    n = s.IntegerField()

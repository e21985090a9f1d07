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


class SaidToMe(Page):
    n_unseen = s.IntegerField()
    results = SaidToOne(many=True)


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


class NewAction(s.Serializer[Any]):
    action = s.ChoiceField(["relabel", "send_out", "talk", "pause"])
    note = Text(max_length=1000, required=False, allow_blank=True, default="", help_text="`talk`: what she reads.")
    value = s.JSONField(required=False, help_text="`relabel`: the right answer; without it the engine's.")
    votes = Whole(min_value=1, max_value=20, default=1, help_text="`send_out`: how many more answers an item.")


class Pause(s.Serializer[Any]):
    note = Text(max_length=1000, required=False, allow_blank=True, default="", help_text="What the person reads.")


class ExpectedExport(s.Serializer[Any]):
    items = s.IntegerField()
    in_doubt = s.IntegerField()
    left_out = s.IntegerField()
    expected_right = s.FloatField(allow_null=True)
    low = s.FloatField(allow_null=True, help_text="Lower end of the 90 % interval.")
    high = s.FloatField(allow_null=True)


class SendOut(s.Serializer[Any]):
    votes = Whole(min_value=1, max_value=20, default=1)
    below = s.FloatField(min_value=0, max_value=1, default=0.0, help_text="Also items less sure than this.")
    items = s.ListField(
        child=Whole(min_value=1, max_value=2**63 - 1),
        required=False,
        min_length=1,
        max_length=1000,
        help_text="Only of these items, whose consensus is then as doubtful as need be.",
    )


class Known(s.Serializer[Any]):
    given = s.IntegerField()
    right = s.IntegerField()


class Week(s.Serializer[Any]):
    week = s.DateField()
    annotations = s.IntegerField()
    judged = s.IntegerField(help_text="Those that another answer, a known one or a decision speaks about.")
    right = s.FloatField(allow_null=True, help_text="The share of these that is held for right.")
    low = s.FloatField(allow_null=True, help_text="Ends of the 90 % interval of `right`.")
    high = s.FloatField(allow_null=True)


class Paused(s.Serializer[Any]):
    since = s.DateTimeField()
    note = s.CharField(allow_blank=True)


class Word(s.Serializer[Any]):
    note = s.CharField()
    created_at = s.DateTimeField()


class OwnFlag(s.Serializer[Any]):
    kind = s.CharField()
    summary = s.CharField(allow_blank=True)
    said = Spoken(allow_null=True)
    status = s.CharField()


class OwnReport(s.Serializer[Any]):
    annotations = s.IntegerField()
    accuracy = Interval(allow_null=True)
    median_seconds = s.FloatField(allow_null=True)
    known_answers = Known()
    weeks = Week(many=True)
    paused = Paused(allow_null=True)
    words = Word(many=True)
    flags = OwnFlag(many=True)


class GoldItem(s.Serializer[Any]):
    item = s.IntegerField()
    external_id = s.CharField(allow_null=True)
    text = s.CharField(allow_null=True)
    value = s.JSONField()
    answers = s.IntegerField()
    right = s.IntegerField()
    most_said = s.JSONField(allow_null=True)
    contradicted = s.BooleanField(help_text="Most people say something else: look at the known answer first.")


class GoldItems(Page):
    results = GoldItem(many=True)


class GoldProposal(s.Serializer[Any]):
    item = s.IntegerField()
    external_id = s.CharField(allow_null=True)
    text = s.CharField(allow_null=True)
    value = s.JSONField()
    probability = s.FloatField()
    n_votes = s.IntegerField()


class GoldProposals(Page):
    results = GoldProposal(many=True)


class NewGold(s.Serializer[Any]):
    items = s.ListField(child=Whole(min_value=1, max_value=2**63 - 1), min_length=1, max_length=100)


class Refused(s.Serializer[Any]):
    item = s.IntegerField()
    code = s.CharField()
    message = s.CharField()
    said = Spoken(required=False)


class GoldBatch(Batch):
    refused = Refused(many=True)


class Guideline(s.Serializer[Any]):
    version = s.IntegerField()
    text = s.CharField(allow_blank=True)
    by = s.CharField()
    created_at = s.DateTimeField()
    annotations = s.IntegerField(help_text="Answers first given under this version.")
    items_with_overlap = s.IntegerField()
    percent = s.FloatField(allow_null=True, help_text="Share of agreeing pairs of answers under this version.")
    low = s.FloatField(allow_null=True, help_text="Ends of the 90 % interval of `percent`.")
    high = s.FloatField(allow_null=True)
    change = Interval(allow_null=True, help_text="Since the last version with a figure, with a 90 % interval.")


class Guidelines(Page):
    results = Guideline(many=True)


class NewSendOutByGuidelines(s.Serializer[Any]):
    classes = s.ListField(child=Text(max_length=100), default=list, max_length=300)
    votes = Whole(min_value=1, max_value=20, default=1)


class NewPolicy(s.Serializer[Any]):
    settings = s.JSONField(help_text="Settings as a change of the project takes them; nothing is saved.")


class PolicyWorth(s.Serializer[Any]):
    votes_per_item = s.FloatField(allow_null=True)
    expected_right = s.FloatField(allow_null=True)
    answers = s.IntegerField(allow_null=True)
    answers_left = s.IntegerField(allow_null=True)
    hours_left = s.FloatField(allow_null=True)
    seen_up_to = s.IntegerField(allow_null=True, help_text="Answers an item that the project's own data tell of.")
    undefined_because = s.CharField(allow_null=True)
    undefined_said = Spoken(allow_null=True)


class PolicyPreview(s.Serializer[Any]):
    now = PolicyWorth()
    proposed = PolicyWorth()


class ClassQuality(s.Serializer[Any]):
    vars()["class"] = s.CharField()  # a word of Python's
    items = s.IntegerField()
    expected_right = s.FloatField()
    low = s.FloatField(allow_null=True, help_text="Ends of the 90 % interval of `expected_right`.")
    high = s.FloatField(allow_null=True)
    in_doubt = s.IntegerField()


class ClassQualities(Page):
    results = ClassQuality(many=True)


class WeekQuality(s.Serializer[Any]):
    week = s.DateField(help_text="Its Monday, UTC.")
    annotations = s.IntegerField()
    items_with_overlap = s.IntegerField()
    percent = s.FloatField(allow_null=True)
    low = s.FloatField(allow_null=True, help_text="Ends of the 90 % interval of `percent`.")
    high = s.FloatField(allow_null=True)


class WeekQualities(Page):
    results = WeekQuality(many=True)

"""What people decide about labels, flags and each other, and what they say about items."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotation.models.items import Item
from annotation.models.labeling import Annotation
from annotation.models.projects import Project
from annotation.models.quality import Flag


class Review(models.Model):
    """One decision. Rows are only ever added; the one change that a trigger lets through is that it is undone, once.

    `value` is the verdict, a new judgement that stands above the votes while the decision is not undone; decisions that
    judge no item have none. `before` says what an undo has to bring back.
    """

    class Decision(models.TextChoices):
        ACCEPT = "accept", "what the engine proposes is right"
        CHANGE = "change", "another answer is right"
        KEEP = "keep", "the doubted answer is right"
        GOLD = "gold", "right, and from now on a known answer"
        SEND_OUT = "send_out", "more people are asked"
        CONFIRM = "confirm", "a flag is right"
        DISMISS = "dismiss", "a flag is wrong"
        TALK = "talk", "a word with the person"
        PAUSE = "pause", "the person gets no more questions for now"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="reviews")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, null=True, blank=True, related_name="reviews")
    annotation = models.ForeignKey(Annotation, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    flag = models.ForeignKey(Flag, on_delete=models.CASCADE, null=True, blank=True, related_name="reviews")
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Null: a written rule of the project.",
    )  # fmt: skip
    decision = models.CharField(max_length=10, choices=Decision.choices)
    value = models.JSONField(null=True, blank=True)
    schema_version = models.PositiveIntegerField(default=1)
    note = models.CharField(max_length=1000, blank=True)
    before = models.JSONField(default=dict)
    batch = models.UUIDField(null=True, blank=True, help_text="Common to decisions that were made by one click.")
    created_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(undone_at__isnull=True, value__isnull=False), name="review_one_verdict"
            ),
            models.UniqueConstraint(
                fields=["project", "about"],
                condition=Q(undone_at__isnull=True, decision="pause"),
                name="review_one_pause",
            ),
            models.CheckConstraint(
                condition=Q(decision__in=["accept", "change", "keep", "gold"], item__isnull=False, value__isnull=False)
                | Q(decision="send_out", item__isnull=False, value__isnull=True)
                | Q(decision__in=["confirm", "dismiss", "talk", "pause"], value__isnull=True),
                name="review_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "-id"], name="review_newest"),
            models.Index(
                fields=["project", "item"],
                condition=Q(undone_at__isnull=True, value__isnull=False),
                name="review_verdicts",
            ),
            models.Index(fields=["batch"], condition=Q(batch__isnull=False), name="review_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.decision} {self.pk}"


class Comment(models.Model):
    """What somebody says about an item; an answer to another comment carries its thread's first one as `parent`."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="comments")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies")
    body = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["project", "-id"], condition=Q(parent__isnull=True), name="comment_begins_thread")
        ]

    def __str__(self) -> str:
        return f"comment {self.pk}"


class Mention(models.Model):
    """Somebody is spoken to: called by @name, or answered in her thread; `seen_at` says when she looked."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    by_name = models.BooleanField(default=True, db_default=True, help_text="False: answered, without being named.")
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "user"], name="mention_once")]

    def __str__(self) -> str:
        return f"mention of {self.user_id}"

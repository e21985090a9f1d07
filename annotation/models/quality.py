"""What is believed about answers and people. All of it is derived and can be rebuilt."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotation.models.items import Item
from annotation.models.labeling import Annotation
from annotation.models.projects import Project


class Consensus(models.Model):
    """The most probable answer of an item, and how sure we are."""

    class Status(models.TextChoices):
        SINGLE = "single", "one answer"
        AGREED = "agreed", "sure enough"
        DOUBTFUL = "doubtful", "not sure enough"
        GOLD = "gold", "known answer"
        REVIEWED = "reviewed", "decided by a reviewer"

    item = models.OneToOneField(Item, on_delete=models.CASCADE, related_name="consensus", primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="consensuses")
    value = models.JSONField()
    probability = models.FloatField()
    posterior = models.JSONField(help_text="{class: probability}")
    n_votes = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "consensuses"
        constraints = [
            models.CheckConstraint(condition=Q(probability__gte=0, probability__lte=1), name="consensus_probability")
        ]
        indexes = [
            models.Index(fields=["project", "probability", "item"], name="consensus_by_doubt"),
            models.Index(fields=["project", "probability"], condition=Q(status="doubtful"), name="consensus_doubtful"),
        ]

    def __str__(self) -> str:
        return f"consensus of {self.item_id}"


class SecondOpinion(models.Model):
    """An item that is worth asking again, as the last inference saw it; derived like everything here.

    Whoever is asked should tell its two likeliest classes (`first`, `second`, places in the project's list) apart at
    least as well as the average person does (`skill`, the mean chance of being right on either).
    """

    item = models.OneToOneField(Item, on_delete=models.CASCADE, related_name="+", primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="second_opinions")
    gain = models.FloatField(help_text="Expected rise of P(consensus is right) by one more answer.")
    n_votes = models.PositiveSmallIntegerField()
    first = models.PositiveSmallIntegerField()
    second = models.PositiveSmallIntegerField()
    skill = models.FloatField()

    class Meta:
        indexes = [models.Index(fields=["project", "-gain"], name="second_opinion_gain")]

    def __str__(self) -> str:
        return f"second opinion on {self.item_id}"


class AnnotatorReport(models.Model):
    """One person's skill in one project, with a 90 % interval; no skill while nothing else speaks about her items."""

    # What she reads of herself moves after so many more answers.
    SHOWN_EVERY = 20

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="annotator_reports")
    annotator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="annotator_reports")
    n_annotations = models.PositiveIntegerField()
    accuracy = models.FloatField(null=True)
    accuracy_low = models.FloatField(null=True)
    accuracy_high = models.FloatField(null=True)
    random_log_odds = models.FloatField(help_text="Natural log of the Bayes factor 'answers at random'.")
    median_seconds = models.FloatField(null=True, blank=True)
    confusion = models.JSONField(help_text="P(answer | truth), rows by truth, in class order; [] with many.")
    weeks = models.JSONField(
        default=list, db_default=[], help_text="The newest first: answers, judged ones, and how right those are."
    )
    shown = models.JSONField(
        default=dict, db_default={}, help_text="What she reads of herself: figures of some twenty answers ago or less."
    )
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "annotator"], name="annotator_report_once")]

    def __str__(self) -> str:
        return f"report on {self.annotator_id}"


class AgreementReport(models.Model):
    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="agreement", primary_key=True)
    report = models.JSONField()
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"agreement of {self.project_id}"


class QualityVersion(models.Model):
    """What the last full inference of a large project left for the answers that come until the next one."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="quality_version", primary_key=True)
    path = models.CharField(max_length=300)
    checksum = models.CharField(max_length=64)
    schema_version = models.PositiveIntegerField()
    n_votes = models.PositiveIntegerField()
    n_updates = models.PositiveIntegerField(default=0, help_text="Answers looked at one by one since.")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"quality of {self.project_id} at {self.n_votes} answers"


class Flag(models.Model):
    """A suspicion with its evidence; unique while open. A person decides, the program never does."""

    # One that was decided is news again with so many times the evidence.
    REOPEN_GROWTH = 1.5

    class Kind(models.TextChoices):
        LABEL_SUSPECT = "label_suspect"
        ANNOTATOR_NEEDS_HELP = "annotator_needs_help"
        ANNOTATOR_LOOKS_RANDOM = "annotator_looks_random"
        TOO_FAST = "too_fast"
        REPETITIVE = "repetitive"
        CONFUSED_PAIR = "confused_pair"
        DRIFT = "drift"
        COPYING = "copying"

    class Status(models.TextChoices):
        OPEN = "open"
        CONFIRMED = "confirmed"
        DISMISSED = "dismissed"
        CLOSED = "closed", "closed: the evidence is gone"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="flags")
    kind = models.CharField(max_length=30, choices=Kind.choices)
    subject = models.CharField(max_length=100, help_text="What it is about: annotation:7, annotator:3, pair:a/b.")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, null=True, blank=True, related_name="flags")
    annotation = models.ForeignKey(Annotation, on_delete=models.CASCADE, null=True, blank=True, related_name="flags")
    annotator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="flags"
    )
    score = models.FloatField(help_text="0 to 1; how sure, the worst first.")
    evidence = models.JSONField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    note = models.CharField(max_length=1000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind", "subject"], condition=Q(status="open"), name="flag_once_while_open"
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True)
                | Q(status__in=["confirmed", "dismissed", "closed"], closed_at__isnull=False),
                name="flag_state_is_whole",
            ),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="flag_score"),
        ]
        indexes = [models.Index(fields=["project", "status", "-score", "id"], name="flag_worst_first")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

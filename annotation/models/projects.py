"""Projects, the people in them, and how they log in from programs."""

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from annotation.kinds import Kind, Learner, Schema, kind_of
from annotation.kinds.history import rename_since


def new_seed() -> int:
    return secrets.randbits(62)


class Role(models.TextChoices):
    """Roles from the smallest to the largest; a larger one may do all that a smaller one may."""

    ANNOTATOR = "annotator"
    REVIEWER = "reviewer"
    MANAGER = "manager"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        return list(Role).index(self)


class Strategy(models.TextChoices):
    """How the next questions are chosen. A project may also name a callable that the operator has allowed."""

    TEAM = "team"
    RANDOM = "random"
    LEAST_CONFIDENCE = "least_confidence"
    MARGIN = "margin"
    ENTROPY = "entropy"
    VOTE_ENTROPY = "vote_entropy"
    CONSENSUS_ENTROPY = "consensus_entropy"
    KL_DISAGREEMENT = "kl_disagreement"
    BALD = "bald"
    VARIANCE_REDUCTION = "variance_reduction"
    EXPECTED_ERROR_REDUCTION = "expected_error_reduction"
    BADGE = "badge"
    DENSITY_WEIGHTED = "density_weighted"
    RANKED_BATCH = "ranked_batch"
    CORE_SET = "core_set"
    RARE_CLASS = "rare_class"
    MIN_CONFIDENCE = "min_confidence"
    AVERAGE_CONFIDENCE = "average_confidence"
    MAX_LOSS = "max_loss"
    MEAN_MAX_LOSS = "mean_max_loss"


# Those that ask one yes-or-no question a class, for `multichoice`.
MULTILABEL_STRATEGIES = frozenset(
    {Strategy.MIN_CONFIDENCE, Strategy.AVERAGE_CONFIDENCE, Strategy.MAX_LOSS, Strategy.MEAN_MAX_LOSS}
)


class QueueSource(models.TextChoices):
    """Whose uncertainty orders the model's questions."""

    MODEL = "model"
    PREDICTIONS = "predictions"


class Suggestions(models.TextChoices):
    """What people see before they answer. Random draws, gold checks and second opinions are blind in any case."""

    OFF = "off", "nothing: everybody answers blind"
    GIVEN = "given", "predictions that were uploaded, and the spans that the model would mark"
    SHOWN = "shown", "that, or else what the project's own model would answer, with its probability"
    VERIFY = "verify", "the same, to be accepted or refused first"


class Project(models.Model):
    """One question put to many items, with the policies of its team."""

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    classes = models.JSONField(default=list, help_text="[{name, key, color, description}]")
    schema_version = models.PositiveIntegerField(default=1, help_text="Rises when the classes change.")
    class_history = models.JSONField(
        default=list, blank=True, editable=False, help_text="What classes were renamed to or merged into, by version."
    )
    guidelines = models.TextField(blank=True)
    guidelines_version = models.PositiveIntegerField(default=1)
    overlap = models.PositiveSmallIntegerField(default=1)
    max_votes = models.PositiveSmallIntegerField(default=1)
    lease_seconds = models.PositiveIntegerField(default=900)
    queue_source = models.CharField(max_length=20, choices=QueueSource.choices, default=QueueSource.MODEL)
    representation = models.CharField(
        max_length=200,
        default="pool",
        help_text="How items become vectors: pool, tfidf, image, external, or encoder:<folder or hub name>.",
    )
    strategy = models.CharField(
        max_length=200,
        default=Strategy.TEAM,
        help_text="A strategy by name, or the dotted path of a callable that the operator has allowed.",
    )
    classifier = models.CharField(
        max_length=200,
        default="linear",
        help_text="linear, a scikit-learn classifier by its path, or a callable that the operator has allowed.",
    )
    classifier_params = models.JSONField(default=dict, blank=True, help_text="Settings of a classifier of that name.")
    cost_aware = models.BooleanField(
        default=False, help_text="Weigh questions by the square root of the seconds that they will take."
    )
    predict_to_queue_below = models.FloatField(
        null=True, blank=True, help_text="Texts predicted with less confidence are put to people; empty: none."
    )
    target_accuracy = models.FloatField(
        null=True, blank=True, help_text="Stop advice looks for this accuracy; empty: none."
    )
    random_rate = models.FloatField(default=0.1)
    gold_rate = models.FloatField(default=0.03)
    target_confidence = models.FloatField(default=0.95)
    overlap_share = models.FloatField(default=1.0, help_text="Share of items that get `overlap`; the others get one.")
    pause_at_odds = models.FloatField(
        default=0.0, help_text="Pauses whose answers look random at these odds; 0: never."
    )
    training_items = models.PositiveSmallIntegerField(
        default=0, help_text="Known answers that newcomers begin with; 0: no training."
    )
    training_pass_mark = models.FloatField(default=0.8, help_text="Share of them that must be right.")
    relabel_rate = models.FloatField(default=0.2, help_text="Largest share of questions that are second opinions.")
    suggestions = models.CharField(
        max_length=10, choices=Suggestions.choices, default=Suggestions.GIVEN, db_default=Suggestions.GIVEN
    )
    spans_overlap = models.BooleanField(default=True, help_text="Whether spans of one answer may overlap.")
    show_names = models.BooleanField(default=False, help_text="Annotators see the names of their colleagues.")
    blind_review = models.BooleanField(default=False, help_text="Reviewers do not see who gave which answer.")
    paused = models.BooleanField(default=False, db_default=False, help_text="Nobody is asked anything for now.")
    seed = models.BigIntegerField(default=new_seed, help_text="Fixes the shuffle and every random choice.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    live_model = models.ForeignKey(
        "ModelVersion", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    pinned_model = models.ForeignKey(
        "ModelVersion", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False,
        help_text="Serves in place of the newest one.",
    )  # fmt: skip
    queue_version = models.PositiveIntegerField(default=0, editable=False)
    queue_generation = models.BigIntegerField(default=0, editable=False)
    queue_published_at = models.DateTimeField(null=True, editable=False)

    # The role of the person who asks, set by access.projects_of, and how her training ended, where access tells.
    role: str
    training: str | None = None

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(overlap__gte=1, overlap__lte=100), name="project_overlap_range"),
            models.CheckConstraint(
                condition=Q(classifier__regex=r"^\w+(\.\w+)*$"), name="project_classifier_is_a_name"
            ),
            models.CheckConstraint(condition=Q(strategy__regex=r"^\w+(\.\w+)*$"), name="project_strategy_is_a_name"),
            models.CheckConstraint(condition=Q(max_votes__gte=F("overlap")), name="project_max_votes_over_overlap"),
            models.CheckConstraint(condition=Q(lease_seconds__gte=5), name="project_lease_seconds_least"),
            models.CheckConstraint(
                condition=Q(predict_to_queue_below__isnull=True)
                | Q(predict_to_queue_below__gt=0, predict_to_queue_below__lte=1),
                name="project_predict_to_queue_below",
            ),
            models.CheckConstraint(
                condition=Q(target_accuracy__isnull=True) | Q(target_accuracy__gt=0, target_accuracy__lte=1),
                name="project_target_accuracy",
            ),
            models.CheckConstraint(condition=Q(random_rate__gte=0, random_rate__lte=1), name="project_random_rate"),
            models.CheckConstraint(condition=Q(gold_rate__gte=0, gold_rate__lte=1), name="project_gold_rate"),
            models.CheckConstraint(
                condition=Q(overlap_share__gte=0, overlap_share__lte=1), name="project_overlap_share"
            ),
            models.CheckConstraint(condition=Q(pause_at_odds__gte=0), name="project_pause_at_odds"),
            models.CheckConstraint(condition=Q(training_items__lte=100), name="project_training_items"),
            models.CheckConstraint(
                condition=Q(training_pass_mark__gte=0, training_pass_mark__lte=1), name="project_training_pass_mark"
            ),
            models.CheckConstraint(condition=Q(relabel_rate__gte=0, relabel_rate__lte=1), name="project_relabel_rate"),
            models.CheckConstraint(
                condition=Q(target_confidence__gt=0, target_confidence__lte=1), name="project_target_confidence"
            ),
            models.CheckConstraint(
                condition=Q(representation__regex=r"^(pool|tfidf|image|external|encoder:.+)$"),
                name="project_representation_known",
            ),
            models.CheckConstraint(condition=Q(queue_source__in=QueueSource.values), name="project_queue_source_known"),
            models.CheckConstraint(condition=Q(suggestions__in=Suggestions.values), name="project_suggestions_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def class_names(self) -> list[str]:
        return [one["name"] for one in self.classes]

    @property
    def question(self) -> Kind:
        """The kind of question, which knows what answers mean."""
        return kind_of(self.kind)

    def today(self, value: dict[str, Any], schema_version: int) -> dict[str, Any] | None:
        """Returns an answer given under an earlier schema in the classes of today; None when they are gone.

        Sets of classes are in today's order, so that equal answers are equal.
        """
        rename = rename_since(self.class_history, schema_version)
        answer = value if rename is None else self.question.renamed(value, rename)
        if answer is None or self.question.learner is not Learner.SIGMOID:
            return answer
        return self.question.value_of(self.question.targets(answer, self.schema) or (), self.schema)

    def is_renamed_since(self, schema_version: int) -> bool:
        """Whether some class of that schema is called otherwise today, or is gone."""
        return rename_since(self.class_history, schema_version) is not None

    @property
    def schema(self) -> Schema:
        """What an answer must look like today."""
        return Schema(self.class_names, self.spans_overlap)


class GuidelineVersion(models.Model):
    """The guidelines as they were from `created_at` on. Rows are only ever added."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="guideline_versions")
    version = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "version"], name="guideline_version_once")]

    def __str__(self) -> str:
        return f"guidelines {self.version} of {self.project_id}"


class Membership(models.Model):
    """A person's role in a project, and how her training as a newcomer ended, where the project asks for one."""

    class Training(models.TextChoices):
        UNDECIDED = "undecided", "not ended, or none was asked for"
        PASSED = "passed"
        NOT_PASSED = "not_passed"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    training = models.CharField(max_length=10, choices=Training.choices, default=Training.UNDECIDED, editable=False)
    training_score = models.FloatField(null=True, blank=True, editable=False, help_text="Share right in training.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="membership_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
            models.CheckConstraint(
                condition=Q(training__in=["undecided", "passed", "not_passed"]), name="membership_training_known"
            ),
            models.CheckConstraint(
                condition=Q(training_score__isnull=True) | Q(training_score__gte=0, training_score__lte=1),
                name="membership_training_score",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.role}"


class ApiToken(models.Model):
    """A program's key. Only its SHA-256 is kept; the token itself is shown once.

    It may be limited: to reading, to one project, and to a time.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100, blank=True)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    read_only = models.BooleanField(db_default=False, default=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_on = models.DateField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return f"{self.user} · {self.name or 'token'} {self.pk}"

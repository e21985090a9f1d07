"""What was learned: representations, feature shards, model versions, the published queue, measured points."""

from django.db import models
from django.db.models import Q

from annotation.models.items import Item, Stream
from annotation.models.projects import Project


class Representation(models.Model):
    """How the items of a project become vectors. Never edited; a better one is a new version."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="representations")
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    dimension = models.PositiveIntegerField()
    n_fitted = models.PositiveIntegerField(help_text="Items that it was learned from.")
    path = models.CharField(max_length=200)
    checksum = models.CharField(max_length=64)
    is_live = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "version"], name="representation_version_once"),
            models.UniqueConstraint(fields=["project"], condition=Q(is_live=True), name="representation_one_live"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class FeatureShard(models.Model):
    """An immutable, content-addressed file of vectors for the items `first_item` to `last_item`, by rising id."""

    representation = models.ForeignKey(Representation, on_delete=models.CASCADE, related_name="shards")
    number = models.PositiveIntegerField()
    n_rows = models.PositiveIntegerField()
    first_item = models.BigIntegerField()
    last_item = models.BigIntegerField()
    path = models.CharField(max_length=200)
    checksum = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["representation", "number"], name="shard_number_once")]
        ordering = ["representation", "number"]

    def __str__(self) -> str:
        return f"shard {self.number} of {self.representation_id}"


class VectorBatch(models.Model):
    """Vectors that came from outside and are not in a shard yet. Of two batches the later one holds."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="vector_batches", db_index=False)
    n_rows = models.PositiveIntegerField()
    dimension = models.PositiveIntegerField()
    path = models.CharField(max_length=200)
    checksum = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "vector batches"
        indexes = [models.Index(fields=["project", "id"], name="vector_batch_order")]

    def __str__(self) -> str:
        return f"vectors {self.pk} of {self.project_id}"


class ModelVersion(models.Model):
    """A trained model, never edited. `trained_through` is the newest revision it has looked at."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="model_versions")
    number = models.PositiveIntegerField()
    representation = models.ForeignKey(Representation, on_delete=models.PROTECT, related_name="model_versions")
    trained_through = models.BigIntegerField()
    n_annotations = models.PositiveIntegerField()
    strategy = models.CharField(max_length=200)
    classes = models.JSONField(help_text="Class names in the order of the columns.")
    metrics = models.JSONField(default=dict)
    path = models.CharField(max_length=200)
    checksum = models.CharField(max_length=64)
    seconds = models.FloatField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="model_version_number_once")]

    def __str__(self) -> str:
        return f"model {self.number}"


# In SQL with a parameter `project`: the generation that people are served from.
SERVED = "(SELECT queue_generation FROM annotation_project WHERE id = %(project)s)"


class QueueEntries(models.QuerySet["QueueEntry"]):
    """The places of queues."""

    def served(self) -> "QueueEntries":
        """Those that people are served from."""
        return self.filter(generation=models.F("project__queue_generation"))


class QueueEntry(models.Model):
    """One place in a queue; taken out when somebody is asked. Only those of the project's `queue_generation` count:
    the queue before it stays until the next one is written, so that nobody finds none while one replaces the other."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="queue_entries")
    generation = models.BigIntegerField(default=0, db_default=0)
    rank = models.PositiveIntegerField()
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    score = models.FloatField(help_text="Higher is more worth asking.")
    reason = models.JSONField()
    stream = models.CharField(max_length=10, choices=Stream.choices, default=Stream.MODEL)
    probability = models.FloatField(default=1.0)
    model_version = models.PositiveIntegerField()

    objects = QueueEntries.as_manager()

    class Meta:
        verbose_name_plural = "queue entries"
        constraints = [
            models.UniqueConstraint(fields=["project", "generation", "item"], name="queue_item_once"),
            models.CheckConstraint(condition=Q(probability__gt=0, probability__lte=1), name="queue_probability"),
        ]
        indexes = [models.Index(fields=["project", "generation", "rank"], name="queue_rank")]

    def __str__(self) -> str:
        return f"place {self.rank}"


class Evaluation(models.Model):
    """One measured point of a learning curve."""

    class Arm(models.TextChoices):
        ACTIVE = "active"
        RANDOM = "random"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="evaluations")
    model_number = models.PositiveIntegerField()
    annotations = models.PositiveIntegerField()
    arm = models.CharField(max_length=10, choices=Arm.choices)
    metric = models.CharField(max_length=20)
    estimate = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    n = models.PositiveIntegerField(help_text="Items measured on.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "model_number", "arm", "metric"], name="evaluation_once")
        ]

    def __str__(self) -> str:
        return f"{self.arm} at {self.annotations}"

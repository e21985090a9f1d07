"""What is asked about: items, their gold answers and predictions from outside."""

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest

from annotation.models.projects import Project

# What an item shows, as one text: its text, its two texts, or the name of its image if that has one. An image has no
# length; asked for first, its megabyte is read once and not once for each other thing that it might be.
_IMAGE = "CASE WHEN starts_with(data->>'image', 'data:') THEN '(image)' ELSE data->>'image' END"
SHOWN_TEXT = f"""CASE WHEN length = 0 THEN coalesce({_IMAGE}, '') ELSE coalesce(
    data->>'text', (data->'texts'->>0) || ' ⇄ ' || (data->'texts'->>1), {_IMAGE}, '') END"""


class Stream(models.TextChoices):
    """Where a question came from. An item is drawn once; later votes on it carry the stream of that draw.

    Whoever is asked about an item that came with answers gives a second opinion.
    """

    MODEL = "model", "the model's questions"
    SHUFFLE = "shuffle", "seeded shuffle (before the first model, or strategy random)"
    RANDOM = "random", "protected random sample"
    GOLD = "gold", "gold check"
    RELABEL = "relabel", "second opinion"
    IMPORT = "import", "brought in from outside"


class Item(models.Model):
    """One thing to label, and how many more answers it may take.

    `taken` counts current annotations and open leases that use a slot; `open_slots` is what is left of `slot_limit`.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="items", db_index=False)
    external_id = models.CharField(max_length=200, null=True, blank=True)
    data = models.JSONField()
    metadata = models.JSONField(default=dict, blank=True)
    content_hash = models.BinaryField(max_length=16, editable=False)
    length = models.PositiveIntegerField(help_text="Code points of the text.")
    shuffle_key = models.BigIntegerField(editable=False, help_text="Place in the project's seeded shuffle.")
    slot_limit = models.PositiveSmallIntegerField()
    taken = models.PositiveSmallIntegerField(default=0)
    open_slots = models.PositiveSmallIntegerField()
    drawn_at = models.DateTimeField(null=True, blank=True)
    draw_stream = models.CharField(max_length=10, choices=Stream.choices, null=True, blank=True)
    draw_probability = models.FloatField(null=True, blank=True)
    draw_reason = models.JSONField(
        null=True, blank=True, help_text="Why it was drawn, or before that, why it is to be asked."
    )
    is_gold = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "external_id"], name="item_external_id_once"),
            models.CheckConstraint(condition=Q(open_slots__gte=0), name="item_open_slots_not_negative"),
            models.CheckConstraint(
                condition=Q(open_slots=Greatest(F("slot_limit") - F("taken"), Value(0))), name="item_slots_add_up"
            ),
            models.CheckConstraint(
                condition=Q(drawn_at__isnull=True, draw_stream__isnull=True)
                | Q(drawn_at__isnull=False, draw_stream__in=Stream.values, draw_probability__gt=0),
                name="item_draw_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "id"], name="item_by_id"),
            models.Index(fields=["content_hash", "project"], name="item_content"),
            # The three ways in which an item is found on the request path.
            models.Index(
                fields=["project", "shuffle_key"],
                condition=Q(drawn_at__isnull=True, open_slots__gt=0),
                name="item_fresh",
            ),
            models.Index(
                fields=["project", "drawn_at"],
                condition=Q(drawn_at__isnull=False, open_slots__gt=0),
                name="item_started",
            ),
            models.Index(fields=["project", "shuffle_key"], condition=Q(is_gold=True), name="item_gold"),
            models.Index(fields=["project", "id"], condition=Q(drawn_at__isnull=False), name="item_drawn"),
            models.Index(
                fields=["project", "id"],
                condition=Q(drawn_at__isnull=True, draw_reason__isnull=False),
                name="item_wished",
            ),
        ]

    def __str__(self) -> str:
        return self.external_id or f"item {self.pk}"


class GoldAnswer(models.Model):
    """The known answer of an item; it measures people and is never shown to them."""

    item = models.OneToOneField(Item, on_delete=models.CASCADE, related_name="gold")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    value = models.JSONField()
    schema_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"gold of {self.item_id}"


class Prediction(models.Model):
    """What a model outside Querent said last about an item; said again by the same model, it is replaced."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="predictions")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    model_name = models.CharField(max_length=100, blank=True)
    value = models.JSONField()
    probabilities = models.JSONField(null=True, blank=True)
    uncertainty = models.FloatField(null=True, blank=True, help_text="0 (sure) to 1, by the probabilities.")
    schema_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "model_name"], name="prediction_once"),
            models.CheckConstraint(condition=Q(uncertainty__gte=0, uncertainty__lte=1), name="prediction_uncertainty"),
        ]
        indexes = [
            models.Index(
                fields=["project", "-uncertainty", "id"],
                condition=Q(uncertainty__isnull=False),
                name="prediction_uncertain_first",
            )
        ]

    def __str__(self) -> str:
        return f"{self.model_name or 'prediction'} on {self.item_id}"

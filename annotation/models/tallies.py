"""Counts read at once. Triggers write them with the rows that they count, whoever writes those (0028, 0030)."""

from django.db import models
from django.db.models import Q


class Tally(models.Model):
    """A part of a count: the sum over a project's parts is exact at every moment. Parts are added up, never edited.

    Those of items have no person and no minute, answers have both: minutes since 1970, in UTC, of when the
    answer was first given. Who folds parts makes hours of minutes, and of hours before today no time at all.
    """

    class Name(models.TextChoices):
        ITEMS = "items"
        FULL = "full", "drawn items without an open slot"
        UNDRAWN = "undrawn", "items with an open slot that nobody was asked about"
        ANSWERS = "answers"

    # No constraint: an answer would lock its project's row once more. Sums of a project that is gone are zero.
    project = models.ForeignKey(
        "Project", on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    name = models.CharField(max_length=10, choices=Name.choices)
    person = models.BigIntegerField(default=0, db_default=0, help_text="User id; 0: nobody's.")
    minute = models.BigIntegerField(default=0, db_default=0, help_text="0: at any time.")
    n = models.BigIntegerField()
    folded = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name", "person", "minute"], condition=Q(folded=True), name="tally_folded_once"
            )
        ]
        indexes = [
            models.Index(fields=["project", "name", "person"], name="tally_of_project"),
            models.Index(fields=["id"], condition=Q(folded=False), name="tally_fresh"),
            models.Index(fields=["minute"], condition=Q(folded=True, minute__gt=0), name="tally_minutes"),
        ]

    def __str__(self) -> str:
        return f"{self.n} {self.name} of {self.project_id}"


class ConfidenceTally(models.Model):
    """The same for consensus by its probability in thousandths; sums are whole billionths, so that they add up."""

    project = models.ForeignKey("Project", on_delete=models.CASCADE, related_name="+", db_constraint=False)
    thousandth = models.PositiveSmallIntegerField()
    n = models.BigIntegerField()
    n_doubtful = models.BigIntegerField()
    sum_right = models.BigIntegerField(help_text="Sum of the probabilities.")
    sum_spread = models.BigIntegerField(help_text="Sum of p (1 - p).")
    folded = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name_plural = "confidence tallies"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "thousandth"], condition=Q(folded=True), name="confidence_folded_once"
            )
        ]
        indexes = [models.Index(fields=["id"], condition=Q(folded=False), name="confidence_fresh")]

    def __str__(self) -> str:
        return f"{self.n} sure to {self.thousandth / 1000} of {self.project_id}"

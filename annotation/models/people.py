"""What a person chose for herself."""

from django.conf import settings
from django.db import models
from django.db.models import Q

# The tags of the page's catalogues, frontend/src/words/.
LANGUAGES = ("en", "zh-Hans")


class Preferences(models.Model):
    """Choices that follow a person wherever she logs in."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="preferences"
    )
    language = models.CharField(max_length=20, blank=True, help_text="Empty: as her browser says.")

    class Meta:
        verbose_name_plural = "preferences"
        constraints = [models.CheckConstraint(condition=Q(language__in=["", *LANGUAGES]), name="language_known")]

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"

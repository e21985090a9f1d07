"""Fields that refuse what PostgreSQL cannot keep, and sentences that a page says in its own language."""

from typing import Any

from rest_framework import serializers as s

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


class Spoken(s.Serializer[Any]):
    """What a sentence says, for pages in other languages: a stable code, and what was put into it."""

    code = s.CharField()
    vars()["with"] = s.DictField(help_text="Texts and figures by name.")

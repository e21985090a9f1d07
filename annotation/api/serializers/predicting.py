"""Texts that are asked about, and what the model says of them."""

from typing import Any

from rest_framework import serializers as s

from annotation.api.serializers.fields import MAX_ITEMS, MAX_TEXT, Text


class Texts(s.Serializer[Any]):
    items = s.JSONField(help_text="1 to 1,000 of {text}, or of {texts: [first, second]} for `pairwise`.")

    def validate_items(self, rows: Any) -> list[str | tuple[str, str]]:
        if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_ITEMS:
            raise s.ValidationError(f"must be a list of 1 to {MAX_ITEMS}")
        for place, row in enumerate(rows):
            if not _is_shown(row):
                raise s.ValidationError({str(place): ["must be {text} with at most 100,000 characters"]})
        return [tuple(row["texts"]) if "texts" in row else row["text"] for row in rows]


def _is_shown(row: Any) -> bool:
    if not isinstance(row, dict):
        return False
    texts = row.get("texts", [row.get("text")])
    wanted = 2 if "texts" in row else 1
    fits = isinstance(texts, list) and len(texts) == wanted
    return fits and all(isinstance(text, str) and len(text) <= MAX_TEXT for text in texts)


class PredictedSpan(s.Serializer[Any]):
    start = s.IntegerField(help_text="In code points of the text.")
    end = s.IntegerField()
    vars()["class"] = Text()
    probability = s.FloatField()


class PredictionRow(s.Serializer[Any]):
    """The answer has the shape of the kind: one of `class`, `classes`, `spans`, `rating`, `preferred`."""

    vars()["class"] = Text(required=False)  # the name that the contract promises is a word of Python's
    classes = s.ListField(child=Text(), required=False)
    spans = PredictedSpan(many=True, required=False)
    rating = s.IntegerField(required=False)
    expected = s.FloatField(required=False, help_text="`rating`: the expected value.")
    low = s.FloatField(required=False, help_text="`rating`: lower end of the 90 % interval.")
    high = s.FloatField(required=False)
    preferred = s.IntegerField(required=False)
    probabilities = s.DictField(child=s.FloatField(), required=False, help_text="By class; not for `spans`.")


class Predictions(s.Serializer[Any]):
    model_version = s.IntegerField()
    predictions = PredictionRow(many=True)
    put_to_people = s.IntegerField(help_text="Texts that now wait for an answer: see `predict_to_queue_below`.")

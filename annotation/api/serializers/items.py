"""Items, vectors and predictions that come in, and what became of them."""

from typing import Any

from rest_framework import serializers as s

from annotation.api.serializers.fields import MAX_ITEMS, Spoken, Text


class ItemRows(s.Serializer[Any]):
    items = s.JSONField(
        help_text="Up to 1,000 of {external_id?, data: {text}, gold?, predictions?, metadata?, annotations?}."
    )

    def validate_items(self, rows: Any) -> list[Any]:
        if not isinstance(rows, list):
            raise s.ValidationError("must be a list")
        if len(rows) > MAX_ITEMS:
            raise s.ValidationError(f"at most {MAX_ITEMS} items a call")
        return rows


class VectorRows(s.Serializer[Any]):
    vectors = s.JSONField(help_text="Up to 1,000 of {item or external_id, vector: [numbers]}.")


class NewVectorFile(s.Serializer[Any]):
    file = s.FileField(
        help_text=".npz with `vectors` and `items` or `external_ids`, or .npy in the order of the items."
    )


class PredictionRows(s.Serializer[Any]):
    predictions = s.JSONField(
        help_text="Up to 1,000 of {item or external_id, value?, probabilities?, model?}: `value` as an answer looks;"
        " `probabilities` by class, or for answers of several parts a list with one number for each part."
    )


class RowError(s.Serializer[Any]):
    index = s.IntegerField()
    field = Text()
    message = Text()
    said = Spoken(required=False)


class Added(s.Serializer[Any]):
    created = s.IntegerField()
    duplicates = s.IntegerField()
    duplicate_content = s.IntegerField()
    known_answers = s.IntegerField(help_text="So many of the created items have a known answer.")
    annotations = s.IntegerField(help_text="So many answers of people came with the created items.")
    errors = RowError(many=True)


class StoredPredictions(s.Serializer[Any]):
    stored = s.IntegerField()
    errors = RowError(many=True)


class TakenVectors(s.Serializer[Any]):
    accepted = s.IntegerField()
    dimension = s.IntegerField(allow_null=True, help_text="How many numbers the project's vectors have.")
    errors = RowError(many=True)


class ItemRow(s.Serializer[Any]):
    id = s.IntegerField()
    external_id = Text(allow_null=True)
    data = s.JSONField()
    metadata = s.JSONField()

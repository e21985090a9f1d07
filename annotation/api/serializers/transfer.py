"""Imports, exports and their jobs."""

from typing import Any

from rest_framework import serializers as s

from annotation.api.serializers.fields import Spoken, Text


class NewExport(s.Serializer[Any]):
    format = s.ChoiceField(["jsonl", "csv"], default="jsonl")
    include = s.ChoiceField(["annotated", "all"], default="annotated")
    revisions = s.BooleanField(default=False)
    min_confidence = s.FloatField(required=False, min_value=0, max_value=1, help_text="Only items as sure as this.")


class NewImport(s.Serializer[Any]):
    file = s.FileField()
    mapping = s.JSONField(
        required=False, help_text='{"text": column, "second_text"?, "external_id"?, "gold"?, "metadata"?: [columns]}'
    )


class JobError(s.Serializer[Any]):
    row = s.IntegerField(help_text="Counts the records of the file from 1, the header included.")
    field = Text()
    message = Text()
    said = Spoken(required=False)


class Job(s.Serializer[Any]):
    id = s.IntegerField()
    project = s.IntegerField()
    kind = s.ChoiceField(["import", "export", "vectors"])
    status = s.ChoiceField(["queued", "running", "done", "failed"])
    done = s.IntegerField()
    total = s.IntegerField(allow_null=True)
    n_errors = s.IntegerField()
    errors = JobError(many=True, help_text="The first hundred.")
    result = s.JSONField(allow_null=True)
    params = s.JSONField()
    created_at = s.DateTimeField()
    finished_at = s.DateTimeField(allow_null=True)

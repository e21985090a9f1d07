"""What a refused request is told."""

from typing import Any

from rest_framework import serializers as s

from annotation.api.serializers.fields import Spoken, Text


class Error(s.Serializer[Any]):
    code = Text()
    message = Text()
    fields = s.DictField(child=Text())
    said = s.DictField(child=Spoken(), help_text="By field; under an empty name that of the message.")


class Refusal(s.Serializer[Any]):
    error = Error()

"""What the views share."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from annotation.errors import BadRequest

__all__ = ["View", "checked", "documented"]


class View(APIView):
    """An authenticated JSON view."""


def checked(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """Returns the body in the serializer's shape; raises BadRequest or ValidationError naming the fields."""
    if not isinstance(request.data, dict):
        raise BadRequest("The body must be a JSON object.", fields={"body": "not an object"})
    found = serializer(data=request.data)
    found.is_valid(raise_exception=True)
    return dict(found.validated_data)


documented = extend_schema

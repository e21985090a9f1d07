"""What the views share."""

from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from annotation.errors import BadRequest

__all__ = ["View", "checked", "documented", "person"]


class View(APIView):
    """An authenticated JSON view. `versioned` are the methods that evaluate If-Match; elsewhere it is refused,
    because whoever sends it relies on it."""

    versioned: tuple[str, ...] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if "If-Match" in request.headers and request.method not in (*SAFE_METHODS, *self.versioned):
            raise BadRequest("What this changes has no version.", fields={"If-Match": "not evaluated here"})


def person(request: Request) -> User:
    """Returns who is calling; raises NotAuthenticated for a stranger."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def checked(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """Returns the body in the serializer's shape; raises BadRequest or ValidationError naming the fields."""
    if not isinstance(request.data, dict):
        raise BadRequest("The body must be a JSON object.", fields={"body": "not an object"})
    found = serializer(data=request.data)
    found.is_valid(raise_exception=True)
    return dict(found.validated_data)


documented = extend_schema

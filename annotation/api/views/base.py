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

__all__ = ["FileView", "View", "checked", "documented", "known_fields", "person", "shaped"]


class View(APIView):
    """An authenticated JSON view. `versioned` are the methods that evaluate If-Match; elsewhere it is refused,
    because whoever sends it relies on it."""

    versioned: tuple[str, ...] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if "If-Match" in request.headers and request.method not in (*SAFE_METHODS, *self.versioned):
            raise BadRequest("What this changes has no version.", fields={"If-Match": "not evaluated here"})


class FileView(View):
    """Answers with a file, also to whoever says that she reads nothing but files of its kind; refusals stay JSON."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return super().perform_content_negotiation(request, force=True)


def person(request: Request) -> User:
    """Returns who is calling; raises NotAuthenticated for a stranger."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def checked(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """Returns the body in the serializer's shape; raises BadRequest or ValidationError naming the fields.

    A field that the serializer does not know is refused: whoever sent it believes that it limits or changes something.
    """
    known_fields(request, *serializer().fields)
    return shaped(serializer, request)


def shaped(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """Returns the same for a route whose operation says better why it refuses other fields."""
    found = serializer(data=_object(request))
    found.is_valid(raise_exception=True)
    return dict(found.validated_data)


def known_fields(request: Request, *names: str) -> None:
    """Raises BadRequest for a body that is not an object, or has other fields than these."""
    unknown = [_shown(name) for name in _object(request) if name not in names]
    if unknown:
        raise BadRequest("There is no such field.", fields=dict.fromkeys(sorted(unknown)[:5], "unknown"))


def _object(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise BadRequest("The body must be a JSON object.", fields={"body": "not an object"})
    return request.data


def _shown(name: str) -> str:
    """A name that can be sent back: where rows are reported, it may have halves of surrogate pairs."""
    return name[:50].encode("utf-8", "replace").decode()


documented = extend_schema

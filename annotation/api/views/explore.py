"""Looking through a project's items, and at all that happened to one."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import access
from annotation.api import exploring, paging
from annotation.api.views.base import FileView, View, documented, person
from annotation.errors import BadRequest, NotFound
from annotation.models import Flag, Stream
from annotation.queries import explore as queries
from annotation.queries.item_history import item_history
from modeling.image_files import NotAnImage, image_file

# What an item shows never changes; the file is nothing but a picture, wherever it is opened.
OF_AN_IMAGE = {"Cache-Control": "private, max-age=86400, immutable", "Content-Security-Policy": "sandbox"}
ALLOWED = {
    "order": queries.ORDERS,
    "status": queries.STATUSES,
    "flag": ("any", *Flag.Kind.values),
    "stream": Stream.values,
}
FILTERS = ("q", "class", "status", "flag", "person", "stream", "since", "until")


class Explore(View):
    @documented(responses=exploring.Exploration)
    def get(self, request: Request, project_id: str) -> Response:
        """Items by search and filters: q (text or id), class, status, flag, person, stream, since, until (days); order.

        A page may hold fewer than `limit`, also none, while `next` is there: go on with it.
        """
        project = access.project_for(person(request), project_id, needs="see_items")
        wanted = {name: text for name, text in paging.allowed_filters(request, "order", *FILTERS).items() if text}
        _check(wanted, blind=access.is_blind(project))
        order = wanted.pop("order", "oldest")
        if "q" in wanted and queries.has_external_id(project, wanted["q"]):
            wanted["id"] = wanted.pop("q")
        is_by_doubt = order in ("doubt", "sure")
        limit, after = paging.limit_of(request), paging.cursor_of(request, float if is_by_doubt else int, int)
        found = queries.explore(project, wanted=wanted, order=order, limit=limit, after=after)
        following = None if found.after is None else paging.next_url(request, *found.after)
        return Response({"results": found.rows, "next": following, "looked_at": found.n_looked})


class ItemHistory(View):
    @documented(responses=exploring.ItemHistory)
    def get(self, request: Request, item_id: str) -> Response:
        """One item with all that happened to it: answers and their revisions, leases, flags, decisions, comments."""
        item = access.item_for(person(request), item_id, needs="see_items")
        return Response(item_history(item, blind=access.is_blind(item.project)))


class ItemImage(FileView):
    @documented(responses={(200, "image/*"): bytes}, operation_id="item_image")
    def get(self, request: Request, item_id: str) -> HttpResponse:
        """The image of an item that holds one, as a file that browsers keep; 404 for any other item."""
        item = access.item_for(person(request), item_id, needs="see_items")
        try:
            kind, content = image_file(str(item.data.get("image")))
        except NotAnImage as error:
            raise NotFound("This item holds no image.") from error
        return HttpResponse(content, content_type=f"image/{kind}", headers=OF_AN_IMAGE)


def _check(wanted: dict[str, str], *, blind: bool) -> None:
    for name, allowed in ALLOWED.items():
        if name in wanted and wanted[name] not in allowed:
            raise BadRequest(f"{name} must be one of {', '.join(allowed)}.", fields={name: "unknown"})
    for name in ("since", "until"):
        if name in wanted and not _is_day(wanted[name]):
            raise BadRequest(f"{name} is a day such as 2026-01-31.", fields={name: "not a day"})
    if "person" in wanted and blind:
        raise BadRequest("Reviewers judge without names here.", fields={"person": "names are hidden"})


def _is_day(text: Any) -> bool:
    try:
        return date.fromisoformat(text).year > 1
    except ValueError:
        return False

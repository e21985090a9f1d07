"""The trained versions: look, compare, pin, roll back."""

from collections.abc import Sequence
from typing import Any

from django.http import FileResponse
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import access
from annotation.api import answers, paging
from annotation.api.idempotency import creates
from annotation.api.views.base import FileView, View, documented, known_fields, person
from annotation.errors import BadRequest
from annotation.models import ModelVersion
from annotation.operations.versions import download_version, pin_version, roll_back, unpin_version
from annotation.queries import versions as queries


class Models(View):
    @documented(responses=answers.ModelVersions, operation_id="projects_models_list")
    def get(self, request: Request, project_id: str) -> Response:
        """Every version, the newest first."""
        project = access.project_for(person(request), project_id, needs="see_models")
        limit, after = paging.limit_of(request), paging.cursor_of(request, int)
        found = queries.versions_of(project).order_by("-number")
        if after:
            found = found.filter(number__lt=after[0])
        shown: Sequence[ModelVersion] = list(found[: limit + 1])
        rows = queries.version_rows(project, shown)
        return Response(paging.page(request, rows, limit, dict, lambda row: [row["number"]]))


class OneModel(View):
    @documented(responses=answers.ModelDetail)
    def get(self, request: Request, project_id: str, number: str) -> Response:
        """One version with all that was measured when it was trained, class by class."""
        project = access.project_for(person(request), project_id, needs="see_models")
        return Response(queries.version_detail(project, access.model_for(project, number)))


class Comparison(View):
    @documented(responses=answers.Comparison)
    def get(self, request: Request, project_id: str, number: str) -> Response:
        """This version against `?with=`: figures, agreement on fixed items, and who is right more often."""
        project = access.project_for(person(request), project_id, needs="see_models")
        other = paging.allowed_filters(request, "with").get("with", "")
        if not (other.isascii() and other.isdigit()):
            raise BadRequest("Name the other version: ?with=3.", fields={"with": "must be the number of a version"})
        return Response(queries.compare(project, access.model_for(project, number), access.model_for(project, other)))


class Pin(View):
    @documented(request=None, responses=answers.ModelRow)
    def post(self, request: Request, project_id: str, number: str) -> Response:
        """Lets this version predict and choose until it is unpinned; trainings go on."""
        project = access.project_for(person(request), project_id, needs="pin_models")
        version = access.model_for(project, number)
        known_fields(request)
        return _row(request, project_id, pin_version(project=project, actor=person(request), version=version))

    @documented(request=None, responses=answers.ModelRow)
    def delete(self, request: Request, project_id: str, number: str) -> Response:
        """Lets the newest version serve again; answers with it. 409 `not_pinned` when this one is not pinned."""
        project = access.project_for(person(request), project_id, needs="pin_models")
        version = access.model_for(project, number)
        return _row(request, project_id, unpin_version(project=project, actor=person(request), version=version))


class Download(FileView):
    @documented(responses={(200, "application/zip"): bytes}, operation_id="model_download")
    def get(self, request: Request, project_id: str, number: str) -> FileResponse:
        """The version as a folder: arrays, JSON, and a scorer that needs only NumPy."""
        project = access.project_for(person(request), project_id, needs="download_models")
        version = access.model_for(project, number)
        filename = f"model-{project.pk}-{version.number}.zip"
        return FileResponse(
            download_version(version), as_attachment=True, filename=filename, content_type="application/zip"
        )


class RollBack(View):
    @documented(request=None, responses=answers.ModelRow)
    @creates
    def post(self, request: Request, project_id: str) -> Response:
        """Pins the version before the serving one; answers with it."""
        project = access.project_for(person(request), project_id, needs="pin_models")
        known_fields(request)
        return _row(request, project_id, roll_back(project=project, actor=person(request)))


def _row(request: Request, project_id: str, version: Any) -> Response:
    """The version as it stands after the change."""
    project = access.project_for(person(request), project_id, needs="see_models")
    return Response(queries.version_rows(project, [version])[0])

"""Data in and out."""

from dataclasses import asdict
from typing import Any

from django.http import FileResponse
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import access
from annotation.api import answers, paging, serializers, shapes
from annotation.api.idempotency import creates
from annotation.api.parsers import UploadParser, loads
from annotation.api.views.base import FileView, View, checked, documented, known_fields, person
from annotation.errors import BadRequest
from annotation.models import Item, Job
from annotation.operations import transfer

CONTENT_TYPES = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}


class Items(View):
    reports_text_errors = True
    takes_large_bodies = True

    @documented(responses=answers.Items)
    def get(self, request: Request, project_id: str) -> Response:
        """The items, by id."""
        project = access.project_for(person(request), project_id, needs="see_items")
        paging.allowed_filters(request)
        return Response(paging.by_id(request, Item.objects.filter(project=project), _item))

    @documented(request=serializers.ItemRows, responses=serializers.Added)
    @creates
    def post(self, request: Request, project_id: str) -> Response:
        """Adds up to 1,000 items; what does not fit is reported row by row and the rest is kept."""
        project = access.project_for(person(request), project_id, needs="import")
        rows = checked(serializers.ItemRows, request)["items"]
        added = transfer.add_items(project=project, rows=rows)
        return Response({name: value for name, value in asdict(added).items() if name != "repeated"})


class Imports(View):
    parser_classes = (UploadParser,)

    @documented(
        request={"multipart/form-data": serializers.NewImport}, responses={202: serializers.Job}, operation_id="import"
    )
    @creates
    def post(self, request: Request, project_id: str) -> Response:
        """Takes a CSV or JSONL file; a worker reads it and reports on the job."""
        project = access.project_for(person(request), project_id, needs="import")
        known_fields(request, "file", "mapping")
        upload = request.FILES.get("file")
        if upload is None:
            raise BadRequest("Send the file in the form field `file`.", fields={"file": "missing"})
        mapping = loads(str(dict(request.data).get("mapping", ["{}"])[-1]).encode("utf-8", "surrogatepass"))
        job = transfer.start_import(project=project, user=person(request), upload=upload, mapping=mapping)
        return Response(shapes.job(job), status=202)


class Exports(View):
    @documented(request=serializers.NewExport, responses={202: serializers.Job}, operation_id="export")
    @creates
    def post(self, request: Request, project_id: str) -> Response:
        """Asks for an export; when the job is done, the file is at exports/{job}/file/."""
        project = access.project_for(person(request), project_id, needs="export")
        job = transfer.start_export(project=project, user=person(request), **checked(serializers.NewExport, request))
        return Response(shapes.job(job), status=202)


class ExportFile(FileView):
    @documented(responses={(200, "application/x-ndjson"): bytes}, operation_id="export_file")
    def get(self, request: Request, job_id: str) -> FileResponse:
        """The exported file, streamed."""
        job = access.job_for(person(request), job_id, needs="export")
        return FileResponse(
            transfer.open_export(job),
            as_attachment=True,
            filename=transfer.export_name(job),
            content_type=CONTENT_TYPES[job.params["format"]],
        )


class Jobs(View):
    @documented(responses=answers.Jobs)
    def get(self, request: Request, project_id: str) -> Response:
        """Imports and exports, the newest first."""
        project = access.project_for(person(request), project_id, needs="see_jobs")
        paging.allowed_filters(request)
        return Response(paging.by_id(request, Job.objects.filter(project=project), shapes.job, newest_first=True))


class OneJob(View):
    @documented(responses=serializers.Job)
    def get(self, request: Request, job_id: str) -> Response:
        """How far a job is, with its first hundred errors."""
        return Response(shapes.job(access.job_for(person(request), job_id)))


def _item(row: Item) -> dict[str, Any]:
    return {
        "id": row.pk,
        "external_id": row.external_id,
        "data": row.data,
        "metadata": row.metadata,
        "taken": row.taken,
        "open_slots": row.open_slots,
        "is_gold": row.is_gold,
    }

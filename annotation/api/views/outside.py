"""What other programs computed for a project's items."""

from dataclasses import asdict

from rest_framework.request import Request
from rest_framework.response import Response

from annotation import access
from annotation.api import serializers, shapes
from annotation.api.idempotency import creates
from annotation.api.parsers import StrictJSONParser, UploadParser
from annotation.api.views.base import View, checked, documented, known_fields, person
from annotation.operations import transfer
from annotation.operations.predictions import add_predictions
from annotation.operations.vector_uploads import add_vectors


class Predictions(View):
    reports_text_errors = True
    takes_large_bodies = True

    @documented(request=serializers.PredictionRows, responses=serializers.StoredPredictions)
    @creates
    def post(self, request: Request, project_id: str) -> Response:
        """Takes up to 1,000 predictions, each in place of what the same model said of the item before."""
        project = access.project_for(person(request), project_id, needs="import")
        rows = checked(serializers.PredictionRows, request)["predictions"]
        return Response(asdict(add_predictions(project=project, rows=rows)))


class Vectors(View):
    reports_text_errors = True
    takes_large_bodies = True

    parser_classes = (StrictJSONParser, UploadParser)

    @documented(
        request={"application/json": serializers.VectorRows, "multipart/form-data": serializers.NewVectorFile},
        responses={200: serializers.TakenVectors, 202: serializers.Job},
    )
    @creates
    def post(self, request: Request, project_id: str) -> Response:
        """Takes up to 1,000 vectors, or a file of them; what does not fit is reported row by row, the rest is kept."""
        project = access.project_for(person(request), project_id, needs="import")
        if (upload := request.FILES.get("file")) is not None:
            known_fields(request, "file")
            job = transfer.start_vectors(project=project, user=person(request), upload=upload)
            return Response(shapes.job(job), status=202)
        rows = checked(serializers.VectorRows, request)["vectors"]
        return Response(asdict(add_vectors(project=project, rows=rows)))

"""What the model knows and asks."""

from rest_framework.request import Request
from rest_framework.response import Response

from annotation import access
from annotation.api import answers, paging, serializers
from annotation.api.views.base import View, checked, documented, person
from annotation.operations.in_use import ask_people
from annotation.operations.prediction import predict_answers
from annotation.queries import learning as queries
from annotation.queries.evaluation import learning_curve
from annotation.queries.representation import representation_status


class Model(View):
    @documented(responses=answers.ModelStatus)
    def get(self, request: Request, project_id: str) -> Response:
        """The live model: version, freshness, performance on the protected random sample."""
        project = access.project_for(person(request), project_id, needs="see_model")
        return Response(queries.model_status(project) | {"representation": representation_status(project)})


class Queue(View):
    @documented(responses=answers.Queue)
    def get(self, request: Request, project_id: str) -> Response:
        """What is asked next and why; version 0 is the seeded shuffle."""
        project = access.project_for(person(request), project_id, needs="see_queue")
        paging.allowed_filters(request)
        found = queries.published_queue(
            project, cursor=request.query_params.get("cursor"), limit=paging.limit_of(request, 100)
        )
        return Response(
            {
                "version": found.version,
                "published_at": found.published_at,
                "entries": found.entries,
                "next": paging.with_cursor(request, found.next_cursor),
            }
        )


class LearningCurve(View):
    @documented(responses=answers.LearningCurve)
    def get(self, request: Request, project_id: str) -> Response:
        """Measured points of the active and the random arm, labels saved, advice. Filter: metric (default accuracy)."""
        project = access.project_for(person(request), project_id, needs="see_quality")
        return Response(learning_curve(project, **paging.allowed_filters(request, "metric")))


class Predict(View):
    takes_large_bodies = True

    @documented(request=serializers.Texts, responses=serializers.Predictions)
    def post(self, request: Request, project_id: str) -> Response:
        """Answers of the serving model to up to 1,000 items, with probabilities; 409 `no_model` before the first.

        Where the project wants it, texts that the model is not sure of are put to people, once each.
        """
        project = access.project_for(person(request), project_id, needs="predict")
        texts = checked(serializers.Texts, request)["items"]
        found = predict_answers(project=project, texts=texts)
        waiting = ask_people(project=project, texts=texts, said=found)
        return Response(
            {"model_version": found.model_number, "predictions": found.predictions, "put_to_people": waiting}
        )

"""The routes of /api/v1/. Ids are texts here: junk is a 404 like any other unknown thing."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView

from annotation.api.errors import not_found
from annotation.api.views import (
    accounts,
    docs,
    health,
    labeling,
    learning,
    outside,
    projects,
    quality,
    review,
    transfer,
)

PROJECT = "projects/<str:project_id>"

urlpatterns = [
    path("auth/token/", accounts.TokenLogIn.as_view()),
    path("auth/session/", accounts.Session.as_view()),
    path("me/", accounts.Me.as_view()),
    path("tokens/", accounts.Tokens.as_view()),
    path("tokens/<str:token_id>/", accounts.OneToken.as_view()),
    path("projects/", projects.Projects.as_view()),
    path(f"{PROJECT}/", projects.OneProject.as_view()),
    path(f"{PROJECT}/members/", projects.Members.as_view()),
    path(f"{PROJECT}/members/<str:username>/", projects.OneMember.as_view()),
    path(f"{PROJECT}/items/", transfer.Items.as_view()),
    path(f"{PROJECT}/imports/", transfer.Imports.as_view()),
    path(f"{PROJECT}/predictions/", outside.Predictions.as_view()),
    path(f"{PROJECT}/vectors/", outside.Vectors.as_view()),
    path(f"{PROJECT}/exports/", transfer.Exports.as_view()),
    path("exports/<str:job_id>/file/", transfer.ExportFile.as_view()),
    path(f"{PROJECT}/jobs/", transfer.Jobs.as_view()),
    path("jobs/<str:job_id>/", transfer.OneJob.as_view()),
    path(f"{PROJECT}/assignments/", labeling.Assignments.as_view()),
    path(f"{PROJECT}/my/annotations/", labeling.MyAnnotations.as_view()),
    path("assignments/<str:assignment_id>/annotation/", labeling.AnnotationOf.as_view()),
    path("assignments/<str:assignment_id>/skip/", labeling.Skip.as_view()),
    path(f"{PROJECT}/progress/", quality.Progress.as_view()),
    path(f"{PROJECT}/model/", learning.Model.as_view()),
    path(f"{PROJECT}/queue/", learning.Queue.as_view()),
    path(f"{PROJECT}/learning-curve/", learning.LearningCurve.as_view()),
    path(f"{PROJECT}/agreement/", quality.Agreement.as_view()),
    path(f"{PROJECT}/annotators/", quality.Annotators.as_view()),
    path(f"{PROJECT}/quality/", quality.Quality.as_view()),
    path(f"{PROJECT}/flags/", quality.Flags.as_view()),
    path("flags/<str:flag_id>/", quality.OneFlag.as_view()),
    path(f"{PROJECT}/review/", review.ReviewQueue.as_view()),
    path(f"{PROJECT}/reviews/", review.Reviews.as_view()),
    path(f"{PROJECT}/reviews/agreeing/", review.Agreeing.as_view()),
    path(f"{PROJECT}/reviews/batches/<str:batch>/undo/", review.UndoBatch.as_view()),
    path("reviews/<str:review_id>/undo/", review.UndoReview.as_view()),
    path("items/<str:item_id>/", review.OneItem.as_view()),
    path("items/<str:item_id>/comments/", review.Comments.as_view()),
    path(f"{PROJECT}/predict/", learning.Predict.as_view()),
    path("health/", health.Health.as_view()),
    path("schema/", SpectacularAPIView.as_view(authentication_classes=(), permission_classes=())),
    path("docs/", docs.docs),
    re_path(r"", not_found),
]

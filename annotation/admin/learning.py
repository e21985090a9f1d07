"""What was learned: versions are never edited."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from annotation.admin.base import HistoryAdmin, operator_of
from annotation.errors import Conflict
from annotation.models import Evaluation, FeatureShard, ModelVersion, QueueEntry, Representation, VectorBatch
from annotation.operations.versions import pin_version


@admin.register(ModelVersion)
class ModelVersionAdmin(HistoryAdmin):
    list_display = ("id", "project", "number", "n_annotations", "trained_through", "strategy", "seconds", "created_at")
    list_filter = ("strategy",)
    list_select_related = ("project",)
    search_fields = ("=checksum", "=id")
    actions = ("pin",)

    def has_pin_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("annotation.change_project")

    @admin.action(description="Pin: let this version serve", permissions=("pin",))
    def pin(self, request: HttpRequest, versions: QuerySet[ModelVersion]) -> None:
        for version in versions.select_related("project"):
            try:
                pin_version(project=version.project, actor=operator_of(request), version=version)
            except Conflict as refusal:
                self.message_user(request, refusal.message, messages.ERROR)
            else:
                self.message_user(request, f"Model {version.number} of {version.project} serves until it is unpinned.")


@admin.register(Representation)
class RepresentationAdmin(HistoryAdmin):
    list_display = ("id", "project", "name", "version", "dimension", "n_fitted", "is_live", "created_at")
    list_filter = ("is_live",)
    list_select_related = ("project",)


@admin.register(FeatureShard)
class FeatureShardAdmin(HistoryAdmin):
    list_display = ("id", "representation", "number", "n_rows", "first_item", "last_item", "checksum")
    list_select_related = ("representation",)
    search_fields = ("=checksum",)


@admin.register(VectorBatch)
class VectorBatchAdmin(HistoryAdmin):
    list_display = ("id", "project", "n_rows", "dimension", "checksum", "created_at")
    list_select_related = ("project",)
    search_fields = ("=checksum",)


@admin.register(QueueEntry)
class QueueEntryAdmin(HistoryAdmin):
    list_display = ("id", "project", "generation", "rank", "item_id", "score", "stream", "probability", "model_version")
    list_filter = ("stream",)
    list_select_related = ("project",)


@admin.register(Evaluation)
class EvaluationAdmin(HistoryAdmin):
    list_display = ("id", "project", "model_number", "annotations", "arm", "metric", "estimate", "low", "high", "n")
    list_filter = ("arm", "metric")
    list_select_related = ("project",)

"""Items, leases and answers: what happened is looked at, never edited."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from annotation.admin.base import HistoryAdmin, operator_of
from annotation.models import Annotation, AnnotationRevision, Assignment, GoldAnswer, Item, Prediction
from annotation.operations.upkeep import release_leases


@admin.register(Item)
class ItemAdmin(HistoryAdmin):
    list_display = (
        "id",
        "project",
        "external_id",
        "length",
        "taken",
        "slot_limit",
        "draw_stream",
        "drawn_at",
        "is_gold",
    )
    list_filter = ("draw_stream", "is_gold")
    list_select_related = ("project",)
    search_fields = ("=external_id", "=id")
    search_help_text = "Exact id or external id."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Item]:
        return super().get_queryset(request).defer("data", "metadata")


@admin.register(GoldAnswer)
class GoldAnswerAdmin(HistoryAdmin):
    list_display = ("id", "project", "item", "value", "created_at")
    list_select_related = ("project", "item")
    search_fields = ("=item__external_id", "=item__id")


@admin.register(Prediction)
class PredictionAdmin(HistoryAdmin):
    list_display = ("id", "project", "item", "model_name", "value", "created_at")
    list_select_related = ("project", "item")
    search_fields = ("=item__external_id", "=item__id")


@admin.register(Assignment)
class AssignmentAdmin(HistoryAdmin):
    list_display = (
        "id",
        "project",
        "item_id",
        "annotator",
        "stream",
        "status",
        "created_at",
        "expires_at",
        "closed_at",
    )
    list_filter = ("status", "stream")
    list_select_related = ("project", "annotator")
    search_fields = ("=annotator__username", "=id")
    actions = ("release",)

    def has_release_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("annotation.change_assignment")

    @admin.action(description="Release the lease", permissions=("release",))
    def release(self, request: HttpRequest, assignments: QuerySet[Assignment]) -> None:
        n_released = release_leases(assignments=assignments, actor=operator_of(request))
        self.message_user(request, f"{n_released} leases were released.")


@admin.register(Annotation)
class AnnotationAdmin(HistoryAdmin):
    list_display = ("id", "project", "item_id", "annotator", "value", "revision", "seconds", "created_at", "updated_at")
    list_select_related = ("project", "annotator")
    search_fields = ("=annotator__username", "=id")


@admin.register(AnnotationRevision)
class AnnotationRevisionAdmin(HistoryAdmin):
    list_display = ("id", "annotation_id", "revision", "value", "seconds", "created_at")
    search_fields = ("=annotation__id",)

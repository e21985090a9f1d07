"""Work that waits, who is doing it, and what was done."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from annotation.admin.base import HistoryAdmin, operator_of
from annotation.models import (
    AuditEvent,
    ConfidenceTally,
    Heartbeat,
    IdempotencyKey,
    Job,
    MetricSeries,
    Tally,
    WorkLane,
    WorkRequest,
)
from annotation.operations.upkeep import free_lane


@admin.register(WorkRequest)
class WorkRequestAdmin(HistoryAdmin):
    list_display = ("id", "project", "topic", "annotation_id", "created_at")
    list_filter = ("topic",)
    list_select_related = ("project",)


@admin.register(WorkLane)
class WorkLaneAdmin(HistoryAdmin):
    list_display = ("id", "project", "topic", "epoch", "expires_at", "attempts", "not_before", "error")
    list_filter = ("topic",)
    list_select_related = ("project",)
    actions = ("free",)

    def has_free_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("annotation.change_worklane")

    @admin.action(description="Try again now", permissions=("free",))
    def free(self, request: HttpRequest, lanes: QuerySet[WorkLane]) -> None:
        for lane in lanes:
            free_lane(lane=lane, actor=operator_of(request))


@admin.register(Job)
class JobAdmin(HistoryAdmin):
    list_display = (
        "id",
        "project",
        "kind",
        "status",
        "done",
        "total",
        "n_errors",
        "attempts",
        "created_by",
        "created_at",
    )
    list_filter = ("kind", "status")
    list_select_related = ("project", "created_by")


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(HistoryAdmin):
    list_display = ("id", "user", "key", "status", "created_at")
    list_select_related = ("user",)
    search_fields = ("=key", "=user__username")


@admin.register(AuditEvent)
class AuditEventAdmin(HistoryAdmin):
    list_display = ("id", "created_at", "project", "actor", "verb", "target")
    list_select_related = ("project", "actor")
    search_fields = ("=verb", "=target", "=actor__username")


@admin.register(Heartbeat)
class HeartbeatAdmin(HistoryAdmin):
    list_display = ("name", "beat_at")


@admin.register(MetricSeries)
class MetricSeriesAdmin(HistoryAdmin):
    list_display = ("id", "name", "labels")
    search_fields = ("=name",)


@admin.register(Tally)
class TallyAdmin(HistoryAdmin):
    list_display = ("id", "project_id", "name", "person", "minute", "n", "folded")
    list_filter = ("name", "folded")


@admin.register(ConfidenceTally)
class ConfidenceTallyAdmin(HistoryAdmin):
    list_display = ("id", "project_id", "thousandth", "n", "n_doubtful", "folded")
    list_filter = ("folded",)

"""What is believed of labels and people: rebuilt from answers, never corrected by hand."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from annotation.admin.base import HistoryAdmin, operator_of
from annotation.errors import Conflict
from annotation.models import AgreementReport, AnnotatorReport, Consensus, Flag, QualityVersion, SecondOpinion
from annotation.operations.review import decide_flag


@admin.register(Flag)
class FlagAdmin(HistoryAdmin):
    list_display = ("id", "project", "kind", "subject", "annotator", "score", "status", "decided_by", "created_at")
    list_filter = ("status", "kind")
    list_select_related = ("project", "annotator", "decided_by")
    search_fields = ("=annotator__username", "=subject", "=id")
    actions = ("dismiss", "confirm")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("annotation.change_flag")

    @admin.action(description="Dismiss", permissions=("decide",))
    def dismiss(self, request: HttpRequest, flags: QuerySet[Flag]) -> None:
        self._decide(request, flags, Flag.Status.DISMISSED)

    @admin.action(description="Confirm", permissions=("decide",))
    def confirm(self, request: HttpRequest, flags: QuerySet[Flag]) -> None:
        self._decide(request, flags, Flag.Status.CONFIRMED)

    def _decide(self, request: HttpRequest, flags: QuerySet[Flag], status: str) -> None:
        n_refused = 0
        for flag in flags:
            try:
                decide_flag(flag=flag, user=operator_of(request), status=status, note="in the admin")
            except Conflict:
                n_refused += 1
        if n_refused:
            self.message_user(request, f"{n_refused} flags had been decided otherwise or closed.", messages.WARNING)


@admin.register(Consensus)
class ConsensusAdmin(HistoryAdmin):
    list_display = ("item_id", "project", "value", "probability", "n_votes", "status", "updated_at")
    list_filter = ("status",)
    list_select_related = ("project",)
    search_fields = ("=item__external_id", "=item__id")


@admin.register(AnnotatorReport)
class AnnotatorReportAdmin(HistoryAdmin):
    list_display = (
        "id", "project", "annotator", "n_annotations", "accuracy", "accuracy_low", "accuracy_high", "random_log_odds",
        "median_seconds", "updated_at",
    )  # fmt: skip
    list_select_related = ("project", "annotator")
    search_fields = ("=annotator__username",)


@admin.register(AgreementReport)
class AgreementReportAdmin(HistoryAdmin):
    list_display = ("project", "updated_at")
    list_select_related = ("project",)


@admin.register(SecondOpinion)
class SecondOpinionAdmin(HistoryAdmin):
    list_display = ("item_id", "project", "gain", "n_votes", "first", "second", "skill")
    list_select_related = ("project",)
    search_fields = ("=item__external_id", "=item__id")


@admin.register(QualityVersion)
class QualityVersionAdmin(HistoryAdmin):
    list_display = ("project", "n_votes", "n_updates", "schema_version", "checksum", "created_at")
    list_select_related = ("project",)
    search_fields = ("=checksum", "=project__id")

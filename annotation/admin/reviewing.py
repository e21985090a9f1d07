"""Decisions and talk: history, undone through the API or by the action here."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from annotation.admin.base import HistoryAdmin, operator_of
from annotation.models import Comment, Mention, Review
from annotation.operations.undoing import undo_review


@admin.register(Review)
class ReviewAdmin(HistoryAdmin):
    list_display = ("id", "project", "item_id", "decision", "value", "reviewer", "created_at", "undone_at")
    list_filter = ("decision", ("undone_at", admin.EmptyFieldListFilter))
    list_select_related = ("project", "reviewer")
    search_fields = ("=item__external_id", "=item__id", "=reviewer__username")
    actions = ("undo",)

    def has_undo_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("annotation.change_review")

    @admin.action(description="Undo", permissions=("undo",))
    def undo(self, request: HttpRequest, reviews: QuerySet[Review]) -> None:
        for review in reviews.select_related("project").order_by("item_id", "-id"):
            undo_review(review=review, user=operator_of(request))


@admin.register(Comment)
class CommentAdmin(HistoryAdmin):
    list_display = ("id", "project", "item_id", "author", "body", "created_at")
    list_select_related = ("project", "author")
    search_fields = ("=item__external_id", "=item__id", "=author__username")


@admin.register(Mention)
class MentionAdmin(HistoryAdmin):
    list_display = ("id", "comment_id", "user", "by_name", "seen_at")
    list_select_related = ("user",)
    search_fields = ("=user__username",)

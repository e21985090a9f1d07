"""What Querent's admin pages share: tables of millions of rows stay quick, and rules live in operations."""

import json
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from annotation.errors import DomainError

EXACT_BELOW = 20_000


# Generic for the type checker only: Django's classes take no parameters when they run.
if TYPE_CHECKING:
    AnyPaginator = Paginator[Any]
    AnyModelAdmin = admin.ModelAdmin[Any]
else:
    AnyPaginator, AnyModelAdmin = Paginator, admin.ModelAdmin


def operator_of(request: HttpRequest) -> User:
    """Returns who is at work here; the admin lets nobody else in."""
    assert isinstance(request.user, User)
    return request.user


class EstimatedPaginator(AnyPaginator):
    """Counts small results; of large ones it takes the planner's estimate, which costs nothing."""

    @cached_property
    def count(self) -> int:
        estimate = self._estimate()
        return super().count if estimate < EXACT_BELOW else estimate

    def _estimate(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # the admin pages through query sets only
        sql, parameters = rows.order_by().query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", parameters)
            plan = cursor.fetchone()[0]
        return int((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]["Plan Rows"])


class QuerentAdmin(AnyModelAdmin):
    """Newest first, foreign keys shown without a query a row, large tables counted by estimate.

    A refusal of an operation is shown as a message; what it would have changed is rolled back.
    """

    ordering = ("-pk",)
    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    paginator = EstimatedPaginator

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return self._or_message(
            request, lambda: super(QuerentAdmin, self).changeform_view(request, object_id, form_url, extra_context)
        )

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self._or_message(
            request, lambda: super(QuerentAdmin, self).delete_view(request, object_id, extra_context)
        )

    def _or_message(self, request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
        try:
            return view()
        except DomainError as refusal:
            self.message_user(request, " ".join([refusal.message, *map(str, refusal.fields.values())]), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


class HistoryAdmin(QuerentAdmin):
    """Rows to be looked at: what happened is not edited, and what is derived is rebuilt, not corrected."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

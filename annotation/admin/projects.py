"""Projects, and who is in them."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from annotation.admin.base import HistoryAdmin, QuerentAdmin, operator_of
from annotation.models import (
    Annotation,
    AnnotatorReport,
    ApiToken,
    Assignment,
    AuditEvent,
    Consensus,
    Flag,
    GuidelineVersion,
    Invitation,
    Item,
    Job,
    Membership,
    ModelVersion,
    Preferences,
    Project,
    QueueEntry,
    Topic,
)
from annotation.operations.members import add_member, remove_member
from annotation.operations.project_settings import SETTINGS
from annotation.operations.projects import change_project, delete_project
from annotation.operations.upkeep import work_again
from annotation.operations.versions import unpin_version

if TYPE_CHECKING:
    AnyUserAdmin = UserAdmin[User]
else:
    AnyUserAdmin = UserAdmin

admin.site.unregister(User)


@admin.register(Project)
class ProjectAdmin(QuerentAdmin):
    """Changes go through the same operation as the API's. Projects are made there, and end with a tombstone."""

    list_display = (
        "id",
        "name",
        "kind",
        "strategy",
        "overlap",
        "queue_version",
        "created_by",
        "created_at",
        "deleted_at",
    )
    list_display_links = ("id", "name")
    list_filter = ("kind", ("strategy", admin.AllValuesFieldListFilter), ("deleted_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "=id")
    list_select_related = ("created_by",)
    editable = ("name", "guidelines", *SETTINGS)
    readonly_fields = (
        "look_at", "kind", "classes", "schema_version", "guidelines_version", "seed", "created_by", "created_at",
        "deleted_at", "live_model", "pinned_model", "queue_version", "queue_generation", "queue_published_at",
    )  # fmt: skip
    fields = (*editable, *readonly_fields)
    actions = ("rerun_quality", "rerun_learning", "unpin", "tombstone")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Project, form: Any, change: bool) -> None:
        given = {name: getattr(obj, name) for name in form.changed_data}
        changes: dict[str, Any] = {name: given.pop(name) for name in ("name", "guidelines") if name in given}
        if given:
            changes["settings"] = given
        change_project(project=obj, user=operator_of(request), changes=changes)

    @admin.display(description="Look at")
    def look_at(self, project: Project) -> SafeString:
        models = (
            Item,
            Assignment,
            Annotation,
            Consensus,
            Flag,
            AnnotatorReport,
            ModelVersion,
            QueueEntry,
            Job,
            AuditEvent,
        )
        links = (
            (
                reverse(f"admin:annotation_{model._meta.model_name}_changelist"),
                project.pk,
                model._meta.verbose_name_plural,
            )
            for model in models
        )
        return format_html_join(" · ", '<a href="{}?project__id__exact={}">{}</a>', links)

    @admin.action(description="Infer quality again", permissions=("change",))
    def rerun_quality(self, request: HttpRequest, projects: QuerySet[Project]) -> None:
        self._work_again(request, projects, (Topic.QUALITY,))

    @admin.action(description="Build features and learn again", permissions=("change",))
    def rerun_learning(self, request: HttpRequest, projects: QuerySet[Project]) -> None:
        self._work_again(request, projects, (Topic.REPRESENT, Topic.LEARN, Topic.SCORE))

    def _work_again(self, request: HttpRequest, projects: QuerySet[Project], topics: tuple[Topic, ...]) -> None:
        living = list(projects.filter(deleted_at__isnull=True))
        for project in living:
            work_again(project=project, actor=operator_of(request), topics=topics)
        self.message_user(request, f"Work is requested for {len(living)} projects.")

    @admin.action(description="Unpin the model: let the newest version serve", permissions=("change",))
    def unpin(self, request: HttpRequest, projects: QuerySet[Project]) -> None:
        pinned = list(projects.filter(pinned_model__isnull=False).select_related("pinned_model"))
        for project in pinned:
            if project.pinned_model is not None:
                unpin_version(project=project, actor=operator_of(request), version=project.pinned_model)
        self.message_user(request, f"The newest version serves in {len(pinned)} projects that had another one pinned.")

    @admin.action(description="Delete (tombstone; the history stays)", permissions=("change",))
    def tombstone(self, request: HttpRequest, projects: QuerySet[Project]) -> None:
        living = list(projects.filter(deleted_at__isnull=True))
        for project in living:
            delete_project(project=project, actor=operator_of(request))
        self.message_user(request, f"{len(living)} projects are gone for everybody; their history stays.")


@admin.register(Membership)
class MembershipAdmin(QuerentAdmin):
    list_display = ("id", "project", "user", "role", "created_at")
    list_filter = ("role",)
    list_select_related = ("project", "user")
    search_fields = ("=user__username", "=project__name")
    autocomplete_fields = ("project", "user")
    actions = None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("project", "user") if obj else ()

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        saved = add_member(
            project=obj.project, actor=operator_of(request), username=obj.user.get_username(), role=obj.role
        )
        obj.pk = saved.pk

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        remove_member(project=obj.project, actor=operator_of(request), username=obj.user.get_username())


@admin.register(User)
class AccountAdmin(AnyUserAdmin):
    """Nobody is deleted: answers keep their author. Take `active` away instead."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ApiToken)
class ApiTokenAdmin(HistoryAdmin):
    """Tokens can be revoked here; they are made by their owner, who alone sees them once."""

    list_display = ("id", "user", "name", "project", "read_only", "created_at", "expires_at", "last_used_on")
    list_select_related = ("user", "project")
    search_fields = ("=user__username", "name")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super(HistoryAdmin, self).has_delete_permission(request, obj)


@admin.register(Invitation)
class InvitationAdmin(HistoryAdmin):
    """Invitations are made and taken back on the page of the project's people; the link is shown once, there."""

    list_display = (
        "id",
        "project",
        "role",
        "n_uses",
        "most_uses",
        "created_by",
        "created_at",
        "expires_at",
        "revoked_at",
    )
    list_select_related = ("project", "created_by")
    list_filter = ("role",)
    search_fields = ("=project__name", "=created_by__username")


@admin.register(GuidelineVersion)
class GuidelineVersionAdmin(HistoryAdmin):
    list_display = ("id", "project", "version", "created_by", "created_at")
    list_select_related = ("project", "created_by")
    search_fields = ("=project__name",)


@admin.register(Preferences)
class PreferencesAdmin(HistoryAdmin):
    """Chosen by the person herself, on the page of her account."""

    list_display = ("user", "language")
    list_select_related = ("user",)
    search_fields = ("=user__username",)

"""How good labels and people are."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from annotation import access
from annotation.api import answers, paging, serializers
from annotation.api.views.base import View, checked, documented, person
from annotation.errors import BadRequest
from annotation.models import Flag
from annotation.operations.review import decide_flag
from annotation.queries import progress as progress_queries
from annotation.queries import quality as queries
from annotation.queries.suggested import suggestions_taken


class Progress(View):
    @documented(responses=answers.Progress)
    def get(self, request: Request, project_id: str) -> Response:
        """Counts of items and answers."""
        return Response(
            progress_queries.progress(access.project_for(person(request), project_id, needs="see_progress"))
        )


class MyProgress(View):
    @documented(responses=answers.MyProgress)
    def get(self, request: Request) -> Response:
        """How far one's projects are, those in which one may see it: finished items, of all that wait for answers."""
        access.require_unlimited(person(request))
        seen = access.projects_of(person(request)).only("pk")
        projects = [project for project in seen if access.suffices(project.role, "see_progress")]
        return Response({"results": progress_queries.finished_of(projects), "next": None})


class Agreement(View):
    @documented(responses=answers.Agreement)
    def get(self, request: Request, project_id: str) -> Response:
        """Percent agreement and coefficients with intervals, or why they are not defined; confused pairs."""
        project = access.project_for(person(request), project_id, needs="see_quality")
        paging.allowed_filters(request)
        return Response(queries.agreement(project))


class Annotators(View):
    @documented(responses=answers.Annotators)
    def get(self, request: Request, project_id: str) -> Response:
        """Everybody who answered, with accuracy and the odds of answering at random; whom a flag doubts first."""
        project = access.project_for(person(request), project_id, needs="see_quality")
        paging.allowed_filters(request)
        limit, after = paging.limit_of(request, paging.MAX_LIMIT), paging.cursor_of(request, int, int, int)
        found = queries.annotators(project, limit=limit + 1, after=after, blind=access.is_blind(project))
        return Response(paging.page(request, found, limit, lambda one: one.row, lambda one: one.place))


class Quality(View):
    @documented(responses=answers.LabelQuality)
    def get(self, request: Request, project_id: str) -> Response:
        """Expected share of right consensus answers, and how many are in doubt."""
        project = access.project_for(person(request), project_id, needs="see_quality")
        paging.allowed_filters(request)
        return Response(queries.summary(project))


class SuggestionsTaken(View):
    @documented(responses=answers.SuggestionsTaken)
    def get(self, request: Request, project_id: str) -> Response:
        """How many answers came after a suggestion, and which share of them says the same."""
        return Response(suggestions_taken(access.project_for(person(request), project_id, needs="see_quality")))


class Flags(View):
    @documented(responses=answers.Flags)
    def get(self, request: Request, project_id: str) -> Response:
        """Suspicions with their evidence, the worst first. Filters: kind, status (default open)."""
        project = access.project_for(person(request), project_id, needs="see_quality")
        filters = paging.allowed_filters(request, "kind", "status")
        for name, allowed in (("kind", Flag.Kind.values), ("status", [*Flag.Status.values, "all"])):
            if name in filters and filters[name] not in allowed:
                raise BadRequest(f"{name} must be one of {', '.join(allowed)}.", fields={name: "unknown"})
        limit, after = paging.limit_of(request), paging.cursor_of(request, float, int)
        rows = queries.flags(project, kind=filters.get("kind"), status=filters.get("status", "open"), after=after)
        return Response(
            paging.page(
                request,
                list(rows[: limit + 1]),
                limit,
                lambda flag: queries.flag_row(flag, blind=access.is_blind(project)),
                lambda row: [float(row.score), row.pk],
            )
        )


class OneFlag(View):
    @documented(request=serializers.FlagDecision, responses=answers.FlagRow)
    def patch(self, request: Request, flag_id: str) -> Response:
        """Confirms or dismisses a flag with a word."""
        flag = access.flag_for(person(request), flag_id, needs="decide_flags")
        access.may_decide(person(request), flag)
        blind = access.is_blind(
            flag.project
        )  # asked first: the decision reads the flag anew, without the caller's role
        given: dict[str, Any] = checked(serializers.FlagDecision, request)
        decided = decide_flag(flag=flag, user=person(request), **given)
        return Response(queries.flag_row(decided, blind=blind))

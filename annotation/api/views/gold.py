"""Known answers and guidelines: what the team's work is held against."""

from rest_framework.request import Request
from rest_framework.response import Response

from annotation import access
from annotation.api import guiding, paging, reviewing
from annotation.api.idempotency import creates
from annotation.api.views.base import View, checked, documented, person
from annotation.errors import NotFound
from annotation.operations import guidelines, known_answers
from annotation.queries import gold as queries
from annotation.queries.guidelines import guideline_history


class Gold(View):
    @documented(responses=guiding.GoldItems)
    def get(self, request: Request, project_id: str) -> Response:
        """The known answers, by item, and how people did on them."""
        project = access.project_for(person(request), project_id, needs="review")
        paging.allowed_filters(request)
        limit, after = paging.limit_of(request), paging.cursor_of(request, int)
        found = queries.gold_items(project, limit=limit + 1, after=after[0] if after else 0)
        return Response(paging.page(request, found, limit, dict, lambda row: [row["item"]]))

    @documented(request=guiding.NewGold, responses={201: guiding.GoldBatch})
    @creates
    def post(self, request: Request, project_id: str) -> Response:
        """Makes known answers of these items' consensus."""
        project = access.project_for(person(request), project_id, needs="set_gold")
        items = checked(guiding.NewGold, request)["items"]
        batch, n, refused = known_answers.accept_gold(project=project, user=person(request), items=items)
        return Response({"batch": batch, "n": n, "refused": refused}, status=201)


class GoldProposals(View):
    @documented(responses=guiding.GoldProposals)
    def get(self, request: Request, project_id: str) -> Response:
        """What the engine would make gold: three answers or more, and surer than 0.99."""
        project = access.project_for(person(request), project_id, needs="review")
        paging.allowed_filters(request)
        return Response({"results": queries.gold_proposals(project, limit=paging.limit_of(request)), "next": None})


class OneGold(View):
    @documented(responses={204: None})
    def delete(self, request: Request, project_id: str, item_id: str) -> Response:
        """Makes a gold item an ordinary one; answers that people gave to it count as votes."""
        project = access.project_for(person(request), project_id, needs="set_gold")
        item = access.item_for(person(request), item_id, needs="set_gold")
        if item.project_id != project.pk:
            raise NotFound("There is no such item.")
        known_answers.remove_gold(project=project, item=item, user=person(request))
        return Response(status=204)


class Guidelines(View):
    @documented(responses=guiding.Guidelines)
    def get(self, request: Request, project_id: str) -> Response:
        """All versions of the guidelines, the newest first, with the agreement under each."""
        project = access.project_for(person(request), project_id, needs="see_quality")
        paging.allowed_filters(request)
        return Response({"results": guideline_history(project), "next": None})


class SendOutByGuidelines(View):
    @documented(request=guiding.NewSendOutByGuidelines, responses={201: reviewing.Batch})
    @creates
    def post(self, request: Request, project_id: str, version: str) -> Response:
        """Sends out again what a version of the guidelines puts in doubt."""
        project = access.project_for(person(request), project_id, needs="send_out")
        given = checked(guiding.NewSendOutByGuidelines, request)
        batch, n = guidelines.send_out_by_guidelines(project=project, user=person(request), version=version, **given)
        return Response({"batch": batch, "n": n}, status=201)

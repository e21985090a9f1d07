"""Reviewing: the queue, decisions and their undoing, one item with all that is known of it, the talk about it."""

from functools import partial
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from annotation import access
from annotation.api import paging, reviewing
from annotation.api.idempotency import creates
from annotation.api.views.base import View, checked, documented, known_fields, person
from annotation.errors import BadRequest, NotFound
from annotation.models import Project
from annotation.operations import agreeing, comments, undoing, verdicts
from annotation.queries import discussion
from annotation.queries import review as queries
from annotation.queries.review_filters import KINDS, PERSON_KINDS, names_classes


class ReviewQueue(View):
    @documented(responses=reviewing.ReviewQueue)
    def get(self, request: Request, project_id: str) -> Response:
        """What to look at, the worst first. Filters: class, annotator, kind, item, and pair: `a/b`, or the parameter
        twice (`pair=a&pair=b`) where a class has a slash in its name. A pair are two classes of which one answer names
        only the first and another one only the second."""
        project = access.project_for(person(request), project_id, needs="review")
        wanted = paging.allowed_filters(request, "class", "annotator", "pair", "kind", "item")
        wanted.pop("pair", None)
        item = _item(wanted.pop("item", None))
        _check(project, wanted, blind=access.is_blind(project))
        limit, after = paging.limit_of(request), paging.cursor_of(request, float, int)
        found = queries.waiting(
            project, wanted=wanted, pair=_pair(request, project), item=item, limit=limit + 1, after=after,
            blind=access.is_blind(project),
        )  # fmt: skip
        page = paging.page(request, found, limit, dict, lambda row: [float(row["score"]), row["item"]])
        return Response(page | queries.waiting_counts(project))


def _check(project: Project, wanted: dict[str, str], *, blind: bool) -> None:
    if "kind" in wanted and wanted["kind"] not in KINDS:
        raise BadRequest(f"kind must be one of {', '.join(KINDS)}.", fields={"kind": "unknown"})
    if "class" in wanted and not names_classes(project):
        raise BadRequest("Answers of this kind name no classes.", fields={"class": "no classes"})
    if "annotator" in wanted and blind:
        raise BadRequest("Reviewers judge without names here.", fields={"annotator": "names are hidden"})
    if blind and wanted.get("kind") in PERSON_KINDS:
        raise BadRequest("Reviewers judge without names here.", fields={"kind": "tells whose answers these are"})


def _item(given: str | None) -> int | None:
    """Returns the id of `?item=`; raises BadRequest for anything else than a number."""
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise BadRequest("item must be the id of an item.", fields={"item": "not an id"})
    return int(given)


def _pair(request: Request, project: Project) -> tuple[str, str] | None:
    """Returns the two classes of `?pair=a/b`, or of `?pair=a&pair=b`; raises BadRequest for anything else."""
    given = request.query_params.getlist("pair")
    if not given:
        return None
    if not names_classes(project):
        raise BadRequest("Answers of this kind name no classes.", fields={"pair": "no classes"})
    names = given[0].split("/", 1) if len(given) == 1 else given
    if len(names) != 2 or not all(names) or any("\0" in name for name in names):
        message = "pair is two classes with a / between them, or is given twice, once for each class."
        raise BadRequest(message, fields={"pair": "not two classes"})
    return names[0], names[1]


class Reviews(View):
    @documented(responses=reviewing.Reviews)
    def get(self, request: Request, project_id: str) -> Response:
        """All decisions, the newest first, undone ones included."""
        project = access.project_for(person(request), project_id, needs="review")
        paging.allowed_filters(request)
        shape = partial(queries.review_row, blind=access.is_blind(project))
        return Response(paging.by_id(request, queries.reviews(project), shape, newest_first=True))

    @documented(request=reviewing.NewReview, responses={201: reviewing.Review})
    @creates
    def post(self, request: Request, project_id: str) -> Response:
        """A decision on an item: a new judgement above the votes, which stay as they are."""
        project = access.project_for(person(request), project_id, needs="review")
        given = checked(reviewing.NewReview, request)
        item = access.item_for(person(request), given.pop("item"), needs="review")
        if item.project_id != project.pk:
            raise NotFound("There is no such item.")
        review = verdicts.decide_review(project=project, item=item, user=person(request), wish=verdicts.Wish(**given))
        return Response(queries.review_row(review), status=201)


class Agreeing(View):
    @documented(request=reviewing.Agreeing, responses={201: reviewing.Batch})
    @creates
    def post(self, request: Request, project_id: str) -> Response:
        """Accepts every waiting item on which all answers and the consensus agree; up to a thousand a call."""
        project = access.project_for(person(request), project_id, needs="review")
        note = checked(reviewing.Agreeing, request)["note"]
        batch, n = agreeing.accept_agreeing(project=project, user=person(request), note=note)
        return Response({"batch": batch, "n": n}, status=201)


class UndoReview(View):
    @documented(request=None, responses=reviewing.Review)
    def post(self, request: Request, review_id: str) -> Response:
        """Takes a decision back; what it had changed is as before."""
        review = access.review_for(person(request), review_id, needs="review")
        known_fields(request)
        access.may_undo(person(request), review, review.project.role)
        blind = access.is_blind(review.project)
        undone = undoing.undo_review(review=review, user=person(request))
        return Response(queries.review_row(undone, blind=blind))


class UndoBatch(View):
    @documented(request=None, responses=reviewing.Undone)
    def post(self, request: Request, project_id: str, batch: str) -> Response:
        """Takes back all decisions that were made by one click."""
        project = access.project_for(person(request), project_id, needs="review")
        known_fields(request)
        access.may_undo_batch(person(request), project, _uuid(batch))
        n = agreeing.undo_batch(project=project, user=person(request), batch=_uuid(batch))
        return Response({"n": n})


class OneItem(View):
    @documented(responses=reviewing.ItemPage)
    def get(self, request: Request, item_id: str) -> Response:
        """One item with its votes, consensus, flags, decisions and comments."""
        item = access.item_for(person(request), item_id, needs="see_items")
        return Response(queries.item_page(item, blind=access.is_blind(item.project)))


class Comments(View):
    @documented(responses=reviewing.Comments)
    def get(self, request: Request, item_id: str) -> Response:
        """What was said about an item. An annotator sees what others said once she has answered it."""
        item = access.item_for(person(request), item_id, needs="comment")
        paging.allowed_filters(request)
        comments.may_comment(item.project, item, person(request))
        return Response({"results": discussion.seen_by(person(request), item), "next": None})

    @documented(request=reviewing.NewComment, responses={201: reviewing.Comment})
    @creates
    def post(self, request: Request, item_id: str) -> Response:
        """A comment; @name says for which member it is."""
        item = access.item_for(person(request), item_id, needs="comment")
        given: dict[str, Any] = checked(reviewing.NewComment, request)
        comment = comments.add_comment(project=item.project, item=item, user=person(request), **given)
        return Response(discussion.read_by(person(request), comment, item.project), status=201)


class SeenComments(View):
    @documented(request=None, responses=reviewing.Seen)
    def post(self, request: Request, item_id: str) -> Response:
        """What is said to oneself about an item counts as seen from now on, as far as one may read it."""
        item = access.item_for(person(request), item_id, needs="comment")
        known_fields(request)
        return Response({"seen": comments.see_comments(item=item, user=person(request))})


class SaidToMe(View):
    @documented(responses=reviewing.SaidToMe)
    def get(self, request: Request) -> Response:
        """What colleagues say to oneself, by @name or in answer, in all projects: the unseen first, fifty at most."""
        access.require_unlimited(person(request))
        projects = {row.pk: row for row in access.projects_of(person(request))}
        return Response(discussion.said_to(person(request), projects))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("There is no such batch.") from error

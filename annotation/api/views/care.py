"""Acting on doubts: flags, people, and what is in doubt as a whole."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from annotation import access
from annotation.api import answers, caring, paging, reviewing, serializers, shapes
from annotation.api.idempotency import creates
from annotation.api.views.base import View, checked, documented, known_fields, person
from annotation.errors import BadRequest
from annotation.operations import pausing, review, sending_out, training
from annotation.operations.policy_preview import preview_policy
from annotation.queries import expected, own_report, quality_parts
from annotation.queries.quality import flag_row
from annotation.queries.review import review_row

# What is done to a person needs more than a decision on a flag.
NEEDED = {"pause": "pause_people"}


class FlagActions(View):
    @documented(request=caring.NewAction, responses=answers.FlagRow)
    @creates
    def post(self, request: Request, flag_id: str) -> Response:
        """Confirms a flag by doing something about it: relabel, send out again, talk to the person, pause her."""
        given: dict[str, Any] = checked(caring.NewAction, request)
        name = given.pop("action")
        flag = access.flag_for(person(request), flag_id, needs=NEEDED.get(name, "decide_flags"))
        access.may_decide(person(request), flag)
        blind = access.is_blind(flag.project)
        done = review.act_on_flag(flag=flag, user=person(request), action=review.Action(name, **given))
        return Response(flag_row(done, blind=blind))


class UndoFlag(View):
    @documented(request=None, responses=answers.FlagRow)
    def post(self, request: Request, flag_id: str) -> Response:
        """Opens a decided flag again and takes back what was done about it."""
        flag = access.flag_for(person(request), flag_id, needs="decide_flags")
        access.may_decide(person(request), flag)
        known_fields(request)
        blind = access.is_blind(flag.project)
        decision = review.decision_on(flag)
        access.may_undo(person(request), decision, flag.project.role)
        if (batch := review.batch_about(decision, flag)) is not None:
            access.may_undo_batch(person(request), flag.project, batch)
        undone = review.undo_flag(flag=flag, user=person(request))
        return Response(flag_row(undone, blind=blind))


class PauseOf(View):
    @documented(request=caring.Pause, responses={201: reviewing.Review})
    @creates
    def post(self, request: Request, project_id: str, username: str) -> Response:
        """Gives a person no more questions for now; she is told so, with the note."""
        project = access.project_for(person(request), project_id, needs="pause_people")
        about = access.member_for(project, username)
        note = checked(caring.Pause, request)["note"]
        made = pausing.pause_person(project=project, person=about, user=person(request), note=note)
        return Response(review_row(made), status=201)

    @documented(responses=reviewing.Review)
    def delete(self, request: Request, project_id: str, username: str) -> Response:
        """Lets her go on."""
        project = access.project_for(person(request), project_id, needs="pause_people")
        about = access.member_for(project, username)
        return Response(review_row(pausing.resume_person(project=project, person=about, user=person(request))))


class TrainingOf(View):
    @documented(request=None, responses=serializers.Member)
    def post(self, request: Request, project_id: str, username: str) -> Response:
        """Lets a newcomer in, whatever came of her training: from now on she gets ordinary work."""
        project = access.project_for(person(request), project_id, needs="pause_people")
        about = access.member_for(project, username)
        known_fields(request)
        training.let_in(project=project, person=about, user=person(request))
        return Response(shapes.member(access.members_of(project).get(user=about)))


class ExpectedExport(View):
    @documented(responses=caring.ExpectedExport)
    def get(self, request: Request, project_id: str) -> Response:
        """What an export now would hold and which share of it is expected right. Filter: min_confidence."""
        project = access.project_for(person(request), project_id, needs="see_quality")
        given = paging.allowed_filters(request, "min_confidence").get("min_confidence", "0")
        return Response(expected.expected_export(project, min_confidence=_share(given)))


class QualityByClass(View):
    @documented(responses=caring.ClassQualities)
    def get(self, request: Request, project_id: str) -> Response:
        """Each class of the consensus with the share expected right, and how many are in doubt."""
        project = access.project_for(person(request), project_id, needs="see_quality")
        paging.allowed_filters(request)
        return Response({"results": quality_parts.by_class(project), "next": None})


class QualityByWeek(View):
    @documented(responses=caring.WeekQualities)
    def get(self, request: Request, project_id: str) -> Response:
        """Answers and agreement week by week, the newest first."""
        project = access.project_for(person(request), project_id, needs="see_quality")
        paging.allowed_filters(request)
        return Response({"results": quality_parts.by_week(project), "next": None})


class SendOutDoubtful(View):
    @documented(request=caring.SendOut, responses={201: reviewing.Batch})
    @creates
    def post(self, request: Request, project_id: str) -> Response:
        """Sends out again what is in doubt, or the items named, as far as max_votes allows; up to 5,000 a call."""
        project = access.project_for(person(request), project_id, needs="send_out")
        given = checked(caring.SendOut, request)
        given["narrowed"] = sending_out.Narrowed(items=given.pop("items", None))
        batch, n = sending_out.send_out_doubtful(project=project, user=person(request), **given)
        return Response({"batch": batch, "n": n}, status=201)


class PolicyPreview(View):
    @documented(request=caring.NewPolicy, responses=caring.PolicyPreview)
    def post(self, request: Request, project_id: str) -> Response:
        """What another overlap, max_votes or target_confidence would cost and bring, by the project's own answers."""
        project = access.project_for(person(request), project_id, needs="change_project")
        given = checked(caring.NewPolicy, request)
        return Response(preview_policy(project=project, user=person(request), settings=given["settings"]))


class MyReport(View):
    @documented(responses=caring.OwnReport)
    def get(self, request: Request, project_id: str) -> Response:
        """One's own figures, words from reviewers, doubts, and whether one is paused."""
        project = access.project_for(person(request), project_id, needs="label")
        return Response(own_report.own_report(project, person(request)))


class ReportOf(View):
    @documented(responses=caring.OwnReport)
    def get(self, request: Request, project_id: str, username: str) -> Response:
        """A person's own page for whoever looks after her: how right she was week by week, known answers, doubts."""
        project = access.project_for(person(request), project_id, needs="see_quality")
        return Response(own_report.report_on(project, access.member_for(project, username)))


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise BadRequest("min_confidence is from 0 to 1.", fields={"min_confidence": "out of range"})
    return share

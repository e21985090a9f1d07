"""Invitations by link. The link's secret comes in a body, never in an address: addresses are logged."""

from typing import Any

from django.contrib.auth import login
from django.db.models import BooleanField, ExpressionWrapper
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import access
from annotation.api import inviting, paging
from annotation.api.idempotency import creates
from annotation.api.serializers import Me
from annotation.api.views.accounts import shape_of_me
from annotation.api.views.base import View, checked, documented, person
from annotation.errors import NotFound
from annotation.models import Invitation
from annotation.operations import invitations


class Invitations(View):
    @documented(responses=inviting.Invitations)
    def get(self, request: Request, project_id: str) -> Response:
        """The invitations, the newest first; never their links."""
        project = access.project_for(person(request), project_id, needs="manage_members")
        paging.allowed_filters(request)
        stands = ExpressionWrapper(invitations.maker_may_invite(), output_field=BooleanField())
        rows = Invitation.objects.filter(project=project).select_related("created_by").annotate(stands=stands)
        return Response(paging.by_id(request, rows, _shape, newest_first=True))

    @documented(request=inviting.NewInvitation, responses={201: inviting.MadeInvitation})
    @creates
    def post(self, request: Request, project_id: str) -> Response:
        """A link that lets people in; `token` is shown this once and belongs behind `/join#`."""
        project = access.project_for(person(request), project_id, needs="manage_members")
        given = checked(inviting.NewInvitation, request)
        row, secret = invitations.invite(project=project, actor=person(request), **given)
        return Response(_shape(row) | {"token": secret}, status=201)


class OneInvitation(View):
    @documented(responses={204: None})
    def delete(self, request: Request, project_id: str, invitation_id: str) -> Response:
        """Ends the invitation; who came in by it stays."""
        project = access.project_for(person(request), project_id, needs="manage_members")
        if not (invitation_id.isascii() and invitation_id.isdigit() and len(invitation_id) < 19):
            raise NotFound("There is no such invitation.")
        invitations.revoke(project=project, actor=person(request), invitation_id=int(invitation_id))
        return Response(status=204)


@method_decorator(csrf_protect, name="dispatch")
class Look(View):
    permission_classes = (AllowAny,)

    @documented(request=inviting.Link, responses=inviting.Invited)
    def post(self, request: Request) -> Response:
        """What an invitation's link leads to."""
        found = invitations.look(checked(inviting.Link, request)["token"])
        return Response(
            {
                "project_id": found.project_id,
                "project": found.project.name,
                "role": found.role,
                "invited_by": found.created_by.get_username(),
                "expires_at": found.expires_at,
            }
        )


@method_decorator(csrf_protect, name="dispatch")
class Accept(View):
    permission_classes = (AllowAny,)

    @documented(request=inviting.Acceptance, responses=Me)
    def post(self, request: Request) -> Response:
        """Comes in: as oneself when logged in, else with a new account of this name and password, logged in."""
        given: dict[str, Any] = checked(inviting.Acceptance, request)
        secret = given.pop("token")
        if request.user and request.user.is_authenticated:
            user = person(request)
            access.require_unlimited(user)
            invitations.accept(secret=secret, user=user)
        else:
            user = invitations.join(secret=secret, **given)
            login(request._request, user, backend="django.contrib.auth.backends.ModelBackend")
        return Response(shape_of_me(request, user))


def _shape(row: Invitation) -> dict[str, Any]:
    stands = getattr(row, "stands", True)  # told by the list; one just made does
    is_open = stands and row.revoked_at is None and row.n_uses < row.most_uses and row.expires_at > timezone.now()
    return {
        "id": row.pk,
        "role": row.role,
        "most_uses": row.most_uses,
        "n_uses": row.n_uses,
        "invited_by": row.created_by.get_username(),
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "is_open": is_open,
    }

"""Logging in, and who one is."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect
from rest_framework.exceptions import APIException
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import access
from annotation.api import answers, serializers
from annotation.api.idempotency import creates
from annotation.api.throttles import FailedLogins, network_of
from annotation.api.views.base import View, checked, documented, person
from annotation.errors import Forbidden, InvalidValue, NotFound
from annotation.login import factors
from annotation.models import ApiToken, Preferences
from annotation.operations.accounts import change_password, choose_language, sign_out_elsewhere
from annotation.operations.auditing import audit
from annotation.operations.tokens import issue_token, take_back


class WrongCredentials(APIException):
    status_code = 401
    default_detail = "The user name or the password is wrong."


def recognized(request: HttpRequest, username: str, password: str) -> User:
    """Returns the person; raises WrongCredentials for wrong credentials and Throttled after too many."""
    failures = FailedLogins(request, username)
    failures.check()
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        failures.add()
        # Of a name that is nobody's nothing is kept: people type passwords there.
        known = User.objects.filter(username=username).first()
        if known is not None:
            audit(project=None, actor=known, verb="log_in.refused", detail={"network": network_of(request)})
        raise WrongCredentials
    audit(project=None, actor=user, verb="log_in", detail={"network": network_of(request)})
    return user


def proved(request: HttpRequest, user: User, code: str) -> None:
    """Raises WrongCredentials unless the code proves the person's second factor, Throttled after too many."""
    failures = FailedLogins(request, user.get_username())
    failures.check()
    if not factors.accept(user=user, code=code):
        failures.add()
        audit(project=None, actor=user, verb="second_factor.refused", detail={"network": network_of(request)})
        raise WrongCredentials("The code is wrong, or was used already.")


def _beyond_the_password(request: HttpRequest, user: User, code: str | None) -> None:
    """Raises Forbidden, or as `proved` does, where the password alone is not enough."""
    if not factors.stands_before(user):
        return
    if not factors.has_one(user):
        message = "This account needs a second factor: log in to the page and set one up."
        raise Forbidden(message, code="second_factor_required")
    if not code:
        raise Forbidden("This account has a second factor: send its code, too.", code="second_factor_needed")
    proved(request, user, code)


def shape_of_me(request: Request, user: User) -> dict[str, Any]:
    rows = access.projects_of(user).order_by("name", "pk").only("name", "kind")
    return {
        "id": user.pk,
        "username": user.get_username(),
        "is_admin": user.is_superuser,
        "language": Preferences.objects.filter(user=user).values_list("language", flat=True).first() or "",
        "second_factor": factors.remains(request._request),
        "memberships": [{"project": row.pk, "name": row.name, "role": row.role, "kind": row.kind} for row in rows],
    }


class TokenLogIn(View):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @documented(request=serializers.Credentials, responses=serializers.Token)
    def post(self, request: Request) -> Response:
        """A token for a program, by user name and password, and the code where the account has a second factor."""
        given = checked(serializers.Credentials, request)
        user = recognized(request._request, given["username"], given["password"])
        _beyond_the_password(request._request, user, given.get("code"))
        _, token = issue_token(user, "log-in")
        return Response({"token": token})


@method_decorator(csrf_protect, name="dispatch")
class Session(View):
    permission_classes = (AllowAny,)
    authentication_classes = ()

    @documented(request=serializers.Credentials, responses=serializers.Me)
    def post(self, request: Request) -> Response:
        """Logs the page in; sets the session cookie. A code of the second factor may come along or be proved later."""
        given = checked(serializers.Credentials, request)
        user = recognized(request._request, given["username"], given["password"])
        if code := given.get("code"):
            proved(request._request, user, code)
        login(request._request, user)
        if code:
            factors.remember(request._request, user)
        return Response(shape_of_me(request, user))

    @documented(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Logs the page out."""
        logout(request._request)
        return Response(status=204)


class Me(View):
    permission_classes = (AllowAny,)

    @documented(responses=serializers.Me)
    def get(self, request: Request) -> Response:
        """Who is calling, and in which projects with which role. Sets the CSRF cookie, also for strangers."""
        get_token(request._request)
        if not (request.user and request.user.is_authenticated):
            self.permission_denied(request)
        return Response(shape_of_me(request, person(request)))

    @documented(request=serializers.MyChoices, responses=serializers.Me)
    def patch(self, request: Request) -> Response:
        """Keeps the language that the page speaks to this person."""
        access.require_unlimited(person(request))
        choose_language(user=person(request), **checked(serializers.MyChoices, request))
        return Response(shape_of_me(request, person(request)))


def _guarded(request: Request, change: Callable[[], User]) -> Response:
    """Ends the person's other sessions by `change`; wrong passwords are counted with failed log-ins."""
    failures = FailedLogins(request, person(request).get_username())
    failures.check()
    try:
        user = change()
    except InvalidValue as error:
        if "current" in error.fields:
            failures.add()
        raise
    update_session_auth_hash(request._request, user)
    return Response(status=204)


class Password(View):
    @documented(request=serializers.NewPassword, responses={204: None})
    def post(self, request: Request) -> Response:
        """Changes one's own password and ends all other sessions; tokens go on."""
        access.require_unlimited(person(request))
        given = checked(serializers.NewPassword, request)
        return _guarded(request, lambda: change_password(user=person(request), **given))


class OtherSessions(View):
    @documented(request=serializers.CurrentPassword, responses={204: None})
    def post(self, request: Request) -> Response:
        """Logs oneself out everywhere but here; tokens go on."""
        access.require_unlimited(person(request))
        given = checked(serializers.CurrentPassword, request)
        return _guarded(request, lambda: sign_out_elsewhere(user=person(request), **given))


class Tokens(View):
    @documented(responses=answers.Tokens)
    def get(self, request: Request) -> Response:
        """One's own tokens; never the tokens themselves."""
        access.require_unlimited(person(request))
        rows = ApiToken.objects.filter(user=person(request)).order_by("-pk")[:200]
        return Response({"results": [_token(row) for row in rows], "next": None})

    @documented(request=serializers.NewToken, responses={201: serializers.Token})
    @creates
    def post(self, request: Request) -> Response:
        """A new token, shown this once."""
        access.require_unlimited(person(request))
        given = checked(serializers.NewToken, request)
        access.require_lasting(person(request), until=given["expires_at"])
        if (project_id := given.pop("project")) is not None:
            given["project"] = access.project_for(person(request), project_id, needs="see_project")
        row, token = issue_token(person(request), **given)
        return Response(_token(row) | {"token": token}, status=201)


class OneToken(View):
    @documented(responses={204: None})
    def delete(self, request: Request, token_id: str) -> Response:
        """Takes a token back; its next request is refused."""
        access.require_unlimited(person(request))
        if not (token_id.isascii() and token_id.isdigit() and len(token_id) < 19):
            raise NotFound("There is no such token.")
        take_back(user=person(request), token_id=int(token_id))
        return Response(status=204)


def _token(row: ApiToken) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "read_only": row.read_only,
        "project": row.project_id,
        "expires_at": row.expires_at,
        "created_at": row.created_at,
        "last_used_on": row.last_used_on,
    }

"""How one may log in, and the way to an identity provider."""

from importlib import import_module

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect
from rest_framework.exceptions import APIException
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api import serializers
from annotation.api.throttles import Departures
from annotation.api.views.base import View, checked, documented
from annotation.errors import NotFound
from annotation.login import factors


class ProviderAway(APIException):
    status_code = 503
    default_detail = "The identity provider does not answer just now."


class Methods(View):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @documented(responses=serializers.LogInMethods)
    def get(self, request: Request) -> Response:
        """Which ways to log in there are beside the password."""
        name = settings.OIDC.name if settings.OIDC else None
        return Response({"provider": name, "second_factor": factors.is_on()})


@method_decorator(csrf_protect, name="dispatch")
class Provider(View):
    permission_classes = (AllowAny,)

    @documented(request=serializers.ThenTo, responses=serializers.GoTo)
    def post(self, request: Request) -> Response:
        """The address of the identity provider to go to; whoever is logged in connects her account there. 404: none."""
        if settings.OIDC is None:
            raise NotFound("There is no identity provider.")
        departures = Departures(request)
        departures.check()
        departures.add()
        oidc = import_module("annotation.login.oidc")  # of the extra, which may be missing
        user = request.user if isinstance(request.user, User) else None
        try:
            return Response({"url": oidc.begin(request._request, user=user, **checked(serializers.ThenTo, request))})
        except oidc.ProviderAway as error:
            raise ProviderAway from error

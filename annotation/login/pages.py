"""The addresses of the extra: proving a second factor, setting one up, and coming back from the provider."""

from typing import Any, cast

from allauth.account import views as account_views
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.mfa.totp.views import ActivateTOTPView
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import include, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django.views.generic import RedirectView
from rest_framework.exceptions import Throttled

from annotation.api.views.accounts import WrongCredentials, proved
from annotation.login import factors, oidc
from annotation.login.words import TOO_MANY
from annotation.operations.auditing import audit


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Asks for the code of whoever is logged in by the first factor, and lets her go on."""
    user, then = cast(User, request.user), oidc.safe(request.GET.get("next", "/"))
    if request.session.get(factors.PASSED) == user.pk or not factors.has_one(user):
        return HttpResponseRedirect(then)
    said, status = "", 200
    if request.method == "POST":
        try:
            proved(request, user, request.POST.get("code", "")[:50])
        except WrongCredentials:
            said, status = "The code is wrong, or was used already.", 403
        except Throttled:
            said, status = TOO_MANY, 429
        else:
            factors.remember(request, user)
            return HttpResponseRedirect(then)
    return render(request, "login/second_factor.html", {"said": said}, status=status)


class SetUp(ActivateTOTPView):
    """Setting one up proves it, and uses up the code."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        factors.accept(user=self.request.user, code=form.cleaned_data["code"])
        factors.remember(self.request, self.request.user)
        return answer


@receiver([authenticator_added, authenticator_removed, authenticator_reset], dispatch_uid="second factors")
def note(signal: Any, request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    """Writes it down."""
    done = {authenticator_added: "added", authenticator_removed: "removed", authenticator_reset: "renewed"}[signal]
    audit(project=None, actor=user, verb=f"second_factor.{done}", detail={"type": str(authenticator.type)})


urlpatterns = [
    path("second-factor/", second_factor, name="second_factor"),
    path("2fa/totp/activate/", login_required(SetUp.as_view()), name="mfa_activate_totp"),
    path("2fa/", include("allauth.mfa.urls")),
    path("confirm/", login_required(account_views.reauthenticate), name="account_reauthenticate"),
    path("<str:provider_id>/callback/", oidc.callback, name="openid_connect_callback"),
    path("", RedirectView.as_view(url="/login"), name="account_login"),
]

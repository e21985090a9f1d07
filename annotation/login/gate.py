"""The middleware behind which a session can do nothing until a second factor is proved. Tokens are not its concern."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from redis.exceptions import RedisError

from annotation.api.errors import body, outage
from annotation.login import factors

PROVE, SET_UP = "/sign-in/second-factor/", "/sign-in/2fa/totp/activate/"
# What anybody may ask, and logging in and out.
OPEN = {"/api/v1/auth/session/", "/api/v1/auth/methods/", "/api/v1/health/", "/api/v1/schema/", "/api/v1/docs/"}
OPEN_READING = {"/api/v1/me/"}


class SecondFactorGate:
    """Lets a session through that has proved its factor, or whose person neither has nor needs one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return _refusal(request) or self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Tries at codes are counted in Redis; while that is away there are no log-ins of this sort."""
        return outage() if isinstance(error, RedisError) else None


def _refusal(request: HttpRequest) -> HttpResponse | None:
    user = request.user
    if not user.is_authenticated or request.session.get(factors.PASSED) == user.pk or _is_open(request):
        return None
    if not factors.stands_before(user):
        return None
    if request.path.startswith("/api/"):
        message = "Prove your second factor first, or set one up."
        return JsonResponse(body("second_factor_required", message), status=403)
    if factors.has_one(user):
        return None if request.path == PROVE else HttpResponseRedirect(PROVE)
    return None if request.path in (SET_UP, "/sign-in/confirm/") else HttpResponseRedirect(SET_UP)


def _is_open(request: HttpRequest) -> bool:
    is_reading = request.method in ("GET", "HEAD") and request.path in OPEN_READING
    return is_reading or request.path in OPEN or request.path.startswith("/static/")

"""What every response goes through."""

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.http import ConditionalGetMiddleware

from annotation import tracing
from annotation.api.errors import body, is_outage, outage
from annotation.operations import counting

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]
SLOW_SECONDS = 1.0
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)
# Django's admin brings inline styles of its own.
ADMIN_POLICY = POLICY + "; style-src 'self' 'unsafe-inline'"


class SecurityHeadersMiddleware:
    """Sends the content policy, so that no text of a user can ever run as code."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policy = ADMIN_POLICY if request.path.startswith("/admin/") else POLICY
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class TypedConditionMiddleware(ConditionalGetMiddleware):
    """Django's conditional GET, whose 412 says what it is as every refusal does."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        answer = super().process_response(request, response)
        if answer.status_code == 412 and answer is not response:
            return JsonResponse(body("outdated", "What was read is not current any more."), status=412)
        return answer


class DatabaseOutageMiddleware:
    """Answers 503 with Retry-After while PostgreSQL is away, wherever that was noticed."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return outage() if is_outage(error) else None


class RequestIdMiddleware:
    """Gives each request an id, the caller's own where there is one, and sends it back in X-Request-ID.

    Refusals, failures and slow answers leave a line in the log; everything else only at level DEBUG.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = tracing.accepted_id(request.headers.get("X-Request-ID"))
        started = time.perf_counter()
        with tracing.bound(request_id=request_id):
            response = self.get_response(request)
            seconds = time.perf_counter() - started
            _log(request, response, seconds)
        _count(request, response, seconds)
        response.headers["X-Request-ID"] = request_id
        return response


def _count(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    match = request.resolver_match
    route = "other" if match is None else match.route if match.route.startswith("api/") else (match.app_name or "page")
    method = request.method if request.method in METHODS else "OTHER"
    status = f"{response.status_code // 100}xx"
    counting.observe("request_seconds", seconds, method=str(method), route=route, status=status)


def _log(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    level = logging.WARNING if response.status_code >= 500 or seconds > SLOW_SECONDS else logging.INFO
    if level == logging.INFO and response.status_code < 400:
        level = logging.DEBUG
    facts = {"status": response.status_code, "seconds": round(seconds, 4)}
    logger.log(level, "%s %s", request.method, request.path[:300], extra={"facts": facts})

"""Every refusal leaves the API in one shape: {"error": {"code", "message", "fields", "said"}}."""

import re
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, status
from rest_framework.response import Response

from annotation import errors, tracing
from annotation.sentences import say, spoken, told

STATUSES: dict[type[errors.DomainError], int] = {
    errors.NotFound: 404,
    errors.Forbidden: 403,
    errors.BadRequest: 400,
    errors.InvalidValue: 422,
    errors.Conflict: 409,
    errors.Outdated: 412,
    errors.NoSpace: 507,
}
CODES = {
    400: "invalid",
    401: "not_authenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    428: "if_match_needed",
    429: "throttled",
    500: "server_error",
    503: "unavailable",
}
# What the framework refuses a field for, where the sentence is its own.
OF_FIELDS = {
    "required", "null", "blank", "max_length", "min_length", "max_value", "min_value", "invalid_choice", "not_a_list",
    "empty", "does_not_exist",
}  # fmt: skip
RETRY_SECONDS = 2
STOOD_STILL = ("25P03", "25P04")  # idle in transaction, transaction too long: PostgreSQL calls them internal errors


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The request is too large."
    default_code = "too_large"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence  # the framework keeps a plain text


def body(code: str, message: str, fields: dict[str, Any] | None = None) -> dict[str, Any]:
    """`said` has the codes of those sentences that have one, by field; under "" that of the message."""
    texts = {"": message, **(fields or {})}
    said = {name: one for name, text in texts.items() if (one := spoken(text)) is not None}
    return {"error": {"code": code, "message": message, "fields": fields or {}, "said": said}}


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """Returns the response for a refusal; None for what is a bug, which Django then logs and answers with 500."""
    if isinstance(error, errors.DomainError):
        headers = {"ETag": error.current} if isinstance(error, errors.Outdated) and error.current else None
        return Response(body(error.code, error.message, error.fields), status=STATUSES[type(error)], headers=headers)
    if is_outage(error):
        return Response(_outage(), status=503, headers={"Retry-After": str(RETRY_SECONDS)})
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    fields = _fields(error.detail) if isinstance(error, exceptions.ValidationError) else {}
    message = (
        say("fields", "Some fields do not fit.") if fields else getattr(error, "sentence", "") or _first(error.detail)
    )
    return Response(
        body(CODES.get(error.status_code, "refused"), message, fields),
        status=error.status_code,
        headers=_headers(error),
    )


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers


def _fields(detail: Any, where: str = "") -> dict[str, str]:
    """Returns {"path.to.field": message} from DRF's nested detail."""
    if isinstance(detail, dict):
        parts = [_fields(inner, f"{where}.{name}".strip(".")) for name, inner in detail.items()]
    elif isinstance(detail, list) and any(isinstance(inner, dict | list) for inner in detail):
        parts = [_fields(inner, f"{where}.{place}".strip(".")) for place, inner in enumerate(detail)]
    else:
        return {where.removesuffix("non_field_errors").strip(".") or "body": _first(detail)}
    return {name: text for part in parts for name, text in part.items()}


def _first(detail: Any) -> str:
    """The first sentence; one of the framework's own knows its code, and the first number in it, such as a limit."""
    while isinstance(detail, list | dict):
        detail = next(iter(detail.values() if isinstance(detail, dict) else detail), "Refused.")
    number = re.search(r"-?\d+", detail)
    code = getattr(detail, "code", "")
    return (
        told(f"field.{code}", str(detail), **({"n": int(number[0])} if number else {}))
        if code in OF_FIELDS
        else str(detail)
    )


def is_outage(error: Exception) -> bool:
    """Whether the database is why this failed: it is away, or ended a transaction that stood still."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, InternalError) and getattr(error.__cause__, "sqlstate", None) in STOOD_STILL


def _outage() -> dict[str, Any]:
    return body("unavailable", "The database does not answer just now. Nothing was lost; try again in a moment.")


def outage() -> JsonResponse:
    return JsonResponse(_outage(), status=503, headers={"Retry-After": str(RETRY_SECONDS)})


@csrf_exempt  # a program that sends to a wrong address is told so, not that its page is out of date
def not_found(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    hint = "" if request.path.endswith("/") else " Addresses end with a slash."
    return JsonResponse(body("not_found", f"There is no such address.{hint}"), status=404)


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    return JsonResponse(body("invalid", "The request cannot be understood."), status=400)


def csrf_failed(request: HttpRequest, reason: str = "") -> JsonResponse:
    return JsonResponse(body("csrf_failed", "The page is out of date; reload it and try again."), status=403)


def server_error(request: HttpRequest) -> JsonResponse:
    named = f" as request {tracing.request_id()}" if tracing.request_id() else ""
    return JsonResponse(body("server_error", f"Something is broken on our side. It was logged{named}."), status=500)

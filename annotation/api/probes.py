"""What machines ask the service itself: is it alive, may it get requests, how is it doing.

They come by address, not by host name, and in the clear: so they are answered before hosts, sessions and redirects.
"""

import ipaddress
import secrets
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse

from annotation import migrations
from annotation.api import metrics
from annotation.api.errors import outage
from annotation.api.middleware import GetResponse

FORWARDED = ("HTTP_X_FORWARDED", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")  # and all that begin so
MIGRATIONS = Path(migrations.__file__ or "").parent
_migrated: set[str] = set()  # a process that saw all migrations once need not look again


class ProbeMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path)
        if probe is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        try:
            return probe(request)
        except OperationalError:
            return outage()


def livez(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked. When it does not, start it again."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when requests can be served here: database, its tables, storage. Without a broker labelling goes on."""
    checks = {"database": _database_answers(), "migrations": False, "storage": _storage_answers()}
    checks["migrations"] = checks["database"] and _is_migrated()
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


def show_metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus: with the operator's token, or without one for callers on this machine only."""
    if not _may_see_metrics(request):
        return HttpResponse("This needs the metrics token.\n", status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(metrics.text(), content_type="text/plain; version=0.0.4; charset=utf-8")


PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/livez": livez,
    "/readyz": readyz,
    "/metrics": show_metrics,
}


def _may_see_metrics(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        offered = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        return secrets.compare_digest(offered, f"Bearer {settings.METRICS_TOKEN}".encode())
    # A proxy on this machine calls from the loopback address, too, but says so.
    if any(name.startswith(FORWARDED) for name in request.META) or _is_public_name(request.META.get("HTTP_HOST", "")):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _is_public_name(host: str) -> bool:
    """Whether this machine was called as others call it: by a proxy, or by a page whose name was made to lead here."""
    name = host.rsplit(":", 1)[0] if ":" in host and not host.endswith("]") else host
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return "." in name
    return False


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return False
    return True


def _is_migrated() -> bool:
    """Whether the tables are those of this code. Newer ones are fine: an upgrade may be under way."""
    if "yes" not in _migrated:
        applied = {name for app, name in MigrationRecorder(connection).applied_migrations() if app == "annotation"}
        if applied >= {place.stem for place in MIGRATIONS.glob("[0-9]*.py")}:  # by name: loading them costs memory
            _migrated.add("yes")
    return "yes" in _migrated


def _storage_answers() -> bool:
    try:
        default_storage.exists("artifacts")
    except OSError:
        return False
    return True

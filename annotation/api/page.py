"""The one HTML page of the web application, whose routes are its own, and the worker that keeps it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

NOT_BUILT = "The page is not built yet. Run ./start, or `npm ci && npm run build` in frontend/.\n"


def worker(request: HttpRequest) -> HttpResponse:
    """The script by which a browser opens the page without network; what it may see ends at its own address."""
    script = settings.FRONTEND_DIST / "worker.js"
    if not script.is_file():
        return HttpResponse(NOT_BUILT, content_type="text/plain; charset=utf-8", status=503)
    return HttpResponse(script.read_bytes(), content_type="text/javascript", headers={"Cache-Control": "no-cache"})


def page(request: HttpRequest) -> HttpResponse:
    index = settings.FRONTEND_DIST / "index.html"
    if not index.is_file():
        return HttpResponse(NOT_BUILT, content_type="text/plain; charset=utf-8", status=503)
    return HttpResponse(index.read_bytes(), headers={"Cache-Control": "no-cache"})

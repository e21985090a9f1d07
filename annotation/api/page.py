"""The one HTML page of the web application; its routes are its own."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

NOT_BUILT = "The page is not built yet. Run ./start, or `npm ci && npm run build` in frontend/.\n"


def page(request: HttpRequest) -> HttpResponse:
    index = settings.FRONTEND_DIST / "index.html"
    if not index.is_file():
        return HttpResponse(NOT_BUILT, content_type="text/plain; charset=utf-8", status=503)
    return HttpResponse(index.read_bytes(), headers={"Cache-Control": "no-cache"})

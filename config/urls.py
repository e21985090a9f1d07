"""The API, Django's admin, and the page for everything else."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path

from annotation.api.admin_login import OperatorLogIn
from annotation.api.errors import bad_request, not_found, server_error
from annotation.api.page import page, worker

admin.site.login_form = OperatorLogIn

urlpatterns = [
    path("api/v1/", include("annotation.api.urls")),
    re_path(r"^api/", not_found),
    path("admin/", admin.site.urls),
    *([path("sign-in/", include("annotation.login.pages"))] if settings.HAS_LOGIN_EXTRA else []),
    path("worker.js", worker),
    re_path(r"^(?!static/|admin/).*$", page),
]
handler400 = bad_request
handler404 = not_found
handler500 = server_error

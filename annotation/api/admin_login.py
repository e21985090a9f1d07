"""Logging in to Django's admin, which is guarded as every other log-in is."""

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from rest_framework.exceptions import APIException

from annotation.api.views.accounts import recognized


class OperatorLogIn(AdminAuthenticationForm):
    """Django's form, with failures counted: the admin is no way around the API's limits."""

    def clean(self) -> dict[str, Any]:
        if not self.errors and self.request is not None:
            try:
                user = recognized(self.request, self.cleaned_data["username"], self.cleaned_data["password"])
            except APIException as refusal:
                raise ValidationError(str(refusal.detail)) from refusal
            self.confirm_login_allowed(user)
            self.user_cache = user
        return self.cleaned_data

"""A creating request sent twice acts once: the Idempotency-Key header, kept for 24 hours."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import access, hooks
from annotation.api.views.base import person
from annotation.errors import BadRequest, InvalidValue
from annotation.models import IdempotencyKey

MAX_KEY = 200
# Shown once and known only as hashes: never kept with an answer, so null when it is repeated.
SECRETS = ("token",)


def creates(view: Callable[..., Response]) -> Callable[..., Response]:
    """Makes a POST honour Idempotency-Key: the effect and the stored answer are one transaction.

    Of two equal requests at once the second waits and returns the first one's answer. Refusals are not stored.
    """

    @wraps(view)
    def wrapped(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return view(self, request, *args, **kwargs)
        if not 0 < len(key) <= MAX_KEY or not key.isprintable():
            raise BadRequest(
                f"Idempotency-Key must have 1 to {MAX_KEY} characters.", fields={"Idempotency-Key": "invalid"}
            )
        fingerprint = _fingerprint(request)
        with transaction.atomic():
            stored = _stored(person(request).pk, key, fingerprint)
            if stored is not None:
                if "project_id" in kwargs:  # whoever left the project is not told again what was answered then
                    access.project_for(person(request), kwargs["project_id"], needs="see_project")
                return stored
            response = view(self, request, *args, **kwargs)
            kept = response.data | {name: None for name in SECRETS if name in response.data}
            IdempotencyKey.objects.filter(user=person(request), key=key).update(
                status=response.status_code, body=json.loads(JSONRenderer().render(kept))
            )
            hooks.reached("creation uncommitted")
            return response

    return wrapped


def _fingerprint(request: Request) -> bytes:
    """Returns a hash of the route and the body, uploads included; keyed, because a body may hold a password."""
    key = hashlib.sha256(settings.SECRET_KEY.encode()).digest()
    found = hashlib.blake2b(f"{request.method} {request.path}\n".encode(), digest_size=32, key=key)
    files = request.FILES
    fields = {name: value for name, value in dict(request.data).items() if name not in files} if files else request.data
    found.update(json.dumps(fields, sort_keys=True, default=str).encode("utf-8", "surrogatepass"))
    for upload in request.FILES.values():
        for chunk in upload.chunks():
            found.update(chunk)
        upload.seek(0)
    return found.digest()


def _stored(user_id: int, key: str, fingerprint: bytes) -> Response | None:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO annotation_idempotencykey AS kept (user_id, key, fingerprint, created_at)
               VALUES (%s, %s, %s, now()) ON CONFLICT (user_id, key) DO UPDATE
               SET fingerprint = excluded.fingerprint, created_at = now(), status = NULL, body = NULL
               WHERE kept.created_at < now() - interval '24 hours'
               RETURNING id""",
            [user_id, key, fingerprint],
        )
        if cursor.fetchone():
            return None
    row = IdempotencyKey.objects.get(user_id=user_id, key=key)
    if bytes(row.fingerprint) != fingerprint:
        raise InvalidValue(
            "This Idempotency-Key was used with another request.", fields={"Idempotency-Key": "used already"}
        )
    return Response(row.body, status=row.status)

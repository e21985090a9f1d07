"""Reading JSON with no surprises: bounded, UTF-8, no key twice, no NaN, nothing that PostgreSQL cannot store."""

import json
import math
import re
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser, MultiPartParser

from annotation.api.errors import TooLarge
from annotation.sentences import say

MAX_DEPTH = 64
MAX_CONTAINERS = 500_000
SMALL_BODY = 2 * 2**20
# Possessive, and with an end that may be missing: linear whatever the text.
STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)


class StrictJSONParser(BaseParser):
    """Parses a JSON body, or refuses it with 400, 413 or 415.

    A view with `reports_text_errors = True` gets texts with NUL or lone surrogates, to report them row by row.
    Only a view with `takes_large_bodies = True` gets more than SMALL_BODY: strangers may send bodies, too.
    """

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        context = parser_context or {}
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if not getattr(context.get("view"), "takes_large_bodies", False):
            limit = min(limit, SMALL_BODY)
        request = context.get("request")
        if request is not None:
            _check_headers(request.META, media_type or "", limit)
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise TooLarge(say("file.body", "The body is larger than {n:,} MB.", n=limit // 2**20))
        _check_containers(raw)
        value = loads(raw)
        check_depth(value)
        if not getattr(context.get("view"), "reports_text_errors", False):
            _check_texts(value)
        return value


class UploadParser(MultiPartParser):
    """Parses a form with a file; what is too large is refused by its announced length, before any of it is read."""

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        length = (parser_context or {})["request"].META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > settings.UPLOAD_LIMIT_BYTES:
            n = settings.UPLOAD_LIMIT_BYTES // 2**20
            raise TooLarge(say("file.too_large", "The file is larger than {n:,} MB.", n=n))
        try:
            return super().parse(stream, media_type, parser_context)
        except RequestDataTooBig as error:
            raise TooLarge("A field of the form is too large.") from error
        except SuspiciousOperation as error:
            raise ParseError("The form has too many fields or files.") from error


def _check_headers(meta: Mapping[str, Any], media_type: str, limit: int) -> None:
    parameters = [part.strip().lower() for part in media_type.split(";")[1:]]
    if any(part.startswith("charset=") and part[8:].strip('"') not in ("utf-8", "utf8") for part in parameters):
        raise UnsupportedMediaType(media_type, "The body must be UTF-8.")
    if meta.get("HTTP_CONTENT_ENCODING", "identity") not in ("", "identity"):
        raise UnsupportedMediaType(media_type, "The body must not be compressed.")
    length = meta.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > limit:
        raise TooLarge(say("file.body", "The body is larger than {n:,} MB.", n=limit // 2**20))


def _check_containers(raw: bytes) -> None:
    """Raises ParseError for more objects and lists than anybody needs: each takes fifty times its two characters."""
    if _containers(raw) > MAX_CONTAINERS and _containers(STRING.sub(b"", raw)) > MAX_CONTAINERS:
        raise ParseError(f"The body has more than {MAX_CONTAINERS:,} objects and lists.")


def _containers(raw: bytes) -> int:
    return raw.count(b"[") + raw.count(b"{")


def loads(raw: bytes) -> Any:
    """Returns the value of a JSON text; raises ParseError for anything that is not strict JSON in UTF-8."""
    try:
        return json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)
    except UnicodeDecodeError as error:
        raise ParseError("The body is not UTF-8.") from error
    except RecursionError as error:
        raise ParseError("The body is nested too deeply.") from error
    except ValueError as error:
        raise ParseError(f"The body is not JSON: {error}"[:300]) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object has a key twice")
    return found


def _constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is out of range")
    return value


def check_depth(value: Any) -> None:
    """Raises ParseError for a value nested more than 64 deep."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise ParseError(f"The body is nested more than {MAX_DEPTH} deep.")
        level = [inner for outer in level for inner in _children(outer)]


def _children(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [one for one in inner if isinstance(one, dict | list)]


def _check_texts(value: Any) -> None:
    try:
        text = json.dumps(value, ensure_ascii=False)
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ParseError("A text has half of a surrogate pair.") from error
    if "\\u0000" in text and _has_nul(value):
        raise ParseError("A text has a NUL character.")


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_has_nul(name) or _has_nul(inner) for name, inner in value.items())
    return isinstance(value, list) and any(_has_nul(inner) for inner in value)

"""Lists by keyset: a page is found by an index whatever its place, and nothing is counted."""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request

from annotation.errors import BadRequest

DEFAULT_LIMIT, MAX_LIMIT = 50, 200


def limit_of(request: Request, default: int = DEFAULT_LIMIT) -> int:
    """Returns `?limit=`; raises BadRequest outside 1 to 200."""
    raw = request.query_params.get("limit", str(default))
    if not (raw.isascii() and raw.isdigit() and len(raw) < 6 and 1 <= int(raw) <= MAX_LIMIT):
        raise BadRequest(f"limit must be from 1 to {MAX_LIMIT}.", fields={"limit": "out of range"})
    return int(raw)


def cursor_of(request: Request, *types: type) -> list[Any] | None:
    """Returns the values of `?cursor=`, of these types; None without one. Raises BadRequest for any other text."""
    raw = request.query_params.get("cursor")
    if raw is None:
        return None
    try:
        values = json.loads(base64.b64decode(raw.encode("ascii"), altchars=b"-_", validate=True))
        fits = isinstance(values, list) and [type(value) for value in values] == list(types)
    except (ValueError, RecursionError):
        fits = False
    if not fits or any(isinstance(value, int) and abs(value) >= 2**63 for value in values):
        raise BadRequest("This cursor is not one of ours.", fields={"cursor": "invalid"})
    return list(values)


def next_url(request: Request, *values: Any) -> str:
    """Returns the address of the page that begins after these values."""
    return str(with_cursor(request, base64.urlsafe_b64encode(json.dumps(values).encode()).decode()))


def with_cursor(request: Request, cursor: str | None) -> str | None:
    """Returns this address with the cursor, or None at the end."""
    if cursor is None:
        return None
    query = request.query_params.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def allowed_filters(request: Request, *names: str) -> dict[str, str]:
    """Returns the filters given in the query; raises BadRequest for a name that is not on the list."""
    unknown = set(request.query_params) - set(names) - {"cursor", "limit"}
    if unknown:
        raise BadRequest("There is no such filter.", fields={name[:50]: "unknown" for name in sorted(unknown)[:5]})
    found = {name: request.query_params[name] for name in names if name in request.query_params}
    if any("\0" in value for value in found.values()):
        raise BadRequest("A filter has a NUL character.", fields=dict.fromkeys(found, "NUL"))
    return found


def by_id(
    request: Request, rows: QuerySet[Any], shape: Callable[[Any], dict[str, Any]], *, newest_first: bool = False
) -> dict[str, Any]:
    """Returns {results, next}, by rising or falling id."""
    limit, after = limit_of(request), cursor_of(request, int)
    if after:
        rows = rows.filter(**{"pk__lt" if newest_first else "pk__gt": after[0]})
    found = list(rows.order_by("-pk" if newest_first else "pk")[: limit + 1])
    return page(request, found, limit, shape, lambda row: [row.pk])


def page(
    request: Request,
    found: Sequence[Any],
    limit: int,
    shape: Callable[[Any], dict[str, Any]],
    key: Callable[[Any], list[Any]],
) -> dict[str, Any]:
    """Returns {results, next} from up to limit + 1 rows that were found."""
    more = len(found) > limit
    shown = found[:limit]
    return {
        "results": [shape(row) for row in shown],
        "next": next_url(request, *key(shown[-1])) if more else None,
    }

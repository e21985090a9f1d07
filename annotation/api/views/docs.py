"""A readable page of all routes, made from the schema; no script, nothing from elsewhere."""

import functools
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator


def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "annotation/api_docs.html", {"groups": list(_groups().items())})


@functools.cache
def _groups() -> dict[str, list[dict[str, Any]]]:
    """Returns the operations of the schema by the first word of their path."""
    generator: Any = SchemaGenerator
    schema = generator().get_schema(request=None, public=True)
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in sorted(schema["paths"].items()):
        for method, operation in methods.items():
            name = path.removeprefix("/api/v1/").split("/")[0]
            groups.setdefault(name, []).append(_operation(schema, path, method, operation))
    return groups


def _operation(schema: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    return {
        "method": method.upper(),
        "path": path,
        "text": operation.get("description", ""),
        "body": _fields(schema, operation.get("requestBody", {})),
        "answers": [(status, _fields(schema, answer)) for status, answer in operation.get("responses", {}).items()],
    }


def _fields(schema: dict[str, Any], holder: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Returns (name, type, meaning) of the fields of a body or an answer."""
    content: dict[str, Any] = next(iter(holder.get("content", {}).values()), {})
    found = _resolve(schema, content.get("schema", {}))
    found = _resolve(schema, found.get("items", found))
    return [
        (name, _type(schema, inner), inner.get("description", ""))
        for name, inner in found.get("properties", {}).items()
    ]


def _resolve(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    name = part.get("$ref", "").rpartition("/")[2]
    return schema["components"]["schemas"][name] if name else part


def _type(schema: dict[str, Any], part: dict[str, Any]) -> str:
    part = _resolve(schema, part)
    if "enum" in part:
        return " | ".join(map(str, part["enum"]))
    inner = f" of {_type(schema, part['items'])}" if "items" in part else ""
    return part.get("format") or f"{part.get('type', 'any')}{inner}"

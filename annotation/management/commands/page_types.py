"""Writes the web page's types from the schema of the API. `--check` only tells whether the file is that of today."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from drf_spectacular.generators import SchemaGenerator

FILE = Path(settings.BASE_DIR) / "frontend" / "src" / "api" / "schema.ts"
HEAD = "/* Written by `manage.py page_types` from the schema of the API: change a serializer, then run it again. */"
SIMPLE = {"integer": "number", "number": "number", "boolean": "boolean", "string": "string"}


class Command(BaseCommand):
    help = "Writes frontend/src/api/schema.ts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail if the file is not that of today")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        generator: Any = SchemaGenerator  # drf-spectacular has no types
        text = typescript(generator().get_schema(request=None, public=True))
        if not check:
            FILE.write_text(text, encoding="utf-8")
        elif not FILE.is_file() or FILE.read_text(encoding="utf-8") != text:
            raise CommandError(f"{FILE} is old: run manage.py page_types")


def typescript(schema: Mapping[str, Any]) -> str:
    """Returns one exported type for each component of an OpenAPI 3.0 schema, in order of their names."""
    parts = schema["components"]["schemas"]
    return "\n\n".join([HEAD, *(_declared(name, parts[name]) for name in sorted(parts))]) + "\n"


def _declared(name: str, part: Mapping[str, Any]) -> str:
    if "properties" not in part:
        return f"export type {name} = {_type(part)}"
    return "\n".join([f"export interface {name} {{", *_fields(part), "}"])


def _fields(part: Mapping[str, Any]) -> Iterator[str]:
    needed = set(part.get("required", ()))
    for name, field in part["properties"].items():
        if "description" in field:
            yield f"  /** {field['description'].replace('*/', '*')} */"
        yield f"  {name}{'' if name in needed else '?'}: {_type(field)}"


def _type(part: Mapping[str, Any]) -> str:
    """The TypeScript of one schema; what the schema does not tell is `unknown`."""
    found = _plain(part)
    return f"{found} | null" if part.get("nullable") and found != "unknown" and "null" not in found else found


def _plain(part: Mapping[str, Any]) -> str:
    if "$ref" in part:
        return str(part["$ref"]).rpartition("/")[2]
    if "enum" in part:
        return " | ".join(json.dumps(value, ensure_ascii=False).replace('"', "'") for value in part["enum"])
    for several, joint in (("allOf", " & "), ("oneOf", " | ")):
        if several in part:
            kinds = [_type(one) for one in part[several] if not one.get("$ref", "").endswith("/NullEnum")]
            return joint.join(kinds)
    if part.get("type") == "array":
        inner = _type(part["items"])
        return f"({inner})[]" if " " in inner else f"{inner}[]"
    if part.get("type") == "object":
        return f"Record<string, {_type(part.get('additionalProperties') or {})}>"
    return SIMPLE.get(part.get("type", ""), "unknown")

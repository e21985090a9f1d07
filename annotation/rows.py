"""What plain SQL finds: tuples, and model instances for the few queries that run with every request.

Building such a query by the ORM costs several times what running it costs.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import JSONField, Model

M = TypeVar("M", bound=Model)


@cache
def columns(model: type[Model], alias: str) -> str:
    """Returns the model's columns for a SELECT, in the order that `instance` wants."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def instance(model: type[M], values: Sequence[Any]) -> M:
    """Returns the row as if the ORM had read it."""
    names, json_places = _layout(model)
    row = list(values)
    for place in json_places:
        row[place] = json.loads(row[place]) if isinstance(row[place], str) else row[place]
    return model.from_db(connection.alias, names, row)


@cache
def _layout(model: type[Model]) -> tuple[list[str], list[int]]:
    fields = model._meta.concrete_fields
    return [field.attname for field in fields], [n for n, field in enumerate(fields) if isinstance(field, JSONField)]


def width(model: type[Model]) -> int:
    return len(model._meta.concrete_fields)


def every(sql: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Returns all rows; JSON comes as text."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def one(sql: str, parameters: Sequence[Any]) -> tuple[Any, ...] | None:
    """Returns the first row, or None."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row

"""What a cell of a table says as an answer: files have one cell where the API has an object."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

from annotation.kinds.base import Kind
from annotation.kinds.pairwise import SIDES

SEPARATORS = (";", "|")


def answer_in(kind: Kind, cell: Any) -> Any:
    """Returns the answer that a text stands for, anything else as it is; `canonical` refuses what makes no sense.

    A class, a point, a side (0, 1, first, second) or a text stands for itself; several classes are separated by ; or |,
    or are a JSON list. Every kind may be written as in the API, as JSON.
    """
    if isinstance(cell, str) and cell.lstrip().startswith(("{", "[")) and kind.name != "text":
        with contextlib.suppress(ValueError, RecursionError):  # what is nested too deep is no answer either
            cell = json.loads(cell)
    return _READERS[kind.name](cell) if isinstance(cell, str | int | float | list) else cell


def _class(cell: Any) -> Any:
    """Classes have no spaces around their names; a file of numbers names classes by numbers."""
    if isinstance(cell, str):
        return {"class": cell.strip()}
    return {"class": json.dumps(cell) if isinstance(cell, int) else cell}


def _classes(cell: Any) -> Any:
    if isinstance(cell, list):
        return {"classes": cell}
    separator = next((one for one in SEPARATORS if one in str(cell)), SEPARATORS[0])
    return {"classes": [part.strip() for part in str(cell).split(separator) if part.strip()]}


def _rating(cell: Any) -> Any:
    try:
        return {"rating": int(cell)}
    except (TypeError, ValueError):
        return {"rating": cell}


def _preferred(cell: Any) -> Any:
    sides = {"0": 0, "1": 1, **{name: side for side, name in enumerate(SIDES)}}
    return {"preferred": sides.get(str(cell).strip().lower(), cell)}


_READERS: dict[str, Callable[[Any], Any]] = {
    "choice": _class,
    "multichoice": _classes,
    "rating": _rating,
    "pairwise": _preferred,
    "text": lambda cell: {"text": cell},
    "spans": lambda cell: {"spans": cell},
    "boxes": lambda cell: {"boxes": cell},
}

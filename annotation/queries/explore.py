"""Looking through a project's items: filtered and ordered pages that cost the same at any place of any project.

A page is sought in a window of items next to each other in an index, so that a filter that fits almost nothing takes as
long as one that fits everything; whoever reads goes on with the next window.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from annotation.models import Project
from annotation.models.items import SHOWN_TEXT
from annotation.rows import every

EXCERPT = 300
WINDOW = 4_000
ORDERS = ("oldest", "newest", "doubt", "sure")
UNANSWERED, GOLD = "unanswered", "gold"
STATUSES = (UNANSWERED, "single", "agreed", "doubtful", GOLD, "reviewed")
# Filters of things that only items have that somebody was asked about.
OF_ASKED = {"class", "person", "stream", "since", "until"}

ITEMS = """SELECT id AS item_id, id AS place FROM annotation_item WHERE project_id = %(project)s{and}"""
# Items that somebody was asked about: drawn from the queue, or known answers that are mixed in.
ASKED = """SELECT id AS item_id, id AS place FROM (
    (SELECT id FROM annotation_item WHERE project_id = %(project)s AND drawn_at IS NOT NULL{and}
        {order} LIMIT %(window)s)
    UNION SELECT id FROM annotation_item WHERE project_id = %(project)s AND is_gold{and}) asked"""
FLAGGED = """SELECT DISTINCT item_id, item_id AS place FROM annotation_flag
    WHERE project_id = %(project)s AND status = 'open' AND item_id IS NOT NULL{and}"""
JUDGED = "SELECT item_id, probability AS place FROM annotation_consensus WHERE project_id = %(project)s{and}"

FILTERS = {
    "q": f"(item.external_id ILIKE %(q)s OR {SHOWN_TEXT} ILIKE %(q)s)",
    "id": "item.external_id = %(id)s",
    "class": "truth.value->>'class' = %(class)s",
    "status": "truth.status = %(status)s",
    "flag": """EXISTS (SELECT 1 FROM annotation_flag flag WHERE flag.item_id = item.id AND flag.status = 'open'
        AND (%(flag)s = 'any' OR flag.kind = %(flag)s))""",
    "person": """EXISTS (SELECT 1 FROM annotation_annotation one JOIN auth_user person ON person.id = one.annotator_id
        WHERE one.item_id = item.id AND person.username = %(person)s)""",
    "stream": "item.draw_stream = %(stream)s",
    "since": "item.drawn_at >= %(since)s",
    "until": "item.drawn_at < %(until)s::date + 1",
}
# How a consensus names a class, for the kinds that name it otherwise than `choice`.
MARKED = "truth.value @> jsonb_build_object('%s', jsonb_build_array(jsonb_build_object('class', %%(class)s::text)))"
OF_CLASS = {
    "multichoice": "truth.value->'classes' ? %(class)s",
    "rating": "truth.value->>'rating' = %(class)s",
    "spans": MARKED % "spans",
    "boxes": MARKED % "boxes",
}
PAGE = """
    WITH looked AS MATERIALIZED ({window}),
    found AS MATERIALIZED (
        SELECT looked.place, item.id, looked.n_looked
        FROM (SELECT *, row_number() OVER (ORDER BY {order_looked}) AS n_looked FROM looked) looked
        JOIN annotation_item item ON item.id = looked.item_id
        LEFT JOIN annotation_consensus truth ON truth.item_id = item.id
        WHERE {where} ORDER BY {order} LIMIT %(limit)s)
    SELECT found.place, item.id, item.external_id, left({text}, %(excerpt)s), item.taken, item.open_slots,
           item.is_gold, item.draw_stream, item.drawn_at, truth.value::text, truth.probability, truth.status,
           truth.n_votes,
           (SELECT count(*) FROM annotation_flag flag WHERE flag.item_id = found.id AND flag.status = 'open'),
           found.n_looked
    FROM found JOIN annotation_item item ON item.id = found.id
    LEFT JOIN annotation_consensus truth ON truth.item_id = item.id
    ORDER BY {order_found}
"""
LAST = "SELECT place, item_id, (SELECT count(*) FROM ({window}) counted) FROM ({window}) looked {order} LIMIT 1"


@dataclass(frozen=True)
class Page:
    """Items that fit, and where to go on: None at the end.

    `n_looked` is how many were looked at up to the last of them, or to the end of the window.
    """

    rows: list[dict[str, Any]]
    after: list[Any] | None
    n_looked: int


def explore(project: Project, *, wanted: dict[str, str], order: str, limit: int, after: Sequence[Any] | None) -> Page:
    """Returns up to `limit` items that fit all filters; fewer, also none, where the window ended first.

    `after` is place and id of the last item looked at. Orders `doubt` and `sure` know only items with a consensus.
    """
    size = WINDOW if wanted else limit + 1
    parameters: dict[str, Any] = {**_given(wanted), "project": project.pk, "excerpt": EXCERPT, "window": size}
    parameters |= {"limit": limit + 1, "place": after and after[0], "after": after and after[1]}
    window = _window(order, wanted, is_first=after is None)
    sql = PAGE.format(
        window=window,
        where=_where(project, wanted),
        order=_order(order, "looked.place"),
        order_found=_order(order, "found.place"),
        order_looked=_order(order, "place", "item_id"),
        text=SHOWN_TEXT,
    )
    found = every(sql, parameters)
    if len(found) > limit:
        place, item_id, *_, n_looked = found[limit - 1]
        return Page([_row(row) for row in found[:limit]], [place, item_id], n_looked)
    place, item_id, n_looked = _end(window, order, parameters)
    return Page([_row(row) for row in found], [place, item_id] if n_looked == size else None, n_looked)


def has_external_id(project: Project, text: str) -> bool:
    """Tells whether an item of the project is named exactly so."""
    return project.items.filter(external_id=text).exists()


def _end(window: str, order: str, parameters: dict[str, Any]) -> tuple[Any, int, int]:
    backwards = _order(
        {"oldest": "newest", "newest": "oldest", "doubt": "sure", "sure": "doubt"}[order], "place", "item_id"
    )
    found = every(LAST.format(window=window, order=f"ORDER BY {backwards}"), parameters)
    return found[0] if found else (None, 0, 0)


def _window(order: str, wanted: dict[str, str], *, is_first: bool) -> str:
    falls = order in ("newest", "sure")
    key, tie = ("probability", "item_id") if order in ("doubt", "sure") else ("id", "id")
    base = JUDGED if key == "probability" else ITEMS
    more = ""
    if key == "id" and "flag" in wanted:
        base, key, tie = FLAGGED, "item_id", "item_id"
    elif key == "id" and wanted.get("status") == GOLD:
        more = " AND is_gold"
    elif key == "id" and (OF_ASKED & set(wanted) or wanted.get("status", UNANSWERED) != UNANSWERED):
        base = ASKED
    sign = "<" if falls else ">"
    if not is_first:
        more += f" AND {tie} {sign} %(after)s" if key == tie else f" AND ({key}, {tie}) {sign} (%(place)s, %(after)s)"
    ordered = f"ORDER BY {_order(order, key, tie)}"
    return f"{base.replace('{and}', more).replace('{order}', ordered)} {ordered} LIMIT %(window)s"


def _order(order: str, place: str, tie: str = "item.id") -> str:
    way = "DESC" if order in ("newest", "sure") else "ASC"
    return f"{place} {way}" if place == tie else f"{place} {way}, {tie} {way}"


def _where(project: Project, wanted: dict[str, str]) -> str:
    parts = FILTERS | {"class": OF_CLASS.get(project.kind, FILTERS["class"])}
    if wanted.get("status") == UNANSWERED:
        parts["status"] = "truth.item_id IS NULL"
    return " AND ".join(parts[name] for name in wanted) or "true"


def _given(wanted: dict[str, str]) -> dict[str, Any]:
    pattern = wanted.get("q", "").replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    dates: dict[str, Any] = {name: date.fromisoformat(wanted[name]) for name in ("since", "until") if name in wanted}
    return {**wanted, **dates, "q": f"%{pattern}%"}


def _row(row: Sequence[Any]) -> dict[str, Any]:
    _, key, external_id, text, taken, open_slots, is_gold, stream, drawn_at, *judged, n_flags, _ = row
    value, probability, status, votes = judged
    truth = (
        {"value": json.loads(value), "probability": probability, "status": status, "n_votes": votes} if value else None
    )
    return {
        "item": key,
        "external_id": external_id,
        "text": text,
        "answers_and_leases": taken,
        "open_slots": open_slots,
        "is_gold": is_gold,
        "stream": stream,
        "drawn_at": drawn_at,
        "consensus": truth,
        "flags": n_flags,
    }

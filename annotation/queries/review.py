"""What a reviewer should look at next, and all that is known about one item."""

import json
import re
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from annotation.kinds.doubt import probability_wrong
from annotation.models import Comment, Flag, Item, Project, Review
from annotation.queries.beliefs import Beliefs, beliefs_of
from annotation.queries.quality import flag_row
from annotation.queries.review_filters import (
    AGREEING,
    DISAGREEMENT,
    OWN_KINDS,
    conditions,
    names_in,
)
from annotation.rows import every
from annotation.sentences import say, spoken

EXCERPT = 300
# Items that wait are counted up to here: who sees that there are a thousand does not need to know how many thousand.
MOST_COUNTED = 1000

# Decided items are left out, and those that were sent out and still wait for an answer.
OPEN = """
    NOT item.is_gold
    AND NOT EXISTS (
        SELECT 1 FROM annotation_review verdict
        WHERE verdict.item_id = item.id AND verdict.undone_at IS NULL AND verdict.value IS NOT NULL)
    AND NOT (
        EXISTS (SELECT 1 FROM annotation_review sent WHERE sent.item_id = item.id AND sent.undone_at IS NULL
                                                       AND sent.decision = 'send_out')
        AND (item.open_slots > 0
             OR EXISTS (SELECT 1 FROM annotation_assignment lease
                        WHERE lease.item_id = item.id AND lease.status = 'open' AND lease.holds_slot)))
"""
# Doubted labels first say why themselves, each item by its worst; then what the people do not agree on. Both begin at
# an index and end at the limit.
WAITING = f"""
    suspect AS MATERIALIZED (
        SELECT flag.item_id, flag.score, flag.id AS flag_id, 'label_suspect' AS kind, truth.value, truth.probability,
               truth.status, truth.n_votes
        FROM annotation_flag flag
        JOIN annotation_item item ON item.id = flag.item_id
        JOIN annotation_consensus truth ON truth.item_id = flag.item_id
        WHERE flag.project_id = %(project)s AND flag.status = 'open' AND flag.kind = 'label_suspect' AND {OPEN} {{only}}
          AND flag.score <= %(score)s AND (flag.score < %(score)s OR flag.item_id > %(after)s)
          AND NOT EXISTS (
              SELECT 1 FROM annotation_flag worse
              WHERE worse.item_id = flag.item_id AND worse.status = 'open' AND worse.kind = 'label_suspect'
                AND (worse.score > flag.score OR (worse.score = flag.score AND worse.id < flag.id)))
        ORDER BY flag.score DESC, flag.item_id LIMIT {{most}}),
    doubtful AS MATERIALIZED (
        SELECT truth.item_id, 1 - truth.probability AS score, NULL::bigint, 'disagreement', truth.value,
               truth.probability, truth.status, truth.n_votes
        FROM annotation_consensus truth JOIN annotation_item item ON item.id = truth.item_id
        WHERE truth.project_id = %(project)s AND truth.status = 'doubtful' AND {OPEN} {{only}}
          AND NOT EXISTS (
              SELECT 1 FROM annotation_flag one
              WHERE one.item_id = truth.item_id AND one.status = 'open' AND one.kind = 'label_suspect')
          AND truth.probability >= 1 - %(score)s::float8 - 1e-9
          AND (1 - truth.probability < %(score)s OR (1 - truth.probability = %(score)s AND truth.item_id > %(after)s))
        ORDER BY truth.probability, truth.item_id LIMIT {{most}}),
    waiting AS (SELECT * FROM suspect UNION ALL SELECT * FROM doubtful)
"""  # noqa: S608 - constants
# Before the first page: every score is below.
FIRST = {"score": 2.0, "after": 0}


def _worst(most: int | None, only: str = "") -> str:
    """WAITING with so many of the doubtful items, all for None: a number in the text, for the planner to go by."""
    return WAITING.replace("{most}", "ALL" if most is None else str(most)).replace("{only}", only)


COUNTED = f"""{_worst(MOST_COUNTED)},
    worst AS (SELECT * FROM waiting ORDER BY score DESC, item_id LIMIT {MOST_COUNTED})"""  # noqa: S608 - constants
COLUMNS = (
    "item", "external_id", "text", "score", "kind", "flag", "annotation", "evidence", "value", "probability",
    "status", "n_votes",
)  # fmt: skip
# Texts and evidence are wide: they are read of what is shown only.
SHOWN = """
    SELECT shown.item_id, item.external_id, left(coalesce(
               item.data->>'text', (item.data->'texts'->>0) || ' ⇄ ' || (item.data->'texts'->>1)), %(excerpt)s),
           shown.score, shown.kind,
           shown.flag_id, flag.annotation_id, flag.evidence::text, shown.value::text, shown.probability, shown.status,
           shown.n_votes
    FROM shown JOIN annotation_item item ON item.id = shown.item_id
    LEFT JOIN annotation_flag flag ON flag.id = shown.flag_id
    ORDER BY shown.score DESC, shown.item_id
"""

VOTES = """
    SELECT one.id, person.username, one.value::text, one.revision, one.seconds, lease.stream, one.created_at,
           one.updated_at, report.accuracy, report.accuracy_low, report.accuracy_high, one.schema_version
    FROM annotation_annotation one
    JOIN annotation_assignment lease ON lease.id = one.assignment_id
    JOIN auth_user person ON person.id = one.annotator_id
    LEFT JOIN annotation_annotatorreport report
           ON report.project_id = one.project_id AND report.annotator_id = one.annotator_id
    WHERE one.item_id = %s ORDER BY one.id
"""


def waiting(
    project: Project,
    *,
    wanted: dict[str, str],
    limit: int,
    pair: tuple[str, str] | None = None,
    item: int | None = None,
    after: Sequence[Any] | None = None,
    blind: bool = False,
) -> list[dict[str, Any]]:
    """Returns up to `limit` items for a reviewer, the worst first; `after` is score and id of the last one seen.

    `wanted` filters: class, annotator, kind, and `pair`: two classes of which one answer names the first only, and
    another one the second only. `item` alone is looked at where it is given, whatever its place.
    """
    where, parameters = conditions(project, wanted, pair)
    parameters |= (FIRST if after is None else {"score": after[0], "after": after[1]}) | {"item": item}
    own = pair is None and wanted.keys() <= {"kind"} and wanted.get("kind", DISAGREEMENT) in OWN_KINDS
    only = "" if item is None else "AND item.id = %(item)s"
    sql = f"""WITH {_worst(limit if own else None, only)},
              shown AS (SELECT * FROM waiting WHERE {" AND ".join(where) or "true"}
                        ORDER BY score DESC, item_id LIMIT %(limit)s) {SHOWN}"""  # noqa: S608 - constants above
    beliefs = beliefs_of(project)
    parameters |= names_in(beliefs) | {"excerpt": EXCERPT, "limit": limit}
    found = every(sql, parameters)
    return [_entry(dict(zip(COLUMNS, row, strict=True)), beliefs, blind) for row in found]


def waiting_counts(project: Project) -> dict[str, int]:
    """Returns how many items wait for a reviewer, the worst thousand at most, and on how many of those all answers
    agree."""
    sql = f"WITH {COUNTED} SELECT count(*), count(*) FILTER (WHERE {AGREEING}) FROM worst waiting"  # noqa: S608 - constants
    [(n_waiting, n_agreeing)] = every(sql, _all(project))
    return {"waiting": n_waiting, "agreeing": n_agreeing}


def agreeing_items(project: Project, *, limit: int) -> list[int]:
    """Returns those of the worst thousand waiting items on which two people or more say the same as the consensus, by
    id."""
    sql = f"WITH {COUNTED} SELECT item_id FROM worst waiting WHERE {AGREEING} ORDER BY item_id LIMIT %(limit)s"  # noqa: S608 - constants
    return [row[0] for row in every(sql, _all(project) | {"limit": limit})]


def _all(project: Project) -> dict[str, Any]:
    return names_in(beliefs_of(project)) | FIRST


def _entry(row: dict[str, Any], beliefs: Beliefs, blind: bool) -> dict[str, Any]:
    evidence = json.loads(row.pop("evidence") or "{}")
    value = beliefs.value(json.loads(row.pop("value")))
    probability, status = row.pop("probability"), row.pop("status")
    kind, n_votes = row.pop("kind"), row["n_votes"]
    return row | {
        "reason": {"kind": kind, **_why(evidence, n_votes, blind)},
        "consensus": {"value": value, "probability": probability, "status": status},
        "proposal": value,
    }


def _why(evidence: dict[str, Any], n_votes: int, blind: bool) -> dict[str, Any]:
    """The sentence and its code: what a flag says, in blind review without the names in it."""
    if "summary" in evidence and not blind:
        return {"summary": evidence["summary"], "said": evidence.get("said")}
    if n_votes == 1 and evidence:
        summary = say("review.doubted_alone", "Its only answer is doubted.")
    elif n_votes == 1:
        summary = say("review.unsure_alone", "Its only answer is not sure enough.")
    elif evidence:
        summary = say("review.doubted", "One of {n} answers is doubted.", n=n_votes)
    else:
        summary = say("review.unsure", "{n} answers; none of them is sure enough.", n=n_votes)
    return {"summary": summary, "said": spoken(summary)}


def item_page(item: Item, *, blind: bool) -> dict[str, Any]:
    """Returns the item with its votes, consensus, flags, decisions and comments; names of voters unless `blind`."""
    item = Item.objects.select_related("gold", "consensus").get(pk=item.pk)
    truth = getattr(item, "consensus", None)
    beliefs = beliefs_of(item.project)
    posterior = beliefs.posterior(truth.posterior) if truth else {}
    flags = Flag.objects.filter(item=item).select_related("item", "annotator").order_by("-score", "id")[:50]
    return {
        "id": item.pk,
        "project": item.project_id,
        "external_id": item.external_id,
        "data": item.data,
        "metadata": item.metadata,
        "gold": _gold(item) if item.is_gold and hasattr(item, "gold") else None,
        "stream": item.draw_stream,
        "taken": item.taken,
        "open_slots": item.open_slots,
        "consensus": None if truth is None else _consensus(truth, beliefs),
        "votes": [_vote(item.project, row, posterior, blind) for row in every(VOTES, [item.pk])],
        "flags": [flag_row(flag, blind=blind) for flag in flags],
        "reviews": [review_row(row, blind=blind) for row in reviews(item.project).filter(item=item)[:50]],
        "comments": [comment_row(row) for row in comments(item)],
    }


def _consensus(truth: Any, beliefs: Beliefs) -> dict[str, Any]:
    return {
        "value": beliefs.value(truth.value),
        "probability": truth.probability,
        "status": truth.status,
        "posterior": beliefs.posterior(truth.posterior),
        "n_votes": truth.n_votes,
        "updated_at": truth.updated_at,
    }


def _gold(item: Item) -> dict[str, Any]:
    known: dict[str, Any] = item.gold.value
    return item.project.today(known, item.gold.schema_version) or known


def _vote(project: Project, row: Sequence[Any], posterior: dict[str, float], blind: bool) -> dict[str, Any]:
    """A vote in the classes of today, as it was said where those are gone: nobody knows then how wrong it is."""
    key, username, value, revision, seconds, stream, created_at, updated_at, accuracy, low, high, version = row
    today = project.today(json.loads(value), version)
    said = json.loads(value) if today is None else today
    doubt = None if today is None else probability_wrong(project.question, today, posterior, project.schema)
    return {
        "annotation": key,
        "annotator": None if blind else username,
        "value": said,
        "revision": revision,
        "seconds": seconds,
        "stream": stream,
        "probability_wrong": None if doubt is None else round(doubt, 6),
        # Beside the names of people it would name who answered.
        "accuracy": None if blind or accuracy is None else {"estimate": accuracy, "low": low, "high": high},
        "created_at": created_at,
        "updated_at": updated_at,
    }


def reviews(project: Project) -> QuerySet[Review]:
    """Returns the project's decisions, the newest first."""
    found = Review.objects.filter(project=project).select_related("reviewer", "undone_by", "about", "flag")
    return found.order_by("-pk")


def review_row(row: Review, *, blind: bool = False) -> dict[str, Any]:
    """The decision as it is shown; `blind` leaves out whose answer it is about."""
    of_an_answer = row.annotation_id or (row.flag and row.flag.annotation_id)
    about = None if blind and of_an_answer else row.about
    return {
        "id": row.pk,
        "item": row.item_id,
        "annotation": row.annotation_id,
        "flag": row.flag_id,
        "about": about.get_username() if about else None,
        "reviewer": row.reviewer.get_username() if row.reviewer else None,
        "decision": row.decision,
        "value": row.value,
        "note": row.note,
        "batch": row.batch,
        "created_at": row.created_at,
        "undone_at": row.undone_at,
        "undone_by": row.undone_by.get_username() if row.undone_by else None,
    }


def comments(item: Item) -> QuerySet[Comment]:
    """Returns what was said about the item, the oldest first."""
    return Comment.objects.filter(item=item).select_related("author").prefetch_related("mentions__user").order_by("pk")


NAME = re.compile(r"(?<![\w@])@([\w.+-]*\w)")


def comment_row(row: Comment) -> dict[str, Any]:
    """Returns the comment; `unknown` names whoever is called in it without being a member."""
    told, author = {one.user.get_username() for one in row.mentions.all()}, row.author.get_username()
    return {
        "id": row.pk,
        "parent": row.parent_id,
        "author": author,
        "body": row.body,
        "unknown": sorted({*NAME.findall(row.body)} - told - {author}),
        "mentions": sorted(one.user.get_username() for one in row.mentions.all() if one.by_name),
        "created_at": row.created_at,
    }

"""How good the labels are, who is struggling, and what a reviewer should look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from annotation.models import AgreementReport, Flag, Project
from annotation.rows import every
from annotation.sentences import say, spoken

NOT_YET = say("undefined.not_yet", "no answers have been looked at yet")
# A report of an earlier release lacks these until the next inference.
NO_REASON: dict[str, Any] = {"undefined_because": None, "undefined_said": None}
COEFFICIENTS = ("krippendorff_alpha", "cohen_kappa", "fleiss_kappa", "gwet_ac1", "scott_pi")
SLICES = ("by_class", "by_person", "by_pair", "by_week")

# Counts are live, added up from tallies; skill is what the last inference said. Only whom the page shows is looked up.
ANNOTATORS = """
    WITH answered AS (
        SELECT person AS id, sum(n)::bigint AS n FROM annotation_tally
        WHERE project_id = %(project)s AND name = 'answers' GROUP BY person HAVING sum(n) > 0),
    flagged AS (
        SELECT annotator_id AS id, count(*) AS n, (count(*) FILTER (WHERE annotation_id IS NULL) > 0)::int AS doubted
        FROM annotation_flag
        WHERE project_id = %(project)s AND status = 'open' AND annotator_id IS NOT NULL GROUP BY annotator_id),
    people AS (
        SELECT id, coalesce(doubted, 0) AS doubted, coalesce(answered.n, 0) AS n, coalesce(flagged.n, 0) AS flags
        FROM (SELECT id FROM answered
              UNION SELECT user_id FROM annotation_membership WHERE project_id = %(project)s) person
        LEFT JOIN answered USING (id) LEFT JOIN flagged USING (id)),
    shown AS (
        SELECT * FROM people
        WHERE %(first)s OR (doubted, n, -id) < (%(doubted)s, %(n)s, %(place)s)
        ORDER BY doubted DESC, n DESC, id LIMIT %(limit)s)
    SELECT shown.doubted, shown.n, shown.id, person.username, report.accuracy, report.accuracy_low,
           report.accuracy_high, report.random_log_odds, report.median_seconds, newest.at, shown.flags
    FROM shown JOIN auth_user person ON person.id = shown.id
    CROSS JOIN LATERAL (
        SELECT max(updated_at) AS at FROM annotation_annotation
        WHERE project_id = %(project)s AND annotator_id = shown.id) newest
    LEFT JOIN annotation_annotatorreport report
           ON report.project_id = %(project)s AND report.annotator_id = shown.id
    ORDER BY shown.doubted DESC, shown.n DESC, shown.id
"""


def agreement(project: Project) -> dict[str, Any]:
    """Returns what `agreement/` shows: every missing number with its reason."""
    rows = AgreementReport.objects.filter(project=project)
    row = rows.values("report__agreement", "updated_at").first()
    nothing = {
        "value": None,
        "low": None,
        "high": None,
        "undefined_because": NOT_YET,
        "undefined_said": spoken(NOT_YET),
    }
    empty: dict[str, Any] = {
        "items_with_overlap": 0,
        "enough_overlap": False,
        "percent": None,
        "percent_low": None,
        "percent_high": None,
        "coefficients": {name: dict(nothing) for name in COEFFICIENTS},
        "confused_pairs": [],
        **{name: [] for name in SLICES},
        "updated_at": None,
    }
    if row is None:
        return empty
    # A report of an earlier release lacks the newer parts until the next inference.
    found = {**empty, **row["report__agreement"], "updated_at": row["updated_at"]}
    pairs = [{"low": None, "high": None} | one for one in found["confused_pairs"]]
    return found | {"confused_pairs": pairs}


def summary(project: Project) -> dict[str, Any]:
    """Returns how right the labels are expected to be, with a 90 % interval, and how many are in doubt."""
    rows = AgreementReport.objects.filter(project=project)
    row = rows.values("report__summary", "updated_at").first()
    if row is not None:
        return {**NO_REASON, **row["report__summary"], "updated_at": row["updated_at"]}
    return NO_REASON | {
        "items_with_consensus": 0,
        "expected_right": None,
        "low": None,
        "high": None,
        "in_doubt": 0,
        "by_status": {"single": 0, "agreed": 0, "doubtful": 0, "gold": 0, "reviewed": 0},
        "updated_at": None,
    }


def consensus_schema(project: Project) -> int | None:
    """Returns the schema in whose classes the stored consensus speaks; None before the first inference."""
    return AgreementReport.objects.filter(project=project).values_list("report__schema_version", flat=True).first()


@dataclass(frozen=True)
class AnnotatorPlace:
    """One person's figures, and the place in the list after which the next page begins."""

    place: list[int]
    row: dict[str, Any]


def annotators(
    project: Project, *, limit: int | None = None, after: Sequence[int] | None = None, blind: bool = False
) -> list[AnnotatorPlace]:
    """Returns members and everybody who answered: whom a flag doubts first, then by most answers. `limit` None: all.

    Accuracy is None while unknown. `blind` tells the day of the last answer only: its moment stands beside the answer.
    Who answers while somebody reads on, page by page, may be met twice or not at all.
    """
    doubted, n, user_id = after or (0, 0, 0)
    asked = {
        "project": project.pk,
        "first": after is None,
        "doubted": doubted,
        "n": n,
        "place": -user_id,
        "limit": limit,
    }
    return [AnnotatorPlace(list(row[:3]), _annotator_row(row, blind=blind)) for row in every(ANNOTATORS, asked)]


def _annotator_row(row: Sequence[Any], *, blind: bool) -> dict[str, Any]:
    _, n, _, username, accuracy, low, high, random_log_odds, median_seconds, last_active, n_flags = row
    if blind and last_active:
        last_active = last_active.replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "username": username,
        "annotations": n,
        "accuracy": None if accuracy is None else {"estimate": accuracy, "low": low, "high": high},
        "random_log_odds": random_log_odds,
        "median_seconds": median_seconds,
        "last_active": last_active,
        "flags": n_flags,
    }


def flags(
    project: Project, *, kind: str | None = None, status: str = Flag.Status.OPEN, after: Sequence[Any] | None = None
) -> QuerySet[Flag]:
    """Returns flags, the worst first, then by id; `after` is score and id of the last one seen. "all" is any status."""
    found = Flag.objects.filter(project=project).order_by("-score", "id")
    found = found.select_related("item", "annotator").defer("item__data", "item__metadata")
    if kind is not None:
        found = found.filter(kind=kind)
    if status != "all":
        found = found.filter(status=status)
    if after is not None:
        score, flag_id = after
        # The first condition is what the index can begin at.
        found = found.filter(score__lte=score).filter(Q(score__lt=score) | Q(id__gt=flag_id))
    return found


# What the evidence says to the program only, what tells who gave the doubted answer, and what a named person answered.
INTERNAL = {"basis", "weight"}
NAMED = {"summary", "said", "others"}
ANSWERS = {"worst", "examples", "latest"}


def flag_row(flag: Flag, *, blind: bool = False) -> dict[str, Any]:
    """The flag as it is shown; `blind` leaves out whose label it doubts, and what the person whom it doubts said."""
    is_named, hidden = flag.annotator is not None, INTERNAL
    if blind and flag.annotation_id:
        is_named, hidden = False, INTERNAL | NAMED
    elif blind and is_named:
        hidden = INTERNAL | ANSWERS
    return {
        "id": flag.pk,
        "kind": flag.kind,
        "item": flag.item_id,
        "external_id": flag.item.external_id if flag.item else None,
        "annotation": flag.annotation_id,
        "annotator": flag.annotator.get_username() if is_named and flag.annotator else None,
        "score": flag.score,
        "evidence": {name: part for name, part in flag.evidence.items() if name not in hidden},
        "status": flag.status,
        "note": flag.note,
        "created_at": flag.created_at,
        "closed_at": flag.closed_at,
    }

"""What a change of the rules for asking again would cost and bring, before it is saved: preview_policy."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.contrib.auth.models import User
from django.db import connection

from annotation.errors import Conflict
from annotation.models import Project
from annotation.operations.project_settings import checked_settings
from annotation.queries.renames import CLASS_TODAY, renamed
from annotation.rows import every
from annotation.sentences import say, spoken
from modeling.policy_preview import Course, expected_course, mixed

# Those that have an interval, its ends under the same name with `_low` and `_high`; the ends of `expected_right`.
COSTS = ("votes_per_item", "answers", "answers_left", "hours_left")
ENDS = ("", "_low", "_high")
FIGURES = (*(f"{name}{end}" for name in COSTS for end in ENDS), "expected_right", "low", "high", "seen_up_to")
TOO_FEW = say("undefined.too_few_votes", "too few items have several answers yet")

# Items looked at; the newest rules are as well told by these as by a million. They are drawn by chance from all with
# enough answers to begin: those with the most answers would be those in doubt.
MOST_ITEMS = 1_000
VOTES = f"""
    WITH item AS (
        SELECT item_id FROM annotation_annotation WHERE project_id = %(project)s
        GROUP BY item_id HAVING count(*) >= %(least)s ORDER BY hashint8extended(item_id, 0), item_id LIMIT %(most)s)
    SELECT one.item_id, one.annotator_id, {CLASS_TODAY}
    FROM annotation_annotation one JOIN item USING (item_id) WHERE one.project_id = %(project)s
    ORDER BY one.created_at, one.id
"""  # noqa: S608 - a constant
TOTALS = """
    SELECT count(*) FILTER (WHERE NOT is_gold), coalesce(sum(taken) FILTER (WHERE NOT is_gold), 0),
           (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY median_seconds) FROM annotation_annotatorreport
            WHERE project_id = %(project)s)
    FROM annotation_item WHERE project_id = %(project)s
"""


@dataclass(frozen=True)
class _Rule:
    """`overlap` answers for a share of the items and one for the others; more for what is in doubt, where the project
    asks again. The fields are settings."""

    overlap: int
    overlap_share: float
    max_votes: int
    target_confidence: float
    relabel_rate: float

    @property
    def asks_again(self) -> bool:
        return self.relabel_rate > 0 and self.max_votes > self.overlap

    @property
    def usual(self) -> int:
        """The fewest answers of an item that was asked to the end; without second opinions chance says who has more."""
        return 1 if self.asks_again and self.overlap_share < 1 else self.overlap

    def parts(self) -> Iterator[tuple[float, int, int]]:
        """Yields shares of the items with the answers that each gets in the ordinary course, and at most."""
        share = self.overlap_share if self.overlap > 1 else 1.0
        for part, overlap in ((share, self.overlap), (1 - share, 1)):
            if part > 0:
                yield part, overlap, self.max_votes if self.asks_again else overlap


def preview_policy(*, project: Project, user: User, settings: Any) -> dict[str, Any]:
    """Returns {now, proposed}: answers and hours that each needs in all and from here, and the share expected right,
    with 90 % intervals (of hours by that of answers alone).

    Nothing is saved. Figures are null where fewer than thirty items have enough answers to tell. Raises InvalidValue
    for settings that do not fit, Conflict for kinds of question without one class an answer.
    """
    if project.kind != "choice":
        raise Conflict("Only projects that ask for one class can be looked at ahead.", code="not_for_this_kind")
    names = _Rule.__dataclass_fields__
    now = _Rule(**{name: getattr(project, name) for name in names})
    given = checked_settings(settings, project, user)
    proposed = replace(now, **{name: value for name, value in given.items() if name in names})
    rules = (("now", now), ("proposed", proposed))
    return {name: _worth(project, _course(project, rule, now.usual)) for name, rule in rules}


def _course(project: Project, rule: _Rule, usual: int) -> Course | None:
    """The rule played on the items with enough answers; None where too few have. `usual` is that of the rule by which
    they were given."""
    parts = list[tuple[float, Course]]()
    for share, overlap, most in rule.parts():
        votes, sizes = _votes(project, min(overlap, usual))
        course = expected_course(
            votes, **sizes, overlap=overlap, max_votes=most, target=rule.target_confidence, usual=usual
        )
        if course is None:
            return None
        parts.append((share, course))
    return mixed(parts)


def _votes(project: Project, least: int) -> tuple[Any, dict[str, int]]:
    names = {name: place for place, name in enumerate(project.class_names)}
    asked = {"project": project.pk, "least": least, "most": MOST_ITEMS, "renamed": renamed(project)}
    found = every(VOTES, asked)
    rows = [(item, person, names[said]) for item, person, said in found if said in names]
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    items, table[:, 0] = np.unique(table[:, 0], return_inverse=True)
    people, table[:, 1] = np.unique(table[:, 1], return_inverse=True)
    return table, {"n_items": len(items), "n_annotators": len(people), "n_classes": len(names)}


def _worth(project: Project, course: Course | None) -> dict[str, Any]:
    if course is None:
        return dict.fromkeys(FIGURES) | {"undefined_because": TOO_FEW, "undefined_said": spoken(TOO_FEW)}
    with connection.cursor() as cursor:
        cursor.execute(TOTALS, {"project": project.pk})
        n_items, given, seconds = cursor.fetchone()
    right, found = course.right, {"seen_up_to": course.seen_up_to, "expected_right": course.right.estimate}
    for end, votes in zip(ENDS, course.votes_per_item, strict=True):
        answers = round(votes * n_items)
        left = max(answers - int(given), 0)
        hours = None if seconds is None else left * seconds / 3600
        values = {"votes_per_item": votes, "answers": answers, "answers_left": left, "hours_left": hours}
        found |= {f"{name}{end}": value for name, value in values.items()}
    return found | {"low": right.low, "high": right.high, "undefined_because": None, "undefined_said": None}

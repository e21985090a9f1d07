"""What is known of one person's work: what she may read of herself, and what whoever looks after her reads."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib.auth.models import User

from annotation.kinds import ONE_COLUMN
from annotation.models import Annotation, AnnotatorReport, Flag, Project, Review
from annotation.queries.quality import consensus_schema
from annotation.rows import every
from annotation.sentences import say, spoken
from modeling.evaluation import accuracy_interval

MOST_SHOWN = 20

WEEKS = """
    SELECT date_trunc('week', created_at, 'UTC')::date, count(*)
    FROM annotation_annotation WHERE project_id = %s AND annotator_id = %s
    GROUP BY 1 ORDER BY 1 DESC LIMIT 26
"""
# Of her first answers, so many, those to known items, each as it was given first.
GOLD = """
    SELECT gold.value::text, gold.schema_version, coalesce(first.value, one.value)::text,
           coalesce(first.schema_version, one.schema_version)
    FROM (SELECT * FROM annotation_annotation WHERE project_id = %(project)s AND annotator_id = %(user)s
          ORDER BY created_at, id LIMIT %(n)s) one
    JOIN annotation_goldanswer gold ON gold.item_id = one.item_id
    LEFT JOIN annotation_annotationrevision first ON first.annotation_id = one.id AND first.revision = 1
"""
# A flag's own sentence has figures, which every answer moves.
DOUBTS = {
    Flag.Kind.ANNOTATOR_NEEDS_HELP: say("own.needs_help", "Your answers often differ from what is held for right."),
    Flag.Kind.ANNOTATOR_LOOKS_RANDOM: say("own.looks_random", "Your answers look as if nobody looked at the items."),
    Flag.Kind.TOO_FAST: say("own.too_fast", "Many of your answers took less time than reading takes here."),
    Flag.Kind.REPETITIVE: say("own.repetitive", "Your last answers repeat a pattern."),
    Flag.Kind.DRIFT: say("own.drift", "Your last answers are less often right than the ones before."),
    Flag.Kind.COPYING: say("own.copying", "More of your mistakes are those of one colleague than is usual here."),
}


def own_report(project: Project, user: User) -> dict[str, Any]:
    """Returns what a person may know of herself: figures, doubts about her, words to her; nobody's answers.

    What her answers are worth moves in steps of twenty answers. Whoever looked after each answer would learn otherwise
    which one was to a known item, and whether it was right.
    """
    report = AnnotatorReport.objects.filter(project=project, annotator=user).first()
    is_due = report is not None and report.n_annotations - report.shown.get("n", 0) >= AnnotatorReport.SHOWN_EVERY
    seen = _newest(report) if is_due else (report.shown if report else {})
    found = _report(project, user, report, seen or _newest(None))
    return found | {"flags": [one | _without_figures(one["kind"]) for one in found["flags"]], "confusion": None}


def _without_figures(kind: str) -> dict[str, Any]:
    summary = DOUBTS[Flag.Kind(kind)]
    return {"summary": summary, "said": spoken(summary)}


def report_on(project: Project, user: User) -> dict[str, Any]:
    """Returns the same for whoever looks after this person: as it is now, doubts with their figures."""
    report = AnnotatorReport.objects.filter(project=project, annotator=user).first()
    return _report(project, user, report, _newest(report) | {"n": None}) | {"confusion": _confusion(project, report)}


def _confusion(project: Project, report: AnnotatorReport | None) -> dict[str, Any] | None:
    """How often she is held to give each class where one is right; None before anything speaks about her answers, for
    kinds without one class an answer, and while the classes are others than those that were looked at."""
    if report is None or report.accuracy is None or project.question.learner not in ONE_COLUMN:
        return None
    names = project.question.columns(project.schema)
    if len(report.confusion) != len(names) or consensus_schema(project) != project.schema_version:
        return None
    return {"classes": names, "shares": report.confusion}


def _newest(report: AnnotatorReport | None) -> dict[str, Any]:
    """What the last inference saw: on how many answers, how right they are, and week by week."""
    if report is None:
        return {"n": 0, "accuracy": None, "low": None, "high": None, "weeks": []}
    names = {"accuracy": report.accuracy, "low": report.accuracy_low, "high": report.accuracy_high}
    return {"n": report.n_annotations, "weeks": report.weeks} | names


def _report(project: Project, user: User, report: AnnotatorReport | None, seen: Mapping[str, Any]) -> dict[str, Any]:
    about = Review.objects.filter(project=project, about=user, undone_at=None).order_by("-pk")
    paused = about.filter(decision=Review.Decision.PAUSE).first()
    words = about.filter(decision=Review.Decision.TALK)[:MOST_SHOWN]
    flags = Flag.objects.filter(project=project, annotator=user, annotation=None).order_by("-pk")[:MOST_SHOWN]
    return {
        "annotations": Annotation.objects.filter(project=project, annotator=user).count(),
        "accuracy": _accuracy(seen),
        "median_seconds": report.median_seconds if report else None,
        "known_answers": _known_answers(project, user, seen["n"]),
        "weeks": _weeks(project, user, seen),
        "paused": paused and {"since": paused.created_at, "note": paused.note},
        "words": [{"note": one.note, "created_at": one.created_at} for one in words],
        "flags": [
            {
                "kind": flag.kind,
                "summary": flag.evidence.get("summary", ""),
                "said": flag.evidence.get("said"),
                "status": flag.status,
            }
            for flag in flags
        ],
    }


def _known_answers(project: Project, user: User, n: int | None) -> dict[str, int]:
    """How many known items are among her first n answers (None: among all), and how many she had right at once."""
    checks = every(GOLD, {"project": project.pk, "user": user.pk, "n": n})
    return {"given": len(checks), "right": sum(_is_right(project, *check) for check in checks)}


def _weeks(project: Project, user: User, seen: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every week with her answers of now, and how right those are held that could be judged."""
    judged = {one["week"]: one for one in seen["weeks"]}
    doubt = (0.0, 0.0)
    if seen["accuracy"] is not None:
        doubt = (seen["accuracy"] - seen["low"], seen["high"] - seen["accuracy"])
    return [_week(judged, week, n, doubt) for week, n in every(WEEKS, [project.pk, user.pk])]


def _week(judged: Mapping[str, Mapping[str, Any]], week: date, n: int, doubt: tuple[float, float]) -> dict[str, Any]:
    """One week; it is known no better than all of her work, whose interval reaches by `doubt` below and above."""
    one = judged.get(week.isoformat(), {"judged": 0, "right": None})
    found = {"week": week, "annotations": n, "judged": one["judged"], "right": one["right"], "low": None, "high": None}
    if one["right"] is None:
        return found
    _, low, high = accuracy_interval(one["right"] * one["judged"], one["judged"], level=0.9)
    low, high = min(low, one["right"] - doubt[0]), max(high, one["right"] + doubt[1])
    return found | {"low": max(0.0, low), "high": min(1.0, high)}


def _is_right(project: Project, known: str, known_version: int, given: str, given_version: int) -> bool:
    """Whether both are the same answer in the classes of today."""
    answer = project.today(json.loads(given), given_version)
    return answer is not None and answer == project.today(json.loads(known), known_version)


def _accuracy(seen: Mapping[str, Any]) -> dict[str, float | None] | None:
    if seen["accuracy"] is None:
        return None
    return {"estimate": seen["accuracy"], "low": seen["low"], "high": seen["high"]}

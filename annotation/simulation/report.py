"""Outcomes → a table for people. A number that could not be measured is a dash."""

from collections.abc import Sequence
from typing import Any

from annotation.simulation.arm import Outcome
from annotation.simulation.naming import names
from annotation.simulation.picture import Curve, curves_svg

SIDE_BY_SIDE = 2
TARGETS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.96, 0.98)
MEASURES = {"accuracy": "accuracy", "f1_rarest": "F1 of the rarest class"}


def labels_to_reach(outcome: Outcome, measure: str, target: float) -> int | None:
    """Returns the labels of the first checkpoint at which the target was reached."""
    return next((point.labels for point in outcome.points if getattr(point, measure) >= target), None)


def shown_labels(labels: int | None, *, is_first: bool) -> str:
    """Returns labels to a target in few words: where the first checkpoint was there already, so many are enough."""
    return "-" if labels is None else f"≤ {labels}" if is_first else str(labels)


def targets(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Returns, for every target that some arm reached, the labels that each arm needed and what the first saved.

    Where both arms were there at their first checkpoint nobody knows what was saved; `at_most` has all such arms.
    """
    rows, titles = [], names(outcomes)
    for measure in MEASURES:
        for target in TARGETS:
            needed = [labels_to_reach(outcome, measure, target) for outcome in outcomes]
            if any(needed):
                early = [n is not None and n == _first(one) for n, one in zip(needed, outcomes, strict=True)]
                known = len(needed) == 2 and all(needed) and not all(early)
                rows.append({
                    "measure": measure, "target": target, "labels": dict(zip(titles, needed, strict=True)),
                    "saved": needed[1] - needed[0] if known else None,  # type: ignore[operator]  # known: both are numbers
                    "at_most": [name for name, is_early in zip(titles, early, strict=True) if is_early],
                })  # fmt: skip
    return rows


def _first(outcome: Outcome) -> int | None:
    return outcome.points[0].labels if outcome.points else None


def text(outcomes: Sequence[Outcome], rarest: str) -> str:
    """Returns the report for a terminal."""
    tables = [_curves, _targets] if len(outcomes) <= SIDE_BY_SIDE else [_rows, _target_rows]
    parts = [f"F1 is that of the rarest class, {rarest!r}."]
    parts += [*(table(outcomes) for table in tables), *map(_arm, names(outcomes), outcomes)]
    return "\n\n".join(part for part in parts if part)


def _curves(outcomes: Sequence[Outcome]) -> str:
    by_labels = [{point.labels: point for point in outcome.points} for outcome in outcomes]
    titles = names(outcomes)
    width = max(14, *(len(title) + 6 for title in titles))
    head = "".join(f"{title + ' acc':>{width}}{title + ' F1':>{width}}" for title in titles)
    lines = [f"{'labels':>8}{head}"]
    for labels in sorted({labels for points in by_labels for labels in points}):
        cells = [points.get(labels) for points in by_labels]
        shown = "".join(
            f"{p.accuracy:>{width}.3f}{p.f1_rarest:>{width}.3f}" if p else f"{'-':>{width}}" * 2 for p in cells
        )
        lines.append(f"{labels:>8}{shown}")
    return "\n".join(lines)


def _targets(outcomes: Sequence[Outcome]) -> str:
    rows = targets(outcomes)
    if not rows:
        return ""
    arms = names(outcomes)
    titles = [*arms, *(["saved"] if len(outcomes) == 2 else [])]
    width = max(10, *(len(title) + 2 for title in titles))
    lines = ["Labels needed to reach", f"{'':>30}" + "".join(f"{name:>{width}}" for name in titles)]
    for row in rows:
        cells = [_cell(row, name) for name in arms] + [_saved(row, arms)] * (len(outcomes) == 2)
        shown = "".join(f"{cell:>{width}}" for cell in cells)
        lines.append(f"{MEASURES[row['measure']] + ' ' + format(row['target'], '.2f'):>30}{shown}")
    return "\n".join(lines)


def _cell(row: dict[str, Any], name: str) -> str:
    return shown_labels(row["labels"][name], is_first=name in row["at_most"])


def _saved(row: dict[str, Any], arms: Sequence[str]) -> str:
    """What the first arm saved; a bound where one of the two was there at its first checkpoint."""
    if row["saved"] is None:
        return "-"
    bound = "≥ " if arms[0] in row["at_most"] else "≤ " if arms[1] in row["at_most"] else ""
    return f"{bound}{row['saved']}"


def _rows(outcomes: Sequence[Outcome]) -> str:
    """One line an arm, for more arms than fit beside each other."""
    titles = names(outcomes)
    width, tables = max(map(len, [*titles, *MEASURES.values()])) + 2, []
    checkpoints = sorted({point.labels for outcome in outcomes for point in outcome.points})
    for measure, shown in MEASURES.items():
        lines = [f"{shown:{width}}" + "".join(f"{labels:>8}" for labels in checkpoints)]
        for title, outcome in zip(titles, outcomes, strict=True):
            found = {point.labels: getattr(point, measure) for point in outcome.points}
            cells = [f"{found[labels]:>8.3f}" if labels in found else f"{'-':>8}" for labels in checkpoints]
            lines.append(f"{title:{width}}" + "".join(cells))
        tables.append("\n".join(lines))
    return "\n\n".join(tables)


def _target_rows(outcomes: Sequence[Outcome]) -> str:
    titles, rows, tables = names(outcomes), targets(outcomes), []
    width = max(map(len, [*titles, *(f"labels to {shown}" for shown in MEASURES.values())])) + 2
    for measure, shown in MEASURES.items():
        reached = [row for row in rows if row["measure"] == measure]
        lines = [f"{'labels to ' + shown:{width}}" + "".join(f"{row['target']:>7.2f}" for row in reached)]
        for title in titles:
            lines.append(f"{title:{width}}" + "".join(f"{_cell(row, title):>7}" for row in reached))
        tables.append("\n".join(lines) if reached else "")
    return "\n\n".join(filter(None, tables))


def _arm(name: str, outcome: Outcome) -> str:
    flags, agreement = outcome.flags, outcome.agreement
    alpha = agreement.get("krippendorff_alpha") or {}
    percent = "-" if agreement.get("percent") is None else f"{agreement['percent']:.1%}"
    value = alpha.get("value")
    shown = f"not defined: {alpha.get('undefined_because')}" if value is None else f"{value:.3f}"
    return "\n".join((
        f"{name} (project {outcome.project})",
        f"  labels       {outcome.labels}, {outcome.label_accuracy:.1%} of them right",
        f"  agreement    {percent} on {agreement.get('items_with_overlap')} items; Krippendorff's alpha {shown}",
        f"  label flags  {flags['labels_flagged']}, {flags['labels_flagged_right']} of them right; "
        f"{flags['labels_wrong']} labels are wrong",
        f"  people       {flags['spammers_found']} of {flags['spammers']} random answerers found, "
        f"{flags['accused_wrongly']} others accused",
        f"  time         {outcome.seconds:.1f} s of labelling, {outcome.person_seconds / 3600:.2f} hours of people; "
        f"answer p50 {outcome.answer_p50_ms:.0f} ms, p95 {outcome.answer_p95_ms:.0f} ms",
    ))  # fmt: skip


def picture(outcomes: Sequence[Outcome], title: str) -> str:
    """Returns the learning curves as SVG."""
    points = [[(p.labels, p.accuracy, p.accuracy, p.accuracy) for p in outcome.points] for outcome in outcomes]
    curves = [Curve(name, own) for name, own in zip(names(outcomes), points, strict=True)]
    return curves_svg(curves, title=title, measure="accuracy on test rows, one run each")

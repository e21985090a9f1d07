"""Outcomes → a table for people. A number that could not be measured is a dash."""

from collections.abc import Sequence
from typing import Any

from annotation.simulation.arm import Outcome

TARGETS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.96, 0.98)
MEASURES = {"accuracy": "accuracy", "f1_rarest": "F1 of the rarest class"}


def labels_to_reach(outcome: Outcome, measure: str, target: float) -> int | None:
    """Returns the labels of the first checkpoint at which the target was reached."""
    return next((point.labels for point in outcome.points if getattr(point, measure) >= target), None)


def targets(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Returns, for every target that some arm reached, the labels that each arm needed and what the first saved."""
    rows = []
    for measure in MEASURES:
        for target in TARGETS:
            needed = [labels_to_reach(outcome, measure, target) for outcome in outcomes]
            if any(needed):
                both = len(needed) > 1 and needed[0] and needed[1]
                saved = needed[1] - needed[0] if both else None  # type: ignore[operator]
                strategies = [outcome.strategy for outcome in outcomes]
                rows.append({
                    "measure": measure, "target": target, "labels": dict(zip(strategies, needed, strict=True)),
                    "saved": saved,
                })  # fmt: skip
    return rows


def text(outcomes: Sequence[Outcome], rarest: str) -> str:
    """Returns the report for a terminal."""
    parts = [_curves(outcomes, rarest), _targets(outcomes), *map(_arm, outcomes)]
    return "\n\n".join(part for part in parts if part)


def _curves(outcomes: Sequence[Outcome], rarest: str) -> str:
    by_labels = [{point.labels: point for point in outcome.points} for outcome in outcomes]
    head = "".join(f"{outcome.strategy + ' acc':>14}{outcome.strategy + ' F1':>14}" for outcome in outcomes)
    lines = [f"F1 is that of the rarest class, {rarest!r}.", "", f"{'labels':>8}{head}"]
    for labels in sorted({labels for points in by_labels for labels in points}):
        cells = [points.get(labels) for points in by_labels]
        shown = "".join(f"{p.accuracy:>14.3f}{p.f1_rarest:>14.3f}" if p else f"{'-':>14}{'-':>14}" for p in cells)
        lines.append(f"{labels:>8}{shown}")
    return "\n".join(lines)


def _targets(outcomes: Sequence[Outcome]) -> str:
    rows = targets(outcomes)
    if not rows:
        return ""
    strategies = [outcome.strategy for outcome in outcomes]
    lines = ["Labels needed to reach", f"{'':>30}" + "".join(f"{name:>10}" for name in [*strategies, "saved"])]
    for row in rows:
        cells = [*(row["labels"][name] for name in strategies), row["saved"]]
        shown = "".join(f"{'-' if cell is None else cell:>10}" for cell in cells)
        lines.append(f"{MEASURES[row['measure']] + ' ' + format(row['target'], '.2f'):>30}{shown}")
    return "\n".join(lines)


def _arm(outcome: Outcome) -> str:
    flags, agreement = outcome.flags, outcome.agreement
    alpha = agreement.get("krippendorff_alpha") or {}
    percent = "-" if agreement.get("percent") is None else f"{agreement['percent']:.1%}"
    value = alpha.get("value")
    shown = f"not defined: {alpha.get('undefined_because')}" if value is None else f"{value:.3f}"
    return "\n".join((
        f"{outcome.strategy} (project {outcome.project})",
        f"  labels       {outcome.labels}, {outcome.label_accuracy:.1%} of them right",
        f"  agreement    {percent} on {agreement.get('items_with_overlap')} items; Krippendorff's alpha {shown}",
        f"  label flags  {flags['labels_flagged']}, {flags['labels_flagged_right']} of them right; "
        f"{flags['labels_wrong']} labels are wrong",
        f"  people       {flags['spammers_found']} of {flags['spammers']} random answerers found, "
        f"{flags['accused_wrongly']} others accused",
        f"  time         {outcome.seconds:.1f} s of labelling, {outcome.person_seconds / 3600:.2f} hours of people; "
        f"answer p50 {outcome.answer_p50_ms:.0f} ms, p95 {outcome.answer_p95_ms:.0f} ms",
    ))  # fmt: skip

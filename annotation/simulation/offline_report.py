"""Rehearsed arms → a table, figures for programs, and a picture."""

from collections.abc import Sequence
from typing import Any

from annotation.simulation.naming import PARTS, names
from annotation.simulation.offline import Arm
from annotation.simulation.picture import Curve, curves_svg
from annotation.simulation.report import MEASURES, TARGETS, shown_labels


def labels_to_reach(arm: Arm, measure: str, target: float) -> int | None:
    """Returns the labels of the first checkpoint at which the mean over seeds has reached the target."""
    return next((n for n, value, _, _ in arm.mean(measure) if value >= target), None)


def text(arms: Sequence[Arm], rarest: str) -> str:
    """Returns the tables for a terminal: where each arm ended, and how many labels each target took."""
    titles, width = names(arms), max(len(name) for name in names(arms)) + 2
    lines = [f"{'':{width}}{'runs':>6}{'labels':>8}{'accuracy':>10}{'F1':>8}   F1 of the rarest class, {rarest!r}"]
    for name, arm in zip(titles, arms, strict=True):
        ends = [arm.mean(measure)[-1:] for measure in MEASURES]
        shown = "".join(
            f"{end[0][1]:>{size}.3f}" if end else f"{'-':>{size}}" for end, size in zip(ends, (10, 8), strict=True)
        )
        lines.append(f"{name:{width}}{len(arm.runs):>6}{ends[0][0][0] if ends[0] else 0:>8}{shown}")
    for measure, title in MEASURES.items():
        reached = [target for target in TARGETS if any(labels_to_reach(arm, measure, target) for arm in arms)]
        if reached:
            lines += ["", f"{'labels to ' + title:{width}}" + "".join(f"{target:>7.2f}" for target in reached)]
            for name, arm in zip(titles, arms, strict=True):
                first = next((n for n, _, _, _ in arm.mean(measure)), None)
                counts = [labels_to_reach(arm, measure, target) for target in reached]
                needed = [shown_labels(n, is_first=n == first) for n in counts]
                lines.append(f"{name:{width}}" + "".join(f"{n:>7}" for n in needed))
    return "\n".join(lines)


def figures(arms: Sequence[Arm]) -> list[dict[str, Any]]:
    return [
        {
            **{part: getattr(arm, part) for part in PARTS},
            "seeds": len(arm.runs),
            "curves": {
                measure: [dict(zip(("labels", "mean", "low", "high"), row, strict=True)) for row in arm.mean(measure)]
                for measure in MEASURES
            },
            "labels_to_reach": {
                measure: {str(target): labels_to_reach(arm, measure, target) for target in TARGETS}
                for measure in MEASURES
            },
        }
        for arm in arms
    ]


def picture(arms: Sequence[Arm], title: str) -> str:
    curves = [Curve(name, arm.mean("accuracy")) for name, arm in zip(names(arms), arms, strict=True)]
    several = any(len(arm.runs) > 1 for arm in arms)
    runs = "lowest to highest seed shaded" if several else "one run each"
    return curves_svg(curves, title=title, measure=f"accuracy on test rows, {runs}")

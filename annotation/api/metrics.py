"""Prometheus' text format, from the figures of the database and the counts of all processes."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby

from annotation.models import MetricSeries
from annotation.operations.counting import BOUNDS, counted
from annotation.queries.operating import HELP, figures

COUNTED = {
    "request_seconds": "What requests took, by route, method and class of status.",
    "task_seconds": "What the workers' tasks took, by outcome.",
}


def text() -> str:
    """Returns everything, one figure a line."""
    return "\n".join([*_gauges(), *_histograms(counted()), ""])


def _gauges() -> Iterator[str]:
    for name, group in groupby(figures(), key=lambda one: one.name):
        kind = "counter" if name.startswith("training_seconds") else "gauge"
        yield f"# HELP querent_{name} {HELP[name]}"
        yield f"# TYPE querent_{name} {kind}"
        for one in group:
            yield f"querent_{name}{_braces(one.labels)} {one.value:g}"


def _histograms(series: Sequence[MetricSeries]) -> Iterator[str]:
    for name, group in groupby(series, key=lambda one: one.name):
        yield f"# HELP querent_{name} {COUNTED[name]}"
        yield f"# TYPE querent_{name} histogram"
        for one in group:
            yield from _histogram(one)
    yield "# HELP querent_errors_total Requests answered with 5xx, and tasks that failed."
    yield "# TYPE querent_errors_total counter"
    for place, name, mark in (("web", "request_seconds", 'status="5xx"'), ("worker", "task_seconds", "failed")):
        failed = (sum(one.values[:-1]) for one in series if one.name == name and mark in one.labels)
        yield f'querent_errors_total{{where="{place}"}} {sum(failed):.0f}'


def _histogram(series: MetricSeries) -> Iterator[str]:
    *counts, seconds = series.values
    for bound, count in zip((*map(str, BOUNDS), "+Inf"), accumulate(counts), strict=True):
        yield f'querent_{series.name}_bucket{{{series.labels},le="{bound}"}} {count:.0f}'
    yield f"querent_{series.name}_sum{{{series.labels}}} {seconds:.6f}"
    yield f"querent_{series.name}_count{{{series.labels}}} {sum(counts):.0f}"


def _braces(labels: str) -> str:
    return f"{{{labels}}}" if labels else ""

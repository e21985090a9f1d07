"""How good the labels are, by class and by week, as the last inference saw them."""

from typing import Any

from annotation.models import AgreementReport, Project

# A report of an earlier release lacks these until the next inference.
NO_INTERVAL = {"low": None, "high": None}


def by_class(project: Project) -> list[dict[str, Any]]:
    """Returns each class of the consensus, the most common first, with the share of it that is expected right."""
    return [NO_INTERVAL | one for one in _part(project, "classes")]


def by_week(project: Project) -> list[dict[str, Any]]:
    """Returns the last two years, the newest week first; `percent` is None where no item was answered twice in it."""
    return [NO_INTERVAL | one for one in _part(project, "weeks")]


def by_guidelines(project: Project) -> dict[int, dict[str, Any]]:
    """Returns by version: answers given under it, items answered twice under it, and how far those agree."""
    return {part["version"]: part for part in _part(project, "guidelines")}


def _part(project: Project, name: str) -> list[dict[str, Any]]:
    """One part of the report, without reading the others; empty before the first inference."""
    found = AgreementReport.objects.filter(project=project).values_list(f"report__{name}", flat=True).first()
    return found or []

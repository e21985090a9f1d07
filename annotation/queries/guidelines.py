"""The history of the guidelines, with how far people agreed under each version."""

from typing import Any

from annotation.models import GuidelineVersion, Project
from annotation.queries.quality_parts import by_guidelines

NOTHING = {"annotations": 0, "items_with_overlap": 0, "percent": None, "low": None, "high": None, "change": None}


def guideline_history(project: Project) -> list[dict[str, Any]]:
    """Returns the versions, the newest first; `percent` is the share of agreeing pairs of answers under each, None
    where no item was answered twice, `change` how much more than under the version before; figures of the last
    inference."""
    counted = by_guidelines(project)
    versions = GuidelineVersion.objects.filter(project=project).select_related("created_by").order_by("-version")
    return [
        {"version": one.version, "text": one.text, "by": one.created_by.get_username(), "created_at": one.created_at}
        | NOTHING
        | counted.get(one.version, {})
        for one in versions
    ]

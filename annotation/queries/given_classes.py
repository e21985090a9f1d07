"""Which classes no answer speaks for: what the model says of them was never tested, nor learned."""

from typing import Any

from annotation.kinds.history import rename_since
from annotation.models import Project

# Under this name a version keeps the classes that some item is labelled with; older ones lack it, scales hold None.
GIVEN = "given"


def classes_without_labels(project: Project, metrics: dict[str, Any]) -> list[str]:
    """Returns the classes of today that no item is labelled with, as far as the version with these metrics knows."""
    if metrics.get(GIVEN) is None:
        return []
    rename = rename_since(project.class_history, metrics.get("schema_version", 0))
    given = {rename(name) if rename else name for name in metrics[GIVEN]}
    return [name for name in project.question.columns(project.schema) if name not in given]
